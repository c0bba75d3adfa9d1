create or replace function kb_store.announce(
    of_run bigint, at timestamptz, served_before bigint[], lapsed_before bigint[]
) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with planned as (
        select p.entry_id, v.version_id, v.valid, s.verified_at + s.ttl as lapse, s.entry_id is not null as served,
            -- over when first seen, and silent until now
            case when exists (select from kb_store.change c where c.entry_id = p.entry_id) then p.action else 'added' end
                as change,
            s.entry_id is not null and not kb_store.is_live(s.valid, s.ttl, s.verified_at, announce.at)
                and s.valid @> announce.at as lapsed
        from kb_store.plan_entry p
        join kb_store.version v on v.entry_id = p.entry_id and upper_inf(v.recorded)
        left join kb_store.served_entry s on s.entry_id = p.entry_id
        where p.run_id = of_run and p.action <> 'unchanged'
            and (s.entry_id is not null or p.entry_id = any (served_before))
    )
    insert into kb_store.change (at, change, entry_id, version_id, run_id)
    select c.at, c.change, c.entry_id, c.version_id, of_run
    from (
        -- what had lapsed, and is over by what is known of it now, has been told to be over
        select announce.at, 1 as place, p.change, p.entry_id, p.version_id
        from planned p
        where p.served or not p.entry_id = any (lapsed_before)
        union all
        -- over by what is known of it now: the end is its bound, unless it has none; or a person withdrew what it was
        -- found to be the same as
        select least(coalesce(upper(p.valid), announce.at), announce.at), 2,
            case when kb_store.withheld(p.entry_id) @> announce.at then 'withdrawn' else 'expired' end,
            p.entry_id, p.version_id
        from planned p
        where not p.served and not p.entry_id = any (lapsed_before)
        union all
        select p.lapse, 2, 'expired', p.entry_id, p.version_id
        from planned p
        where p.lapsed and not p.entry_id = any (lapsed_before)
        union all
        select announce.at, 1, 'withdrawn', x.entry_id, v.version_id
        from kb_store.plan_removal x
        join kb_store.version v on v.entry_id = x.entry_id and v.closed_by = of_run
        where x.run_id = of_run and not x.held and x.entry_id = any (served_before)
    ) c
    order by c.place, c.entry_id
    on conflict do nothing
$$;

comment on function kb_store.announce(bigint, timestamptz, bigint[], bigint[]) is 'Writes what a run published to the change feed.';
