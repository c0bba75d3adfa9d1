create or replace function kb_store.likelihood(features double precision[], weights double precision[]) returns real
language sql immutable strict
set search_path = pg_catalog, pg_temp
as $$
    -- the logistic function; beyond 30 it is one, and exp would overflow far out
    select (1 / (1 + exp(-greatest(least(sum(f * w), 30), -30))))::real from unnest(features, weights) x(f, w)
$$;

comment on function kb_store.likelihood is 'The logistic function of the weighted sum of features, 0..1.';
