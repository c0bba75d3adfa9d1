create or replace function kb_store.lexemes(written text) returns tsvector
language sql immutable strict parallel safe
as $$
    -- the parser is given nothing but words: of a sign between them it would make a path, a host or a minus
    select to_tsvector('pg_catalog.english'::regconfig,
            regexp_replace(p.plain, '[\u0001-\u002f\u003a-\u0060\u007b-\u007fء-ي]+', ' ', 'g'))
        || case when p.plain ~ '[0-9]|[a-z][-/][a-z]' then kb_store.code_lexemes(p.plain) else '' end
        || case when p.plain ~ '[ء-ي]' then kb_store.arabic_lexemes(p.plain) else '' end
    from kb_store.plain_text(written) p(plain)
$$;

comment on function kb_store.lexemes is
    'What a text or a query is found by: English stems, Arabic stems and consonants, codes whole and in pieces. A text'
    ' as long as a chunk keeps every count; of a lexeme that stands more than 256 times PostgreSQL counts so many.';

create or replace function kb_store.analysis() returns int
language sql immutable parallel safe
-- raise it when kb_store.lexemes gives something else for any text: the next migration makes the stored ones anew
return 1;

comment on function kb_store.analysis is 'The state of kb_store.lexemes.';
