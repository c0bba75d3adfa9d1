create or replace function kb.search_as_of(
    as_of timestamptz,
    known_at timestamptz,
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
begin
    perform kb_store.check_instants(search_as_of.as_of, search_as_of.known_at);
    perform kb_store.check_limits(search_as_of.query, search_as_of.max_results, 100);
    return query
    select h.*
    from kb_store.hits_at(
        search_as_of.as_of, search_as_of.known_at, search_as_of.query, search_as_of.query_embedding,
        search_as_of.max_results,
        kb_store.wanted_of(
            search_as_of.category, search_as_of.language, search_as_of.source, search_as_of.kind,
            search_as_of.min_price, search_as_of.max_price
        ),
        search_as_of.min_score
    ) h;
end
$$;

comment on function kb.search_as_of is
    'What was true at as_of and answers the query, by what was known at known_at; otherwise as kb.search, ranked by the'
    ' rarities of words and the model of today. For auditors.';
