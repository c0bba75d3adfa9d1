create or replace function kb_store.unmatched_pages()
returns table (source_id int, url text, message text, quote text)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with silent as materialized (
        select p.source_id, p.page_id, p.url, x ->> 'message' as message, x ->> 'quote' as quote
        from kb_store.page p
        join kb_store.reading r using (reading_id)
        cross join lateral jsonb_array_elements(r.findings) x
        where x ->> 'rule' = 'no-offer-matched'
    ),
    -- all pages of their sources: did any reading that is kept give offers?
    known as materialized (
        select p.source_id, p.page_id, kb_store.pages_like(p.url) as pages,
            coalesce(bool_or(d.content ->> 'kind' = 'offer'), false) as gave
        from kb_store.page p
        join kb_store.reading r using (page_id)
        left join kb_store.draft d on d.reading_id = r.reading_id
        where p.source_id in (select s.source_id from silent s)
        group by p.source_id, p.page_id
    ),
    kinds as (
        select k.source_id, k.pages, count(*) filter (where k.gave) * 2 > count(*) as gave
        from known k
        group by k.source_id, k.pages
    ),
    sources as (
        select k.source_id, bool_or(k.gave) as gave from known k group by k.source_id
    )
    select s.source_id, s.url, s.message, s.quote
    from silent s
    join known k using (page_id)
    join kinds n on n.source_id = k.source_id and n.pages = k.pages
    join sources o on o.source_id = s.source_id
    where k.gave or n.gave or not o.gave
$$;

comment on function kb_store.unmatched_pages is
    'Pages on which the selectors match nothing although they should: the page gave offers, most pages of its kind did, or no page of the source does.';
