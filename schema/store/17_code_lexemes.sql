create or replace function kb_store.code_lexemes(plain text) returns tsvector
language sql immutable strict parallel safe
as $$
    -- what is joined by hyphens or slashes is also one word (5W-30 and 5W30, wi-fi and wifi); what mixes letters and
    -- digits also stands for its parts (205/55R16 and 205/55 R16, 10000km and 10000 km); a decimal is one number
    select coalesce(array_to_tsvector(array_agg(distinct f.form)), '')
    from (
        select translate(m[1], '-/', '') as form
        from regexp_matches(plain, '[a-z0-9]+(?:[-/][a-z0-9]+)+', 'g') m
        union all
        select part[1]
        from regexp_matches(plain, '[a-z0-9]*(?:[a-z][0-9]|[0-9][a-z])[a-z0-9]*', 'g') m
        cross join lateral regexp_matches(m[1], '[a-z]{2,}|[0-9]{2,}', 'g') part
        union all
        select m[1]
        from regexp_matches(plain, '[0-9]+(?:\.[0-9]+)+', 'g') m
    ) f
    where length(f.form) <= 40 -- longer ones are no codes: paths of addresses, keys
$$;

comment on function kb_store.code_lexemes is
    'What codes, compounds and decimals of a plain text are found by, beside their pieces.';
