create or replace function kb_store.affected_keys(of_run bigint) returns table (key text)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    -- keys that a page of this run gives now and did not give in these words before, and the reverse
    with changed as (
        select p.reading_id as before, e.reading_id as after
        from kb_store.run
        join kb_store.page p using (source_id)
        left join kb_store.effective_readings(of_run) e using (page_id)
        where run.run_id = of_run and p.reading_id is distinct from e.reading_id
    )
    select d.key from changed c join kb_store.draft d on d.reading_id = c.before
    union
    select d.key from changed c join kb_store.draft d on d.reading_id = c.after
    union
    -- and what is said and is no entry yet: a draft that was given another key
    select d.key
    from kb_store.effective_readings(of_run) e
    join kb_store.draft d using (reading_id)
    join kb_store.run r on r.run_id = of_run
    where not exists (select from kb_store.entry n where n.source_id = r.source_id and n.key = d.key)
$$;

comment on function kb_store.affected_keys is 'Identities of the entries whose statement on some page this run changes.';
