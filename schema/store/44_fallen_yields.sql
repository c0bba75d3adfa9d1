create or replace function kb_store.fallen_yields(at timestamptz)
returns table (source_id int, url text, given bigint, missing bigint)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    -- offers that one of the last readings of a page gave, that are not over by their own end, and that no page gives
    -- now; what was withdrawn for that counts for a week
    with believed as materialized (
        select distinct on (e.entry_id) e.source_id, e.entry_id, v.valid, v.recorded, v.closed_reason
        from kb_store.entry e
        join kb_store.version v using (entry_id)
        where e.kind = 'offer'
        order by e.entry_id, v.version_id desc
    ),
    missed as materialized (
        select b.source_id, b.entry_id
        from believed b
        where not isempty(b.valid) and (upper_inf(b.valid) or upper(b.valid) > at)
            and (upper_inf(b.recorded) or (b.closed_reason = 'absent' and upper(b.recorded) > at - interval '168 hours'))
            and not exists (
                select from kb_store.draft d
                join kb_store.page p on p.reading_id = d.reading_id
                where d.entry_id = b.entry_id and p.source_id = b.source_id
            )
    ),
    lately as (
        select r.page_id, r.reading_id, row_number() over (partition by r.page_id order by r.reading_id desc) as age
        from kb_store.reading r
        where r.outcome = 'ok' and exists (select from missed)
    ),
    loss as (
        select p.page_id, count(distinct m.entry_id) as missing
        from lately l
        join kb_store.page p on p.page_id = l.page_id and p.reading_id <> l.reading_id
        join kb_store.draft d on d.reading_id = l.reading_id
        join missed m on m.entry_id = d.entry_id and m.source_id = p.source_id
        where l.age <= 5
        group by p.page_id
    )
    select p.source_id, p.url, n.given, l.missing
    from loss l
    join kb_store.page p using (page_id)
    left join lateral (
        select count(*) as given
        from kb_store.draft d
        where d.reading_id = p.reading_id and d.content ->> 'kind' = 'offer'
    ) n on true
    where l.missing >= 2 and l.missing > n.given
$$;

comment on function kb_store.fallen_yields is
    'Pages that lately gave offers of which more are missing now than are left.';
