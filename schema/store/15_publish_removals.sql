create or replace function kb_store.publish_removals(of_run bigint, at timestamptz) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), at), closed_by = of_run, closed_reason = x.reason
    from kb_store.plan_removal x
    where x.run_id = of_run and not x.held and v.entry_id = x.entry_id and upper_inf(v.recorded);

    -- seen again: not suspect any more
    update kb_store.entry e
    set absent_runs = 0, absent_since = null
    from kb_store.run r
    where r.run_id = of_run and e.source_id = r.source_id and e.absent_runs > 0
        and not exists (select from kb_store.absent_entries(of_run) a where a.entry_id = e.entry_id);

    -- absence proves something only when the run looked everywhere
    update kb_store.entry e
    set absent_runs = absent_runs + 1, absent_since = coalesce(absent_since, at)
    from kb_store.run r, kb_store.absent_entries(of_run) a
    where r.run_id = of_run and r.complete and a.reason = 'absent' and e.entry_id = a.entry_id;
$$;

comment on function kb_store.publish_removals is 'Closes the versions a plan removes and counts how often an entry was absent.';
