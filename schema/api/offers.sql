create or replace function kb.offers(
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
declare
    at constant timestamptz := clock_timestamp();
begin
    perform kb_store.check_limits(null, offers.max_results, 10000);
    return query
    select o.*
    from kb_store.offers_at(
        at, null, offers.upcoming, offers.max_results,
        kb_store.wanted_of(offers.category, offers.language, offers.source, null, offers.min_price, offers.max_price)
    ) o;
end
$$;

comment on function kb.offers(text[], text, text[], boolean, int, numeric, numeric) is
    'Offers live at this instant, those that end first on top; upcoming => true adds those not yet begun. Each once, in the'
    ' language asked for or else its first. Prices are compared as they stand, in whatever currency; what has none passes no'
    ' bound.';
