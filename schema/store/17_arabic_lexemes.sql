create or replace function kb_store.arabic_lexemes(plain text[]) returns table (place bigint, terms tsvector)
language sql immutable parallel safe rows 100
as $$
    with word as materialized (
        select p.place, w.word, w.position
        from unnest(plain) with ordinality p(plain, place)
        cross join lateral string_to_table(regexp_replace(p.plain, '[^ء-ي ][^ء-ي]*', ' ', 'g'), ' ')
            with ordinality w(word, position)
        where p.plain ~ '[ء-ي]' and length(w.word) between 1 and 1000 -- a tsvector takes no longer ones
    ),
    -- a word is analysed once, however many texts it stands in
    formed as materialized (
        select d.word, kb_store.arabic_forms(d.word) as forms from (select distinct w.word from word w) d
    )
    select w.place, string_agg(replace(f.forms, '@', w.position::text), ' ')::tsvector
    from word w
    join formed f using (word)
    group by w.place
$$;

comment on function kb_store.arabic_lexemes is
    'What the Arabic words of plain texts are found by, for each text that has any, by its place among them.';
