create or replace function kb_store.forget_pages(of_run bigint, which bigint[]) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into kb_store.page_before (run_id, page_id, state)
    select of_run, p.page_id, to_jsonb(p)
    from kb_store.page p
    where p.page_id = any (which)
    on conflict do nothing;

    update kb_store.page
    set etag = null, last_modified = null, body_sha256 = null, observed_at = null, links = null, reading_id = null
    where page_id = any (which);
$$;

comment on function kb_store.forget_pages is
    'Keeps nothing of some pages for the next look, so that they are fetched and read whole if they come back; a rollback can.';
