create or replace function kb_store.expire() returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    told constant bigint := kb_store.lock_feed();
    -- after the lock, not before: waiting for it takes time
    ended constant bigint := kb_store.sweep(clock_timestamp());
begin
    perform kb_store.wake_listeners(told);
    perform kb_store.thin_verifications(clock_timestamp());
    perform kb_store.forget_demand(clock_timestamp());
    return ended;
end
$$;

comment on function kb_store.expire is
    'Housekeeping: takes what has ended out of the index and tells the change feed what the clock changed. No answer waits for it.';
