create or replace function kb_store.sweep(at timestamptz, of_source int default null) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
declare
    ended bigint[];
begin
    insert into kb_store.change (at, change, entry_id, version_id)
    select b.at, b.change, b.entry_id, b.version_id
    from kb_store.passed_bounds(sweep.at, of_source) b
    order by b.at, b.entry_id
    -- a clock set back meets its bounds again
    on conflict do nothing;

    select array_agg(s.entry_id) into ended
    from kb_store.served_entry s
    where upper(s.valid) <= sweep.at and (of_source is null or s.source_id = of_source);
    -- only rows that a bound was found for: a sweep a minute must not write the whole table
    update kb_store.served_entry s
    set told_until = sweep.at
    where s.told_until < sweep.at
        and (of_source is null or s.source_id = of_source)
        and not s.entry_id = any (coalesce(ended, '{}'))
        and (
            s.verified_at + s.ttl between s.told_until and sweep.at
            or exists (
                select from unnest(s.valid) r
                where lower(r) between s.told_until and sweep.at or upper(r) between s.told_until and sweep.at
            )
        );
    perform kb_store.serve_entries(ended, sweep.at);
    return coalesce(cardinality(ended), 0);
end
$$;

comment on function kb_store.sweep is
    'Tells the change feed what the clock did up to that instant and takes what has ended out of the index; how many '
    'entries ended. For callers that hold the lock of the feed.';
