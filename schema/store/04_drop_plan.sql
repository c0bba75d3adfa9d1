create or replace function kb_store.drop_plan(of_run bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from kb_store.plan_entry where run_id = of_run;
    delete from kb_store.plan_removal where run_id = of_run;
$$;

comment on function kb_store.drop_plan is 'Forgets what a run meant to do and did not: its next look plans anew.';
