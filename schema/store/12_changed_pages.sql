create or replace function kb_store.changed_pages(of_run bigint)
returns table (
    url text, kind text, source text, new_bytes boolean, now jsonb, before jsonb, given bigint, live bigint, kept bigint,
    said bigint, known boolean, says_empty boolean, lasting boolean, moved_to text, settled boolean, expected bigint
)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with answered as materialized (
        select a.url, a.fetched_at, a.reading_id, a.body_sha256, null as moved_to
        from kb_store.attempt a
        where a.run_id = of_run and a.outcome in ('ok', 'not_modified', 'empty_extraction')
    ),
    told as (
        select n.* from answered n
        union all
        -- what a page that moved says, it says at its new address
        select a.url, a.fetched_at, n.reading_id, n.body_sha256, a.final_url
        from kb_store.attempt a
        join answered n on n.url = a.final_url
        where a.run_id = of_run and a.outcome = 'moved'
    ),
    changed as materialized (
        select a.url, a.fetched_at, a.reading_id, a.moved_to, p.reading_id as believed, s.source_id, s.kind, s.name,
            a.moved_to is not null or (a.body_sha256 is not null and a.body_sha256 is distinct from p.body_sha256)
                as new_bytes,
            t.reading_id is not null as settled,
            d.features as now, b.features as before, d.findings @> '[{"rule": "listing-empty"}]' as says_empty,
            coalesce(p.empty_since <= a.fetched_at - interval '24 hours', false) as lasting
        from kb_store.run r
        join kb_store.source s using (source_id)
        cross join told a
        join kb_store.page p on p.source_id = r.source_id and p.url = a.url
        left join kb_store.page t on t.source_id = r.source_id and t.url = a.moved_to
        join kb_store.reading d on d.reading_id = a.reading_id
        left join kb_store.reading b on b.reading_id = p.reading_id
        where r.run_id = of_run and p.reading_id is distinct from a.reading_id
            and (a.moved_to is null or p.reading_id is not null)
    ),
    given as materialized (
        select c.url, count(*) as offers
        from changed c
        join kb_store.draft o on o.reading_id = c.reading_id and o.content ->> 'kind' = 'offer'
        group by c.url
    ),
    -- offers that the page gave and that are not over by their own end
    live as materialized (
        select distinct on (c.url, s.entry_id) c.url, c.reading_id, s.entry_id, o.key, v.title
        from changed c
        join kb_store.draft o on o.reading_id = c.believed and o.content ->> 'kind' = 'offer'
        join kb_store.served_entry s on s.entry_id = o.entry_id
        join kb_store.version v on v.version_id = s.version_id
        where upper_inf(s.valid) or upper(s.valid) > c.fetched_at
    ),
    lived as materialized (
        select l.url, count(*) as offers from live l group by l.url
    ),
    kept as materialized (
        select l.url, count(*) as offers, array_agg(l.entry_id) as entries
        from live l
        where exists (
            select from kb_store.draft o
            where o.reading_id = l.reading_id and o.content ->> 'kind' = 'offer'
                -- by key, or by name where a key was lost; planning looks closer
                and (o.key = l.key or lower(o.content ->> 'title') = lower(l.title))
        )
        group by l.url
    ),
    -- the kinds of address of which new pages came, and how many of their believed pages gave offers
    history as (
        select kb_store.pages_like(p.url) as pages, count(*) as known, count(o.reading_id) as gave,
            count(o.reading_id) filter (where a.reading_id = p.reading_id) as give
        from kb_store.run r
        join kb_store.page p on p.source_id = r.source_id and p.reading_id is not null
        left join kb_store.attempt a on a.run_id = r.run_id and a.url = p.url
        left join (
            select distinct d.reading_id
            from kb_store.draft d
            join kb_store.entry e using (entry_id)
            where e.kind = 'offer'
        ) o on o.reading_id = p.reading_id
        where r.run_id = of_run and exists (select from changed c where c.believed is null)
        group by kb_store.pages_like(p.url)
    ),
    -- most of them did, and nothing of the kind gives any in this run
    silent as materialized (
        select h.pages, h.gave
        from history h
        where h.gave * 2 > h.known and h.give = 0
            and not exists (select from given g where kb_store.pages_like(g.url) = h.pages)
    ),
    -- pages that give less than half of that: is what is missing still in their text?
    text as materialized (
        select c.url, string_agg(lower(b ->> 'text'), ' ') as told
        from changed c
        join lived l using (url)
        left join given g using (url)
        join kb_store.draft o on o.reading_id = c.reading_id
        cross join lateral jsonb_array_elements(o.content -> 'blocks') b
        where coalesce(g.offers, 0) * 2 < l.offers
        group by c.url
    ),
    said as (
        select l.url, count(*) as offers
        from live l
        join text t using (url)
        left join kept k using (url)
        where l.entry_id <> all (coalesce(k.entries, '{}')) and position(lower(l.title) in t.told) > 0
        group by l.url
    )
    select c.url, c.kind, c.name, c.new_bytes, c.now, c.before, coalesce(g.offers, 0),
        coalesce(l.offers, 0), coalesce(k.offers, 0), coalesce(s.offers, 0),
        c.believed is not null, c.says_empty, c.lasting, c.moved_to, c.settled,
        case when c.believed is null then coalesce(h.gave, 0) else 0 end
    from changed c
    left join given g using (url)
    left join lived l using (url)
    left join kept k using (url)
    left join said s using (url)
    left join silent h on h.pages = kb_store.pages_like(c.url)
    order by c.url
$$;

comment on function kb_store.changed_pages is
    'Pages that this run found to say, where they are or where they moved, something else than is believed of them, with what decides whether it may be: features and yields.';
