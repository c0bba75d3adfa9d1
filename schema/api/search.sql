create or replace function kb.search(
    query text,
    query_embedding vector default null,
    max_results int default 8,
    category text[] default null,
    language text default null,
    source text[] default null,
    kind text[] default null,
    min_score real default null,
    min_price numeric default null,
    max_price numeric default null
) returns setof kb_store.hit
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set standard_conforming_strings = on -- whatever the session says, patterns are read as they are written
as $$
#variable_conflict use_column
declare
    -- read once: what one call returns holds at one instant
    at constant timestamptz := clock_timestamp();
begin
    perform kb_store.check_limits(search.query, search.max_results, 100);
    return query
    select h.*
    from kb_store.hits_at(
        at, null, search.query, search.query_embedding, search.max_results,
        kb_store.wanted_of(
            search.category, search.language, search.source, search.kind, search.min_price, search.max_price
        ),
        search.min_score
    ) h;
end
$$;

comment on function kb.search(text, vector, int, text[], text, text[], text[], real, numeric, numeric) is
    'What is true now and answers the query, best first, each entry once: its best chunk, in the language asked for or the'
    ' script of the query where it has one; kb.entry has what stands around it. Without an embedding the database makes one'
    ' of the words; degraded says that neither was to be had. Prices are compared as they stand, in whatever currency; what'
    ' has none passes no bound.';
