create or replace function kb_store.expire() returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
declare
    at timestamptz;
    ended bigint[];
begin
    -- one writer of the change feed and the statistics at a time: numbers become visible in order. A row, not an
    -- advisory lock: that a bot could hold
    perform from kb_store.lexical_statistic for update;
    at := clock_timestamp();
    select array_agg(entry_id) into ended from kb_store.served_entry where upper(valid) <= at;

    insert into kb_store.change (at, change, entry_id, version_id)
    select c.at, c.change, c.entry_id, c.version_id
    from (
        select upper(s.valid) as at, 'expired' as change, s.entry_id, s.version_id
        from kb_store.served_entry s
        where s.entry_id = any (ended) and s.announced <> 'lapsed'
        union all
        select s.verified_at + s.ttl, 'expired', s.entry_id, s.version_id
        from kb_store.served_entry s
        where s.announced = 'live' and s.valid @> at and not kb_store.is_live(s.valid, s.ttl, s.verified_at, at)
        union all
        -- a recurring window pauses
        select at, 'expired', s.entry_id, s.version_id
        from kb_store.served_entry s
        where s.announced = 'live' and not s.valid @> at and not s.entry_id = any (coalesce(ended, '{}'))
        union all
        select case s.announced when 'upcoming' then coalesce(lower(kb_store.range_at(s.valid, at)), at) else at end,
            case s.announced when 'upcoming' then 'activated' else 'restored' end, s.entry_id, s.version_id
        from kb_store.served_entry s
        where s.announced <> 'live' and kb_store.is_live(s.valid, s.ttl, s.verified_at, at)
    ) c
    order by c.at, c.entry_id;

    update kb_store.served_entry s
    set announced = n.announced
    from (
        select entry_id, case
            when kb_store.is_live(valid, ttl, verified_at, at) then 'live'
            when valid @> at then 'lapsed'
            else 'upcoming'
        end as announced
        from kb_store.served_entry
    ) n
    where s.entry_id = n.entry_id and s.announced <> n.announced;
    perform kb_store.serve_entries(ended, at);
    perform pg_notify('kb_change', max(change_id)::text) from kb_store.change having max(change_id) is not null;
    return coalesce(cardinality(ended), 0);
end
$$;

comment on function kb_store.expire is
    'Housekeeping: takes what has ended out of the index and tells the change feed what the clock changed. No answer waits for it.';
