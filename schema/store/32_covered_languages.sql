create or replace function kb_store.covered_languages(query text) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    -- null: no vote. A query in a script the active model was not made for is noise to it
    select m.languages
    from kb_store.model m
    where m.active and (m.languages = '{}' or 'ar' = any (m.languages) or query !~ '[\u0600-\u06ff\u0750-\u077f]')
$$;

comment on function kb_store.covered_languages is
    'Languages of the texts on which the active model''s opinion of this query counts; empty: all; null: none.';
