create or replace function kb_store.compare_plan(of_run bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    -- an entry keeps its number when its page moves
    update kb_store.plan_entry p
    set entry_id = coalesce(
        (
            select e.entry_id
            from kb_store.run r
            join kb_store.entry e using (source_id)
            where r.run_id = of_run and e.key = p.key
        ),
        (
            select min(e.entry_id)
            from kb_store.run r
            join kb_store.entry e using (source_id)
            join kb_store.attempt a on a.run_id = of_run and a.url = split_part(e.key, '#', 1) and a.outcome = 'moved'
            where r.run_id = of_run and p.key = a.final_url || substr(e.key, length(a.url) + 1) and e.kind = p.kind
                -- unless some page still names it by its old address
                and not exists (select from kb_store.plan_entry o where o.run_id = of_run and o.key = e.key)
                and not exists (
                    select from kb_store.effective_readings(of_run) f
                    join kb_store.draft d using (reading_id)
                    where d.key = e.key
                )
        )
    )
    where p.run_id = of_run;

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

comment on function kb_store.compare_plan is 'Finds for each planned entry which entry it is and what publishing does to it.';
