create or replace function kb.offers(
    category text[] default null,
    language text default null,
    source text[] default null,
    upcoming boolean default false,
    max_results int default 100
) returns setof kb_store.offer
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    allowed constant int[] := kb_store.visible_sources();
begin
    perform kb_store.check_limits(null, offers.max_results, 10000);
    return query
    select e.entry_id, s.name, t.url, t.title, t.description, v.category, v.price, v.currency, v.price_before,
        v.discount_percent, v.code, t.image_url, t.terms, t.language, lower(w.range), upper(w.range), v.validity,
        e.verified_at, e.verified_at + s.freshness <= at
    from kb_store.served_entry e
    join kb_store.version v using (version_id)
    cross join lateral kb_store.text_of(v.version_id, offers.language) t
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(e.valid, at) as range) w
    where e.kind = 'offer'
        and e.source_id = any (allowed)
        and (
            kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
            -- what has not begun is not yet subject to a ttl
            or (offers.upcoming and lower(w.range) > at)
        )
        and (offers.category is null or e.category && offers.category)
        and (offers.language is null or offers.language = any (e.languages))
        and (offers.source is null or s.name = any (offers.source))
    order by coalesce(lower(w.range) > at, false), upper(w.range) nulls last, e.entry_id
    limit offers.max_results;
end
$$;

comment on function kb.offers is 'Offers live at this instant, those that end first on top; upcoming => true adds those not yet begun. Each'
    ' once, in the language asked for or else its first.';
