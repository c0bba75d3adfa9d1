create or replace function kb_store.publish_at(of_run bigint, at timestamptz) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
-- these are set operations over all a source has; a base just filled has no statistics, and the planner, taking each
-- table for a row or two, would loop over them quadratically (1,000 pages: 2.7 s instead of 0.02)
set enable_nestloop = off
as $$
declare
    concerned bigint[];
    served_before bigint[];
    lapsed_before bigint[];
begin
    -- what the clock did until now belongs to what was known until now
    perform kb_store.sweep(at, r.source_id) from kb_store.run r where r.run_id = of_run;
    perform kb_store.remember(of_run);
    perform kb_store.publish_versions(of_run, at);
    perform kb_store.publish_identities(of_run);
    perform kb_store.restate_withheld(of_run, at);
    perform kb_store.publish_removals(of_run, at);
    perform kb_store.publish_pages(of_run);

    select array_agg(entry_id) into concerned
    from (
        select entry_id from kb_store.plan_entry where run_id = of_run and action <> 'unchanged'
        union
        select entry_id from kb_store.plan_removal where run_id = of_run and not held
        union
        -- what is withheld of one is withheld of what it was found to be the same as
        select p.entry_id from kb_store.plan_removal x join kb_store.plan_entry p using (run_id, key) where x.run_id = of_run
    ) c;
    select coalesce(array_agg(s.entry_id), '{}'),
        coalesce(array_agg(s.entry_id) filter (where s.valid @> at and s.verified_at + s.ttl <= at), '{}')
    into served_before, lapsed_before
    from kb_store.served_entry s
    where s.entry_id = any (concerned);
    perform kb_store.serve_entries(concerned, at);
    perform kb_store.stamp_verified(of_run, at);
    perform kb_store.announce(of_run, at, served_before, lapsed_before);

    update kb_store.source s
    set last_verified = at
    from kb_store.run r
    where r.run_id = of_run and s.source_id = r.source_id
        -- who pushes to a source is its only witness
        and ((r.complete and r.kind = 'sync') or r.kind = 'push');

    -- what an earlier run held back is judged anew by each later look
    delete from kb_store.plan_removal x
    using kb_store.run o, kb_store.run m
    where m.run_id = of_run and m.kind = 'sync' and o.source_id = m.source_id and o.run_id < of_run and x.run_id = o.run_id;
    delete from kb_store.plan_entry where run_id = of_run;
    delete from kb_store.plan_removal where run_id = of_run and not held;
    delete from kb_store.attempt where run_id = of_run and outcome = 'not_modified';
    return concerned;
end
$$;

comment on function kb_store.publish_at is
    'Publishes a run''s plan as at that instant; for callers that hold the lock of the feed and the run''s lease.';
