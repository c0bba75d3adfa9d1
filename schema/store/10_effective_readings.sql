create or replace function kb_store.effective_readings(of_run bigint)
returns table (page_id bigint, url text, reading_id bigint, verified_at timestamptz)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    -- what each page of the source says once this run is published: its new reading when that is sound,
    -- else the one it had; nothing when it is proven gone
    select p.page_id, p.url,
        case when s.sound then a.reading_id else p.reading_id end,
        case when s.sound then a.fetched_at end
    from kb_store.run
    join kb_store.page p using (source_id)
    left join kb_store.attempt a on a.run_id = of_run and a.url = p.url
    left join kb_store.reading r on r.reading_id = a.reading_id
    cross join lateral (select a.outcome in ('ok', 'not_modified') and r.outcome = 'ok' as sound) s
    where run.run_id = of_run and not kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)
$$;

comment on function kb_store.effective_readings is
    'What each page of the run''s source says once the run is published; verified_at where this run saw it.';
