create or replace function kb_store.compared_vectors(
    at timestamptz, direction vector, covered text[], wanted kb_store.wanted, of_model int
) returns kb_store.leg[]
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    most constant int := kb_store.worth_asking();
    asked constant halfvec := direction::halfvec;
begin
    return array(
        select (n.passage_id, 1 - n.distance)::kb_store.leg
        from (
            select v.passage_id, v.vector <=> asked as distance
            from kb_store.served_vector v
            where v.model_id = of_model
            order by 2
            limit most
        ) n
        -- looked up one by one until there are enough: a join would go through all that there is
        cross join lateral (
            select
            from kb_store.served_chunk c
            join kb_store.served_entry e using (entry_id)
            where c.passage_id = n.passage_id
                and kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
                and (c.valid is null or c.valid @> at)
                and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
                and ((wanted).language is null or c.language = (wanted).language)
                and (covered = '{}' or c.language = any (covered || array['und']))
            limit 1
        ) l
        order by n.distance
        limit 100
    );
end
$$;

comment on function kb_store.compared_vectors is
    'The hundred texts nearest to a query by its vector, among those live and wanted, in a base without an index of vectors:'
    ' each is compared. Fewer when too few of the nearest are live and wanted.';
