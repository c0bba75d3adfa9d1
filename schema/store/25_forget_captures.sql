create or replace function kb_store.forget_captures(kept bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    delete from kb_store.attempt a where a.run_id < kept;

    delete from kb_store.reading d
    where d.run_id < kept
        and not exists (select from kb_store.page p where p.reading_id = d.reading_id)
        and not exists (select from kb_store.attempt a where a.reading_id = d.reading_id)
        and not exists (select from kb_store.page_before b where (b.state ->> 'reading_id')::bigint = d.reading_id)
        and not exists (select from kb_store.draft_before b where b.reading_id = d.reading_id);

    delete from kb_store.body o
    where not exists (select from kb_store.page p where p.body_sha256 = o.body_sha256)
        and not exists (select from kb_store.attempt a where a.body_sha256 = o.body_sha256)
        and not exists (select from kb_store.reading d where d.body_sha256 = o.body_sha256)
        and not exists (select from kb_store.page_before b where (b.state ->> 'body_sha256')::bytea = o.body_sha256);
$$;

comment on function kb_store.forget_captures is
    'Deletes what earlier runs than that fetched and read, unless a page, a later run or the undoing of one still needs it.';
