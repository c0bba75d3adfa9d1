create or replace function kb_store.passed_bounds(until timestamptz, of_source int)
returns table (at timestamptz, change text, entry_id bigint, version_id bigint)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with served as materialized (
        select s.entry_id, s.version_id, s.valid, s.told_until, s.verified_at + s.ttl as lapse
        from kb_store.served_entry s
        where of_source is null or s.source_id = of_source
    ),
    occasion as (
        select s.*, lower(r) as starts, upper(r) as ends from served s cross join lateral unnest(s.valid) r
    )
    select o.starts, 'activated', o.entry_id, o.version_id
    from occasion o
    where o.starts > o.told_until and o.starts <= until and (o.lapse is null or o.lapse > o.starts)
    union all
    -- what had lapsed before has been told to be over
    select o.ends, 'expired', o.entry_id, o.version_id
    from occasion o
    where o.ends > o.told_until and o.ends <= until and (o.lapse is null or o.lapse >= o.ends)
    union all
    select o.lapse, 'expired', o.entry_id, o.version_id
    from occasion o
    where o.lapse > o.told_until and o.lapse <= until
        and (o.starts is null or o.starts < o.lapse) and (o.ends is null or o.ends > o.lapse)
$$;

comment on function kb_store.passed_bounds is
    'What the clock did to served entries since the change feed last told of each, up to that instant; null: of all sources.';
