create or replace function kb_store.clear_doubts(of_run bigint, back_to bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- which of the runs missed it is not kept: what was missed is to be missed anew
    update kb_store.entry e
    set absent_runs = 0, absent_since = null
    from kb_store.run r
    where r.run_id = of_run and e.source_id = r.source_id and e.absent_runs > 0;

    update kb_store.page p
    set missing_since = case when p.missing_since <> all (f.looks) then p.missing_since end,
        empty_since = case when p.empty_since <> all (f.looks) then p.empty_since end
    from kb_store.run r
    cross join lateral (
        select a.url, array_agg(a.fetched_at) as looks
        from kb_store.run o
        join kb_store.attempt a using (run_id)
        where o.source_id = r.source_id and o.run_id >= back_to and o.run_id < of_run
        group by a.url
    ) f
    where r.run_id = of_run and p.source_id = r.source_id and p.url = f.url
        and (p.missing_since = any (f.looks) or p.empty_since = any (f.looks));
$$;

comment on function kb_store.clear_doubts is
    'Runs that are undone are no witnesses: doubts of entries and pages that began with them are over.';
