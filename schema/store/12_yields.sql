create or replace function kb_store.yields(of_run bigint)
returns table (pages text, count int, before int, now int)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with changed as materialized (
        select kb_store.pages_like(p.url) as pages, p.page_id, p.reading_id as before, e.reading_id as now
        from kb_store.run r
        join kb_store.page p using (source_id)
        join kb_store.effective_readings(of_run) e using (page_id)
        where r.run_id = of_run and p.reading_id is distinct from e.reading_id and p.reading_id is not null
    ),
    offers as (
        select d.reading_id, count(*) as given
        from kb_store.draft d
        where d.content ->> 'kind' = 'offer'
            and d.reading_id in (select before from changed union select now from changed)
        group by d.reading_id
    )
    select c.pages, count(*)::int, coalesce(sum(b.given), 0)::int, coalesce(sum(n.given), 0)::int
    from changed c
    left join offers b on b.reading_id = c.before
    left join offers n on n.reading_id = c.now
    group by c.pages
    having sum(b.given) > 0 or sum(n.given) > 0
    order by sum(b.given) desc nulls last, c.pages
    limit 50
$$;

comment on function kb_store.yields is
    'Offers given before and now by the pages that a run finds to say something else, by kind of page.';
