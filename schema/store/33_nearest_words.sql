create or replace function kb_store.nearest_words(asked sparsevec, most int) returns kb_store.leg[]
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    return array(
        select (n.passage_id, -n.distance)::kb_store.leg
        from (
            select p.passage_id, p.weights <#> asked as distance
            from kb_store.served_passage p
            order by 2
            limit most
        ) n
        where n.distance < 0
        order by n.distance
    );
end
$$;

comment on function kb_store.nearest_words is
    'The texts in service that are nearest to a query by its words, live and wanted or not: weighing each takes less than'
    ' asking that of each.';
