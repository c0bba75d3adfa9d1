create or replace function kb_store.compared_vectors(direction vector, most int) returns kb_store.leg[]
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    return array(
        select (n.passage_id, 1 - n.distance)::kb_store.leg
        from (
            -- sub-selects are evaluated once, a variable for each text
            select v.passage_id, v.vector <=> (select direction::halfvec) as distance
            from kb_store.served_vector v
            where v.model_id = (select m.model_id from kb_store.model m where m.active)
            order by 2
            limit most
        ) n
        order by n.distance
    );
end
$$;

comment on function kb_store.compared_vectors is
    'The texts in service that are nearest to a query by its vector, live and wanted or not: each is compared.';
