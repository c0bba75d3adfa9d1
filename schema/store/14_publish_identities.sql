create or replace function kb_store.publish_identities(of_run bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    update kb_store.draft d
    set entry_id = p.entry_id, identified_by = n.recipe
    from kb_store.plan_draft n
    join kb_store.plan_entry p using (run_id, key)
    where n.run_id = of_run and d.reading_id = n.reading_id and d.ordinal = n.ordinal
        and (d.entry_id, d.identified_by) is distinct from (p.entry_id, n.recipe);

    insert into kb_store.entry_mark (entry_id, mark)
    select distinct p.entry_id, m.mark
    from kb_store.plan_draft n
    join kb_store.plan_entry p using (run_id, key)
    join kb_store.draft_mark m on m.reading_id = n.reading_id and m.ordinal = n.ordinal
    where n.run_id = of_run and m.mark !~ '^(own|link):'
    on conflict do nothing;

    -- what is gone from a page, and not merely said anew
    insert into kb_store.entry_mark (entry_id, mark, former)
    with gone as materialized (
        select d.entry_id, d.reading_id, d.ordinal
        from kb_store.run r
        join kb_store.page p using (source_id)
        left join kb_store.effective_readings(of_run) e on e.page_id = p.page_id
        join kb_store.draft d on d.reading_id = p.reading_id
        where r.run_id = of_run and e.reading_id is distinct from p.reading_id and d.entry_id is not null
            and not exists (select from kb_store.draft n where n.reading_id = e.reading_id and n.key = d.key)
    )
    select distinct g.entry_id, m.mark, true
    from gone g
    join kb_store.draft_mark m using (reading_id, ordinal)
    where m.mark !~ '^(own|link):'
    on conflict (entry_id, mark) do update set former = true;

    update kb_store.entry e
    set joined_into = p.entry_id
    from kb_store.plan_removal x
    join kb_store.plan_entry p using (run_id, key)
    where x.run_id = of_run and x.reason = 'joined' and e.entry_id = x.entry_id;

    -- what now leads to another entry leads to this one no more; an entry that was taken in keeps what it was known
    -- by, should that have been a mistake
    delete from kb_store.entry_mark m
    using (
        select p.entry_id, o.mark, r.source_id
        from kb_store.run r
        join kb_store.plan_draft n using (run_id)
        join kb_store.plan_entry p using (run_id, key)
        join kb_store.draft_mark o on o.reading_id = n.reading_id and o.ordinal = n.ordinal
        where r.run_id = of_run and o.mark ~ '^(key|alternate|sku):'
    ) held
    join kb_store.entry e on e.source_id = held.source_id
    where m.mark = held.mark and m.entry_id = e.entry_id and e.entry_id <> held.entry_id and e.joined_into is null
        and not exists (
            select from kb_store.plan_draft n
            join kb_store.plan_entry p using (run_id, key)
            join kb_store.draft_mark o on o.reading_id = n.reading_id and o.ordinal = n.ordinal
            where n.run_id = of_run and p.entry_id = m.entry_id and o.mark = m.mark
        );
$$;

comment on function kb_store.publish_identities is
    'Makes what a plan found out about identity what is known: which entry each draft speaks of, and by what entries are known.';
