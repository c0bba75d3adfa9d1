create or replace function kb_store.publish_removals(of_run bigint, at timestamptz) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    absent bigint[];
    merely bigint[];
begin
    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), at), closed_by = of_run, closed_reason = x.reason
    from kb_store.plan_removal x
    where x.run_id = of_run and not x.held and v.entry_id = x.entry_id and upper_inf(v.recorded);

    select array_agg(a.entry_id), array_agg(a.entry_id) filter (where a.reason = 'absent') into absent, merely
    from kb_store.absent_entries(of_run) a;

    -- seen again: not suspect any more
    update kb_store.entry e
    set absent_runs = 0, absent_since = null
    from kb_store.run r
    where r.run_id = of_run and e.source_id = r.source_id and e.absent_runs > 0
        and not e.entry_id = any (coalesce(absent, '{}'));

    -- absence proves something only when the run looked everywhere
    update kb_store.entry e
    set absent_runs = absent_runs + 1, absent_since = coalesce(absent_since, at)
    from kb_store.run r
    where r.run_id = of_run and r.complete and e.entry_id = any (merely);
end
$$;

comment on function kb_store.publish_removals is 'Closes the versions a plan removes and counts how often an entry was absent.';
