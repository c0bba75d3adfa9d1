create or replace function kb_store.repair() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    told constant bigint := kb_store.lock_feed();
    -- after the lock, not before: waiting for it takes time
    at constant timestamptz := clock_timestamp();
begin
    -- what the clock did until now belongs to what was known until now
    insert into kb_store.change (at, change, entry_id, version_id)
    select b.at, b.change, b.entry_id, b.version_id from kb_store.passed_bounds(at, null) b
    on conflict do nothing;

    -- what is served follows from what is believed
    delete from kb_store.served_entry;
    delete from kb_store.served_passage;
    update kb_store.lexeme set passages = 0 where passages <> 0;
    update kb_store.lexical_statistic set passages = 0, total_length = 0;
    perform kb_store.serve_entries(array_agg(v.entry_id), at) from kb_store.version v where upper_inf(v.recorded);

    -- and the feed from what is served
    insert into kb_store.change (at, change, entry_id, version_id)
    select at, m.change, m.entry_id, m.version_id from kb_store.untold() m
    on conflict do nothing;

    -- runs that nobody leads, leases that nobody holds, plans that nobody carries out
    update kb_store.source s
    set lease_run = null, lease_until = null
    where not exists (select from kb_store.run r where r.run_id = s.lease_run and r.state = 'running')
        or s.lease_until > at + interval '1 hour';
    update kb_store.run r
    set state = 'failed', finished_at = at, verdict = r.verdict || to_jsonb(array['ended by a repair: nobody led it'])
    where r.state = 'running' and not exists (select from kb_store.source s where s.lease_run = r.run_id);
    delete from kb_store.plan_entry p using kb_store.run r where r.run_id = p.run_id and r.state <> 'running';
    delete from kb_store.plan_removal p using kb_store.run r where r.run_id = p.run_id and r.state <> 'running' and not p.held;
    perform kb_store.wake_listeners(told);
end
$$;

comment on function kb_store.repair is
    'Makes all that follows from what is believed anew: served rows, term weights, the last word of the feed; and ends what nobody leads.';
