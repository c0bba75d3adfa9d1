create or replace function kb_store.approve(of_run bigint, listed bigint)
returns table (entry_id bigint, removed boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
#variable_conflict use_column
declare
    told constant bigint := kb_store.lock_feed();
    at constant timestamptz := kb_store.begin_decision(of_run);
    of_source constant int := (select r.source_id from kb_store.run r where r.run_id = listed);
    held bigint[];
    approved bigint[];
    served_before bigint[];
begin
    select array_agg(x.entry_id) into held from kb_store.plan_removal x where x.run_id = listed and x.held;
    -- looked at again: what some page carries after all, or a later look has met without publishing it, stays
    select coalesce(array_agg(x.entry_id), '{}') into approved
    from kb_store.plan_removal x
    join kb_store.entry e using (entry_id)
    where x.run_id = listed and x.held and e.source_id = of_source
        and not exists (
            select from kb_store.draft d
            join kb_store.page p on p.reading_id = d.reading_id and p.source_id = of_source
            where d.entry_id = x.entry_id
                and not kb_store.is_proven_gone(p.last_outcome, p.last_attempt, p.missing_since)
        )
        and not exists (
            select from kb_store.run r
            join kb_store.attempt a using (run_id)
            join kb_store.draft d on d.reading_id = a.reading_id
            where r.source_id = of_source and r.run_id > listed and a.outcome in ('ok', 'not_modified')
                and (d.entry_id = x.entry_id or (d.key = e.key and (d.content ->> 'kind' = 'offer') = (e.kind = 'offer')))
        );
    select coalesce(array_agg(s.entry_id), '{}') into served_before
    from kb_store.served_entry s
    where s.entry_id = any (approved);

    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), at), closed_by = of_run, closed_reason = x.reason
    from kb_store.plan_removal x
    where x.run_id = listed and x.entry_id = any (approved) and v.entry_id = x.entry_id and upper_inf(v.recorded);
    perform kb_store.close_versions(of_run, at, approved, 'absent');
    -- pages that are proven over and waited with what they gave
    perform kb_store.forget_pages(of_run, array(
        select p.page_id
        from kb_store.page p
        where p.source_id = of_source and kb_store.is_proven_gone(p.last_outcome, p.last_attempt, p.missing_since)
            and exists (
                select from kb_store.draft d where d.reading_id = p.reading_id and d.entry_id = any (approved)
            )
    ));
    perform kb_store.serve_entries(approved, at);
    perform kb_store.tell_decision(of_run, at, approved, served_before);

    delete from kb_store.plan_removal x where x.run_id = listed;
    update kb_store.run r
    set state = case when (r.pages ->> 'failed')::int > 0 then 'partial' else 'published' end,
        verdict = r.verdict || to_jsonb(array[format('approved by run %s', of_run)])
    where r.run_id = listed and r.state = 'held';
    perform kb_store.wake_listeners(told);
    return query select n, n = any (approved) from unnest(held) n order by 1;
end
$$;

comment on function kb_store.approve is
    'Publishes the removals that a run holds, as far as they still are so; which were, and which stay.';
