create or replace function kb_store.end_run(of_run bigint, final_state text) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select kb_store.hold_lease(of_run);
    select kb_store.drop_plan(of_run) where final_state in ('planned', 'failed', 'cancelled');
    update kb_store.run set state = final_state, finished_at = clock_timestamp() where run_id = of_run;
    update kb_store.source set lease_run = null, lease_until = null where lease_run = of_run;
$$;

comment on function kb_store.end_run is 'Ends a run and gives its lease back.';
