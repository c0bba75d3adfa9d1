create or replace function kb_store.lexemes(written text) returns tsvector
language plpgsql immutable strict parallel safe
as $$
declare
    plain constant text := kb_store.plain_text(written);
    found constant tsvector := kb_store.latin_lexemes(plain);
begin
    if plain !~ '[ء-ي]' then
        return found;
    end if;
    return found || coalesce((select a.terms from kb_store.arabic_lexemes(array[plain]) a), '');
end
$$;

comment on function kb_store.lexemes is
    'What a text or a query is found by: English stems, Arabic stems and consonants, codes whole and in pieces. A text'
    ' as long as a chunk keeps every count; of a lexeme that stands more than 256 times PostgreSQL counts so many.';

create or replace function kb_store.analysis() returns int
language sql immutable parallel safe
-- raise it when kb_store.lexemes gives something else for any text: the next migration makes the stored ones anew
return 1;

comment on function kb_store.analysis is 'The state of kb_store.lexemes.';
