create or replace function kb.offers_as_of(
    as_of timestamptz,
    known_at timestamptz,
    category text[] default null,
    language text default null,
    source text[] default null,
    upcoming boolean default false,
    max_results int default 100,
    min_price numeric default null,
    max_price numeric default null
) returns setof kb_store.offer
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform kb_store.check_instants(offers_as_of.as_of, offers_as_of.known_at);
    perform kb_store.check_limits(null, offers_as_of.max_results, 10000);
    return query
    select o.*
    from kb_store.offers_at(
        offers_as_of.as_of, offers_as_of.known_at, offers_as_of.upcoming, offers_as_of.max_results,
        kb_store.wanted_of(
            offers_as_of.category, offers_as_of.language, offers_as_of.source, null, offers_as_of.min_price,
            offers_as_of.max_price
        )
    ) o;
end
$$;

comment on function kb.offers_as_of is
    'Offers that were live at as_of, by what was known at known_at; otherwise as kb.offers. For auditors.';
