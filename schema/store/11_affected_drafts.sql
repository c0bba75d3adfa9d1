create or replace function kb_store.affected_drafts(of_run bigint, identity_recipe text)
returns table (reading_id bigint, ordinal int, page_id bigint, key text, entry_id bigint, goes boolean)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    -- drafts that a page of this run gives now and did not give before, and the reverse (goes)
    with effective as materialized (
        select e.page_id, e.reading_id from kb_store.effective_readings(of_run) e
    ),
    changed as materialized (
        select p.page_id, p.reading_id as before, e.reading_id as after
        from kb_store.run
        join kb_store.page p using (source_id)
        left join effective e using (page_id)
        where run.run_id = of_run and p.reading_id is distinct from e.reading_id
    )
    select d.reading_id, d.ordinal, c.page_id, d.key, d.entry_id, true
    from changed c
    join kb_store.draft d on d.reading_id = c.before
    union all
    select d.reading_id, d.ordinal, c.page_id, d.key, d.entry_id, false
    from changed c
    join kb_store.draft d on d.reading_id = c.after
    union all
    -- and what was never found to be of an entry by this recipe
    select d.reading_id, d.ordinal, e.page_id, d.key, d.entry_id, false
    from effective e
    join kb_store.draft d using (reading_id)
    where d.identified_by is distinct from identity_recipe
        and not exists (select from changed c where c.after = e.reading_id)
$$;

comment on function kb_store.affected_drafts is
    'Drafts by which this run changes what the source says of some entry: those that come, those that go, those nobody identified.';
