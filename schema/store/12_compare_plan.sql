create or replace function kb_store.compare_plan(of_run bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    update kb_store.plan_entry p
    set action = case
        when v.version_id is null and exists (select from kb_store.version h where h.entry_id = p.entry_id) then 'restored'
        when v.version_id is null then 'added'
        when v.content_hash = p.content_hash then 'unchanged'
        when n.until > o.until then 'extended'
        when n.until < o.until then 'shortened'
        else 'changed'
    end
    from kb_store.plan_entry q
    left join kb_store.version v on v.entry_id = q.entry_id and upper_inf(v.recorded)
    -- what holds at no time has ended before all else
    cross join lateral (
        select case when isempty(v.valid) then '-infinity' else coalesce(upper(v.valid), 'infinity') end as until
    ) o
    cross join lateral (
        select case when isempty(q.valid) then '-infinity' else coalesce(upper(q.valid), 'infinity') end as until
    ) n
    where p.run_id = of_run and q.run_id = p.run_id and q.key = p.key;
$$;

comment on function kb_store.compare_plan is 'Finds for each planned entry what publishing does to it.';
