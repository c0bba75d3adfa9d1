create or replace function kb_store.stamp_verified(of_run bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update kb_store.served_entry s
    set verified_at = n.verified_at
    from (
        select e.entry_id, max(a.fetched_at) as verified_at
        from kb_store.run r
        join kb_store.attempt a using (run_id)
        join kb_store.page p on p.source_id = r.source_id and p.url = a.url and p.last_verified = a.fetched_at
        join kb_store.draft d on d.reading_id = p.reading_id
        join kb_store.entry e on e.source_id = r.source_id and e.key = d.key
        where r.run_id = of_run
        group by e.entry_id
    ) n
    where s.entry_id = n.entry_id and s.verified_at < n.verified_at
$$;

comment on function kb_store.stamp_verified is 'Records for served entries that a run has seen them; writes no vector index.';
