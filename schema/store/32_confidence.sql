create or replace function kb_store.confidence(
    query text, cosine real, share real, words kb_store.leg[], vectors kb_store.leg[], vote real
) returns real
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select cosine * vote + share * (1 - vote)
$$;

comment on function kb_store.confidence is
    'How surely the best hit answers a query, 0..1: by its nearness and the share of the query''s information it holds, and'
    ' by the best hundred of either leg.';
