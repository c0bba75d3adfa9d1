create or replace function kb.entry(entry_id bigint, language text default null) returns setof kb_store.whole_entry
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    allowed constant int[] := kb_store.visible_sources();
begin
    return query
    select e.entry_id, e.kind, s.name, n.url, n.title, n.description, t.text, n.language, v.category, v.price, v.currency,
        v.price_before, v.discount_percent, v.code, n.image_url, n.terms, lower(w.range), upper(w.range), v.validity,
        e.verified_at, e.verified_at + s.freshness <= at, v.evidence, o.urls, e.languages, o.carriers, t.chunks
    from kb_store.served_entry e
    join kb_store.version v using (version_id)
    cross join lateral kb_store.text_of(v.version_id, entry.language) n
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(e.valid, at) as range) w
    cross join lateral (
        select string_agg(c.body, e'\n\n' order by c.ordinal) as text,
            coalesce(
                jsonb_agg(
                    jsonb_build_object('chunk_id', c.chunk_id, 'heading', c.heading, 'body', c.body) order by c.ordinal
                ),
                '[]'
            ) as chunks
        from kb_store.served_chunk l
        join kb_store.chunk c using (chunk_id)
        where l.entry_id = e.entry_id and l.language = n.language and (l.valid is null or l.valid @> at)
    ) t
    cross join lateral (
        -- every page that says so now, whatever page was read first
        select coalesce(array_agg(distinct p.url order by p.url) filter (where p.url <> n.url), '{}') as urls,
            coalesce(
                jsonb_agg(
                    distinct jsonb_build_object(
                        'url', p.url, 'language', d.content ->> 'language', 'verified_at', p.last_verified
                    )
                ),
                '[]'
            ) as carriers
        from kb_store.draft d
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = e.source_id
        where d.entry_id = e.entry_id
    ) o
    where e.entry_id = entry.entry_id
        and e.source_id = any (allowed)
        and kb_store.is_live(e.valid, e.ttl, e.verified_at, at);
end
$$;

comment on function kb.entry(bigint, text) is
    'One entry whole, if it is live at this instant, in the language asked for where it has it: its text, its evidence, its'
    ' languages, the pages that carry it (carriers: url, language, verified_at), and its chunks in order (chunk_id,'
    ' heading, body), so that what stands before and after a hit can be quoted with it.';
