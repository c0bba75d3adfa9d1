create or replace function kb_store.close_versions(
    of_run bigint, at timestamptz, which bigint[], reason text
) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), close_versions.at), closed_by = of_run, closed_reason = reason
    where v.entry_id = any (which) and upper_inf(v.recorded);

    update kb_store.entry e
    set absent_runs = 0, absent_since = null
    where e.entry_id = any (which) and e.absent_runs > 0;
$$;

comment on function kb_store.close_versions is 'Ends what is believed of some entries; they are no suspects any more.';
