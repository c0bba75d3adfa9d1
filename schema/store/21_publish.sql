create or replace function kb_store.publish(of_run bigint) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    told constant bigint := kb_store.lock_feed();
    at timestamptz;
    concerned bigint[];
begin
    perform kb_store.hold_lease(of_run);
    perform kb_store.refuse_paused(r.source_id) from kb_store.run r where r.run_id = of_run;
    -- a clock set back must not close a version before it was opened, nor open one before the last was closed
    select greatest(clock_timestamp(), max(w.at)) into at
    from (
        select lower(v.recorded) + interval '1 microsecond' as at
        from kb_store.run r
        join kb_store.entry e using (source_id)
        join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
        where r.run_id = of_run
        union all
        select upper(v.recorded)
        from kb_store.plan_entry p
        join kb_store.version v using (entry_id)
        where p.run_id = of_run and p.action = 'restored'
    ) w;
    concerned := kb_store.publish_at(of_run, at);
    perform kb_store.wake_listeners(told);
    return concerned;
end
$$;

comment on function kb_store.publish is
    'Publishes a run''s plan whole, in the caller''s transaction, and returns the entries it concerned; raises KB001 without the lease, KB005 for a paused source.';
