create or replace function kb_store.source_states()
returns table (
    source text, paused text, last_run bigint, last_state text, held bigint, held_why jsonb, missing bigint,
    withdrawn bigint
)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select s.name, s.paused, last.run_id, last.state, coalesce(h.removals, 0), h.verdict,
        (
            select count(*)
            from kb_store.page p
            where p.source_id = s.source_id and p.reading_id is not null and p.missing_since is not null
                and not kb_store.is_proven_gone(p.last_outcome, p.last_attempt, p.missing_since)
        ),
        (
            select count(*)
            from kb_store.withdrawal w
            join kb_store.entry e using (entry_id)
            where e.source_id = s.source_id and upper_inf(w.recorded) and w.period @> clock_timestamp()
        )
    from kb_store.source s
    left join lateral (
        select r.run_id, r.state
        from kb_store.run r
        where r.source_id = s.source_id and r.kind = 'sync' and r.finished_at is not null and r.state <> 'planned'
        order by r.run_id desc
        limit 1
    ) last on true
    left join lateral (
        select count(*) as removals, (array_agg(r.verdict order by r.run_id desc))[1] as verdict
        from kb_store.plan_removal x
        join kb_store.run r using (run_id)
        where r.source_id = s.source_id and x.held
        having count(*) > 0
    ) h on true
    where s.source_id = any (kb_store.visible_sources())
$$;

comment on function kb_store.source_states is
    'What waits for a person in each source: why it is paused, what came of its last sync, removals held and why, pages missing once that wait for another look, entries withdrawn by a person.';
