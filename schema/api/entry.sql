create or replace function kb.entry(entry_id bigint) returns setof kb_store.whole_entry
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    allowed constant int[] := kb_store.visible_sources();
begin
    return query
    select e.entry_id, e.kind, s.name, v.url, v.title, v.description, t.text, v.language, v.category, v.price, v.currency,
        v.price_before, v.discount_percent, v.code, v.image_url, v.terms, lower(w.range), upper(w.range), v.validity,
        e.verified_at, e.verified_at + s.freshness <= at, v.evidence, o.urls
    from kb_store.served_entry e
    join kb_store.version v using (version_id)
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(e.valid, at) as range) w
    cross join lateral (
        select string_agg(c.body, e'\n\n' order by c.ordinal) as text
        from kb_store.served_chunk l
        join kb_store.chunk c using (chunk_id)
        where l.entry_id = e.entry_id and (l.valid is null or l.valid @> at)
    ) t
    cross join lateral (
        -- every page that says so now, whatever page was read first
        select coalesce(array_agg(distinct p.url order by p.url), '{}') as urls
        from kb_store.entry n
        join kb_store.draft d using (key)
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = n.source_id
        where n.entry_id = e.entry_id and p.url <> v.url
    ) o
    where e.entry_id = entry.entry_id
        and e.source_id = any (allowed)
        and kb_store.is_live(e.valid, e.ttl, e.verified_at, at);
end
$$;

comment on function kb.entry is 'One entry whole, if it is live at this instant: its text, evidence and the other pages that carry it.';
