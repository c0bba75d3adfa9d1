create or replace function kb_store.rollback(of_run bigint, back_to bigint) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
declare
    told constant bigint := kb_store.lock_feed();
    at constant timestamptz := kb_store.begin_decision(of_run);
    of_source constant int := (select r.source_id from kb_store.run r where r.run_id = of_run);
    changed bigint[];
    wanted bigint[];
    served_before bigint[];
begin
    select coalesce(array_agg(b.entry_id), '{}'), coalesce(array_agg(b.version_id) filter (where b.version_id is not null), '{}')
    into changed, wanted
    from kb_store.believed_before(of_source, back_to) b;
    select coalesce(array_agg(s.entry_id), '{}') into served_before
    from kb_store.served_entry s
    where s.entry_id = any (changed);

    perform kb_store.close_versions(of_run, at, changed, 'rolled_back');
    perform kb_store.reopen_versions(of_run, at, wanted);
    perform kb_store.restore_pages(of_run, back_to);
    perform kb_store.clear_doubts(of_run, back_to);
    delete from kb_store.plan_removal x
    using kb_store.run r
    where r.run_id = x.run_id and r.source_id = of_source and x.run_id >= back_to;
    update kb_store.run r
    set verdict = r.verdict || to_jsonb(array[format('rolled back by run %s', of_run)]),
        state = case when r.state <> 'held' then r.state when (r.pages ->> 'failed')::int > 0 then 'partial' else 'published' end
    where r.source_id = of_source and r.run_id >= back_to and r.run_id < of_run and r.state in ('published', 'partial', 'held');
    update kb_store.source s
    set paused = format('rolled back to before run %s by run %s', back_to, of_run)
    where s.source_id = of_source;
    -- pages that carry an entry may be others now: when it was verified is told by them
    perform kb_store.serve_entries(changed, at);
    perform kb_store.tell_decision(of_run, at, changed, served_before);
    perform kb_store.wake_listeners(told);
    return changed;
end
$$;

comment on function kb_store.rollback is
    'Makes what was believed of the run''s source before another run what is believed again, and pauses the source; the entries concerned.';
