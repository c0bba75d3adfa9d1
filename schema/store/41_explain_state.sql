create or replace function kb_store.explain_state(at timestamptz, which bigint)
returns table (
    entry_id bigint, kind text, source text, zone text, freshness interval, absent_runs int, absent_since timestamptz,
    version_id bigint, recorded tstzrange, run_id bigint, closed_by bigint, closed_reason text, valid tstzmultirange,
    validity text, url text, languages text[], category text[], quotes text, ttl interval, verified_at timestamptz,
    occasion tstzrange, serves boolean
)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select e.entry_id, e.kind, s.name, s.zone, s.freshness, e.absent_runs, e.absent_since,
        v.version_id, v.recorded, v.run_id, v.closed_by, v.closed_reason, v.valid,
        v.validity, v.url, v.language || array(
            select n.language from kb_store.version_variant n where n.version_id = v.version_id order by 1
        ), v.category, q.quotes, t.ttl, t.verified_at,
        -- the range that holds or comes next, else the last
        coalesce(
            kb_store.range_at(v.valid, explain_state.at),
            (select r from unnest(v.valid) r order by lower(r) desc nulls last limit 1)
        ),
        coalesce(kb_store.is_live(l.valid, l.ttl, l.verified_at, explain_state.at), false)
    from kb_store.entry e
    join kb_store.source s using (source_id)
    join lateral (
        select * from kb_store.version n where n.entry_id = e.entry_id order by n.version_id desc limit 1
    ) v on true
    left join kb_store.served_entry l on l.version_id = v.version_id
    cross join lateral (
        select coalesce(l.verified_at, max(p.last_verified), lower(v.recorded)) as verified_at,
            coalesce(l.ttl, case
                when not upper_inf(v.valid) then null
                when e.kind = 'offer' then s.ttl
                else s.ttl_pages
            end) as ttl
        from kb_store.draft d
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = e.source_id
        where d.entry_id = e.entry_id
    ) t
    cross join lateral (
        -- the words a date was read from, and no others: an offer that is over must not be quoted by its explanation
        select string_agg(format('«%s» (%s)', left(x ->> 'text', 120), x ->> 'rule'), '; ' order by n) as quotes
        from jsonb_array_elements(v.evidence) with ordinality j(x, n)
        where x ->> 'field' = 'window'
    ) q
    where e.entry_id = which and e.source_id = any (kb_store.visible_sources())
$$;

comment on function kb_store.explain_state is
    'What the checks of an entry look at, at that instant; no row when there is none or this session may not see it.';
