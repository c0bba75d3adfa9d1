create or replace function kb_store.forget_texts(which bigint[]) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with idle as (
        delete from kb_store.passage p
        where p.passage_id = any (which)
            and not exists (select from kb_store.chunk c where c.passage_id = p.passage_id)
            and not exists (select from kb_store.served_passage s where s.passage_id = p.passage_id)
            -- nor does a run at work mean to publish it
            and not exists (select from kb_store.plan_chunk c where c.passage_sha256 = p.passage_sha256)
        returning p.passage_sha256
    )
    delete from kb_store.embedding e using idle where e.passage_sha256 = idle.passage_sha256;
$$;

comment on function kb_store.forget_texts is 'Deletes those of some texts, and their vectors, that nothing holds any more.';
