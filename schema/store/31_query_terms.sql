create or replace function kb_store.query_terms(query text, out weights sparsevec, out information double precision)
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    -- weights: rarity of each lexeme that a text holds; information: the sum over all lexemes asked, those never seen
    -- counted as the rarest, so that a question about something else scores low. Rounded, as how a session writes its
    -- floats must not matter
    select
        ('{' || string_agg(t.lexeme_id || ':' || round(t.rarity::numeric, 4), ',' order by t.lexeme_id)
            filter (where t.lexeme_id is not null) || '}/1000000000')::sparsevec,
        sum(t.rarity)
    from kb_store.asked_terms(query) t
$$;

comment on function kb_store.query_terms is 'A query as a sparse vector of term rarities, and how much it asks for in all.';
