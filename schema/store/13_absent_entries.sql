create or replace function kb_store.absent_entries(of_run bigint)
returns table (entry_id bigint, key text, reason text)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with given as (
        select d.key from kb_store.effective_readings(of_run) e join kb_store.draft d using (reading_id)
    )
    select e.entry_id, e.key,
        -- proven over when every page that carried it until now is
        case when carried.pages > 0 and carried.pages = carried.gone then carried.proof else 'absent' end
    from kb_store.run r
    join kb_store.entry e using (source_id)
    join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
    cross join lateral (
        select count(*) as pages,
            count(*) filter (where kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)) as gone,
            case when bool_or(a.outcome = 'gone') then 'gone' else 'missing' end as proof
        from kb_store.draft d
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = r.source_id
        left join kb_store.attempt a on a.run_id = of_run and a.url = p.url
        where d.key = e.key
    ) carried
    where r.run_id = of_run
        and not exists (select from given where given.key = e.key)
        and not exists (select from kb_store.plan_entry p where p.run_id = of_run and p.entry_id = e.entry_id)
$$;

comment on function kb_store.absent_entries is
    'Entries still believed that no page of the source carries once this run is published, and on what proof.';
