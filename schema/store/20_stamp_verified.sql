create or replace function kb_store.stamp_verified(of_run bigint, at timestamptz) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with seen as (
        select s.entry_id, s.verified_at as before, max(a.fetched_at) as verified_at
        from kb_store.run r
        join kb_store.attempt a using (run_id)
        join kb_store.page p on p.source_id = r.source_id and p.url = a.url and p.last_verified = a.fetched_at
        join kb_store.draft d on d.reading_id = p.reading_id
        join kb_store.served_entry s on s.entry_id = d.entry_id
        where r.run_id = of_run
        group by s.entry_id
    ),
    stamped as (
        update kb_store.served_entry s
        set verified_at = n.verified_at,
            -- a look that came too late moves a lapse that has been told to an instant that is past as well
            told_until = case
                when n.before + s.ttl <= stamp_verified.at then greatest(s.told_until, stamp_verified.at)
                else s.told_until
            end
        from seen n
        where s.entry_id = n.entry_id and n.before < n.verified_at
        returning s.*, n.before
    ),
    kept as (
        insert into kb_store.verification (entry_id, known_at, verified_at)
        select s.entry_id, stamp_verified.at, s.verified_at from stamped s
        on conflict (entry_id, known_at) do update set verified_at = excluded.verified_at
    )
    -- it had lapsed: from this instant it is served again
    insert into kb_store.change (at, change, entry_id, version_id, run_id)
    select stamp_verified.at, 'restored', s.entry_id, s.version_id, of_run
    from stamped s
    where kb_store.is_live(s.valid, s.ttl, s.verified_at, stamp_verified.at)
        and not kb_store.is_live(s.valid, s.ttl, s.before, stamp_verified.at)
    order by s.entry_id
    on conflict do nothing
$$;

comment on function kb_store.stamp_verified(bigint, timestamptz) is
    'Records for served entries that a run has seen them, and tells the change feed which had lapsed; writes no vector index.';
