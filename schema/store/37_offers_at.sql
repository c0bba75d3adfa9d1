create or replace function kb_store.offers_at(
    at timestamptz, known_at timestamptz, upcoming boolean, max_results int, wanted kb_store.wanted
) returns setof kb_store.offer
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select e.entry_id, s.name, t.url, t.title, t.description, v.category, v.price, v.currency, v.price_before,
        v.discount_percent, v.code, t.image_url, t.terms, t.language, lower(w.range), upper(w.range), v.validity,
        e.verified_at, e.verified_at + coalesce(e.freshness, s.freshness) <= offers_at.at
    from kb_store.known_entries(offers_at.known_at) e
    join kb_store.version v using (version_id)
    cross join lateral kb_store.text_of(v.version_id, (wanted).language) t
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(e.valid, offers_at.at) as range) w
    where e.kind = 'offer'
        and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
        and ((wanted).language is null or (wanted).language = any (e.languages))
        and (
            kb_store.is_live(e.valid, e.ttl, e.verified_at, offers_at.at)
            -- what has not begun is not yet subject to a ttl
            or (offers_at.upcoming and lower(w.range) > offers_at.at)
        )
    order by coalesce(lower(w.range) > offers_at.at, false), upper(w.range) nulls last, e.entry_id
    limit offers_at.max_results
$$;

comment on function kb_store.offers_at is
    'Offers live at that instant among what is served or, where `known_at` is given, was believed then.';
