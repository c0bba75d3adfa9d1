create or replace function kb_store.remember(of_run bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    insert into kb_store.page_before (run_id, page_id, state)
    select of_run, p.page_id, to_jsonb(p)
    from kb_store.run r
    join kb_store.page p using (source_id)
    left join kb_store.effective_readings(of_run) e using (page_id)
    where r.run_id = of_run and e.reading_id is distinct from p.reading_id;

    insert into kb_store.draft_before (run_id, reading_id, ordinal, entry_id)
    select of_run, d.reading_id, d.ordinal, d.entry_id
    from kb_store.plan_draft n
    join kb_store.plan_entry p using (run_id, key)
    join kb_store.draft d on d.reading_id = n.reading_id and d.ordinal = n.ordinal
    where n.run_id = of_run and d.entry_id is distinct from p.entry_id and d.entry_id is not null;
$$;

comment on function kb_store.remember is 'Keeps what a run is about to change of its pages and drafts, for a rollback.';
