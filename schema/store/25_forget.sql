create or replace function kb_store.forget(before timestamptz) returns bigint
language plpgsql
security definer -- a writer may delete no history; this much of it the retention allows
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
declare
    -- runs below this one had all ended by then
    kept constant bigint := coalesce(
        (select min(r.run_id) from kb_store.run r where r.finished_at is null or r.finished_at >= before),
        (select max(r.run_id) + 1 from kb_store.run r)
    );
    versions bigint[];
    texts bigint[];
begin
    perform from kb_store.run r where r.run_id < kept and not r.forgotten limit 1;
    if not found then
        return 0;
    end if;
    delete from kb_store.page_before b where b.run_id < kept;
    delete from kb_store.draft_before b where b.run_id < kept;
    perform kb_store.forget_captures(kept);

    select coalesce(array_agg(v.version_id), '{}') into versions from kb_store.version v where v.closed_by < kept;
    delete from kb_store.change c where c.version_id = any (versions);
    delete from kb_store.version_variant n where n.version_id = any (versions);
    with cut as (
        delete from kb_store.chunk c where c.version_id = any (versions) returning c.passage_id
    )
    select coalesce(array_agg(distinct cut.passage_id), '{}') into texts from cut;
    perform kb_store.forget_texts(texts);
    delete from kb_store.version v where v.version_id = any (versions);
    perform kb_store.forget_looks(before);

    update kb_store.run r set forgotten = true where r.run_id < kept and not r.forgotten;
    return cardinality(versions);
end
$$;

comment on function kb_store.forget is
    'Deletes the versions that were closed before that instant, and what was kept to undo the runs that had ended by then; how many versions. What is believed stays, however old.';
