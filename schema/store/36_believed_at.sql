create or replace function kb_store.believed_at(known_at timestamptz)
returns table (
    entry_id bigint, version_id bigint, source_id int, kind text, languages text[], category text[], price numeric,
    valid tstzmultirange, ttl interval, verified_at timestamptz, freshness interval
)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select e.entry_id, v.version_id, e.source_id, e.kind,
        v.language || array(select n.language from kb_store.version_variant n where n.version_id = v.version_id order by 1),
        v.category, v.price, v.valid - coalesce(w.periods, '{}'),
        case
            when not upper_inf(v.valid) then null
            when e.kind = 'offer' then coalesce(l.ttl, s.ttl)
            else coalesce(l.ttl_pages, s.ttl_pages)
        end,
        coalesce(n.verified_at, lower(v.recorded)), coalesce(l.freshness, s.freshness)
    from kb_store.version v
    join kb_store.entry e using (entry_id)
    join kb_store.source s using (source_id)
    left join kb_store.withheld_then(believed_at.known_at) w on w.entry_id = e.entry_id
    left join lateral (
        select l.* from kb_store.source_limit l
        where l.source_id = s.source_id and l.known_at <= believed_at.known_at
        order by l.known_at desc
        limit 1
    ) l on true
    left join lateral (
        select n.verified_at from kb_store.verification n
        where n.entry_id = e.entry_id and n.known_at between lower(v.recorded) and believed_at.known_at
        order by n.known_at desc
        limit 1
    ) n on true
    where v.recorded @> believed_at.known_at
$$;

comment on function kb_store.believed_at is
    'What served_entry would have held at that instant, and what had ended by then: each entry as it was believed to be.';
