create or replace function kb_store.query_terms(query text, out weights sparsevec, out information double precision)
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    -- weights: inverse document frequency of each lexeme the base knows; information: the sum over all lexemes asked,
    -- those never seen counted as the rarest, so that a question about something else scores low
    with term as (
        select l.lexeme_id,
            ln(1 + (s.passages - coalesce(l.passages, 0) + 0.5) / (coalesce(l.passages, 0) + 0.5)) as idf
        from unnest(tsvector_to_array(kb_store.lexemes(query))) q(lexeme)
        cross join kb_store.lexical_statistic s
        left join kb_store.lexeme l on l.lexeme = q.lexeme and l.passages > 0
    )
    select
        ('{' || string_agg(lexeme_id || ':' || round(idf::numeric, 4), ',' order by lexeme_id)
            filter (where lexeme_id is not null) || '}/1000000000')::sparsevec,
        sum(idf)
    from term
$$;

comment on function kb_store.query_terms is 'A query as a sparse vector of term rarities, and how much it asks for in all.';
