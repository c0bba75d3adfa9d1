create or replace function kb_store.arabic_lexemes(plain text) returns tsvector
language sql immutable strict parallel safe
as $$
    -- Larkey, Ballesteros, Connell, "Light stemming for Arabic information retrieval" (2007): conjunction, article and
    -- endings come off. A joined preposition cannot be told from a first letter, so both readings stand; and of each
    -- its consonants alone, by which a broken plural meets its singular (زيوت and زيت, أسعار and سعر). Two consonants
    -- of the second reading tell too little: بطارية, a battery, would meet إطار, a tyre.
    select coalesce(string_agg(f.form || ':' || w.places, ' ')::tsvector, '')
    from (
        select t.lexeme, array_to_string(t.positions, ',') as places
        from unnest(to_tsvector('pg_catalog.simple'::regconfig, regexp_replace(plain, '[^ء-ي]+', ' ', 'g'))) t
    ) w
    cross join lateral (
        select regexp_replace(
            regexp_replace(w.lexeme, '^(?:و?(?:ال|بال|كال|فال|لل)(?=..)|و(?=...))', ''),
            '^(..+?)(?:ها|ان|ات|ون|ين|يه|ه|ي)+$', '\1'
        ) as stem
        offset 0 -- made once a word
    ) s
    cross join lateral (
        values (s.stem, 2), (case when s.stem ~ '^[بلفك]...' then substr(s.stem, 2) end, 3)
    ) r(reading, telling)
    cross join lateral (select translate(r.reading, 'اويء', '') as consonants) c
    cross join lateral (
        values (r.reading), (case when length(c.consonants) >= r.telling then 'ـ' || c.consonants end)
    ) f(form)
$$;

comment on function kb_store.arabic_lexemes is 'What the Arabic words of a plain text are found by: their stems, their consonants.';
