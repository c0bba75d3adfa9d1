create or replace function kb_store.absent_entries(of_run bigint)
returns table (entry_id bigint, key text, reason text, missed_before boolean)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with given as materialized (
        -- what some page carries, by what this run found or by what holds on
        select p.entry_id
        from kb_store.plan_entry p
        where p.run_id = of_run and p.entry_id is not null
        union
        select d.entry_id
        from kb_store.effective_readings(of_run) e
        join kb_store.draft d using (reading_id)
        left join kb_store.plan_draft n on n.run_id = of_run and n.reading_id = d.reading_id and n.ordinal = d.ordinal
        where n.key is null and d.entry_id is not null
    ),
    met as materialized (
        -- what pages in doubt were seen to carry since the doubt began
        select distinct p.page_id, d.key, d.content ->> 'kind' as kind
        from kb_store.run r
        join kb_store.page p on p.source_id = r.source_id and p.empty_since is not null
        join kb_store.run o on o.source_id = r.source_id and o.run_id < r.run_id
        join kb_store.attempt a on a.run_id = o.run_id and a.url = p.url and a.fetched_at >= p.empty_since
        join kb_store.draft d on d.reading_id = a.reading_id
        where r.run_id = of_run
    ),
    carried as materialized (
        -- by how many pages until now; how many of these are proven over, and how many had been without it for a day
        select d.entry_id, count(*) as pages,
            count(*) filter (where kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)) as gone,
            count(*) filter (where p.empty_since <= a.fetched_at - interval '24 hours' and m.page_id is null) as silent,
            -- the page that is about nothing else says so, and no other speaks for it any more
            bool_or(
                v.url in (p.url, p.final_url) and a.outcome <> 'moved'
                and kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)
            ) as own_gone,
            case when bool_or(a.outcome = 'gone') then 'gone' else 'missing' end as proof
        from kb_store.run r
        join kb_store.page p using (source_id)
        join kb_store.draft d on d.reading_id = p.reading_id
        left join kb_store.version v on v.entry_id = d.entry_id and upper_inf(v.recorded)
        left join kb_store.attempt a on a.run_id = of_run and a.url = p.url
        left join met m on m.page_id = p.page_id and m.key = d.key and m.kind = d.content ->> 'kind'
        where r.run_id = of_run
        group by d.entry_id
    )
    select e.entry_id, e.key, case when c.pages = c.gone or c.own_gone then c.proof else 'absent' end,
        -- a page that is believed to be empty since it has been so for a day was the first look that missed it
        e.absent_runs > 0 or coalesce(c.pages = c.silent, false)
    from kb_store.run r
    join kb_store.entry e using (source_id)
    join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
    left join carried c on c.entry_id = e.entry_id
    where r.run_id = of_run
        and not exists (select from given where given.entry_id = e.entry_id)
        -- what was found to be part of another is not lost
        and not exists (
            select from kb_store.plan_removal x
            where x.run_id = of_run and x.entry_id = e.entry_id and x.reason = 'joined'
        )
$$;

comment on function kb_store.absent_entries is
    'Entries still believed that no page of the source carries once this run is published, on what proof, and whether an earlier look missed them too.';
