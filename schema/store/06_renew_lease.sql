create or replace function kb_store.renew_lease(of_run bigint, seconds double precision) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select kb_store.hold_lease(of_run);
    update kb_store.source
    set lease_until = clock_timestamp() + make_interval(secs => seconds)
    where lease_run = of_run;
$$;

comment on function kb_store.renew_lease is 'The heartbeat; raises KB001 when the lease is lost.';
