create or replace function kb_store.strayed_pages(of_run bigint)
returns table (url text, outcome text, final_url text)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    select a.url, a.outcome, a.final_url
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome in ('moved', 'moved_off_scope')
    join kb_store.page p on p.source_id = r.source_id and p.url = a.url
    where r.run_id = of_run and p.reading_id is not null and a.final_url is not null
    order by a.url
$$;

comment on function kb_store.strayed_pages is 'Pages believed until now that send their visitors elsewhere.';
