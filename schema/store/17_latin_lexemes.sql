create or replace function kb_store.latin_lexemes(plain text) returns tsvector
language plpgsql immutable strict parallel safe
as $$
declare
    -- the parser is given nothing but words: of a sign between them it would make a path, a host or a minus
    words constant tsvector := to_tsvector(
        'pg_catalog.english'::regconfig,
        regexp_replace(
            plain,
            '[\u0001-\u001f\u0021-\u002f\u003a-\u0060\u007b-\u007fء-ي][\u0001-\u002f\u003a-\u0060\u007b-\u007fء-ي]*', ' ', 'g'
        )
    );
begin
    if plain !~ '[a-z0-9][-/][a-z0-9]|[a-z][0-9]|[0-9][a-z]|[0-9]\.[0-9]' then
        return words;
    end if;
    return words || kb_store.code_lexemes(plain);
end
$$;

comment on function kb_store.latin_lexemes is
    'What all but the Arabic words of a plain text is found by: English stems, words as written, codes whole and in pieces.';
