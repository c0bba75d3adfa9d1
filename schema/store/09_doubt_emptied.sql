create or replace function kb_store.doubt_emptied(of_run bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    -- a page that gave offers and gives none is a broken reading until its source says that it is empty,
    -- or until it is still so a day later
    update kb_store.attempt a
    set outcome = 'empty_extraction',
        message = format(
            'no offer read from %s (%s before); what it gave stays until its own end. If the site changed, look at the'
            ' selectors of %s; if it is truly empty, set empty_marker', a.url, before.offers, s.name
        )
    from kb_store.run r, kb_store.source s, kb_store.page p, kb_store.reading d,
        lateral (
            select count(*) as offers
            from kb_store.draft o
            join kb_store.served_entry v on v.entry_id = o.entry_id and v.kind = 'offer'
            where o.reading_id = p.reading_id and o.content ->> 'kind' = 'offer'
        ) before
    where a.run_id = of_run and a.outcome in ('ok', 'not_modified')
        and r.run_id = a.run_id and s.source_id = r.source_id
        and p.source_id = r.source_id and p.url = a.url and p.reading_id <> a.reading_id
        and d.reading_id = a.reading_id and d.outcome = 'ok'
        and before.offers > 0
        -- an item of a feed is one entry, and what it is its settings say
        and s.kind not in ('feed', 'push')
        and (p.empty_since is null or p.empty_since > a.fetched_at - interval '24 hours')
        and not exists (
            select from kb_store.draft o where o.reading_id = a.reading_id and o.content ->> 'kind' = 'offer'
        )
        and not d.findings @> '[{"rule": "listing-empty"}]'
$$;

comment on function kb_store.doubt_emptied is
    'Takes the word from pages that gave offers and now give none, unless that is said or lasts.';
