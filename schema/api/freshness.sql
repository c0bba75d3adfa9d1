create or replace function kb.freshness() returns setof kb_store.source_freshness
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    allowed constant int[] := kb_store.visible_sources();
begin
    return query
    select s.name, s.last_attempt, s.last_verified,
        coalesce(s.last_verified + s.freshness <= at, true),
        coalesce(n.live, 0), coalesce(n.upcoming, 0),
        (select count(*) from kb_store.entry e where e.source_id = s.source_id and e.absent_runs > 0),
        (select max(x.run_id) from kb_store.plan_removal x join kb_store.run r using (run_id)
            where r.source_id = s.source_id and x.held),
        n.next_expiry
    from kb_store.source s
    left join lateral (
        select count(*) filter (where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)) as live,
            count(*) filter (where lower(kb_store.range_at(e.valid, at)) > at) as upcoming,
            min(coalesce(upper(kb_store.range_at(e.valid, at)), e.verified_at + e.ttl))
                filter (where kb_store.is_live(e.valid, e.ttl, e.verified_at, at) and e.kind = 'offer') as next_expiry
        from kb_store.served_entry e
        where e.source_id = s.source_id
    ) n on true
    where s.source_id = any (allowed)
    order by s.name;
end
$$;

comment on function kb.freshness is
    'How fresh each source is: when it was last looked at and last verified, what is live, and when the next offer ends.';
