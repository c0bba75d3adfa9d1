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
as $$
#variable_conflict use_column
declare
    -- read once: what one call returns holds at one instant
    at constant timestamptz := clock_timestamp();
    wanted kb_store.wanted;
    direction vector;
    degraded boolean;
begin
    perform kb_store.check_limits(search.query, search.max_results, 100);
    wanted := kb_store.wanted_of(
        search.category, search.language, search.source, search.kind, search.min_price, search.max_price
    );
    direction := kb_store.asked_vector(search.query, search.query_embedding);
    degraded := direction is null and kb_store.covered_languages(search.query) is not null;
    return query
    select e.entry_id, c.chunk_id, e.kind, s.name, coalesce(n.url, v.url), coalesce(n.title, v.title), c.heading, c.body,
        coalesce(c.language, v.language), v.category, v.price, v.currency, lower(w.range), upper(w.range),
        case when c.valid is null then v.validity else 'stated' end, e.verified_at, e.verified_at + s.freshness <= at,
        h.score, h.vector_score, h.text_score,
        max(h.score) over () >= kb_store.answerable_from(),
        degraded
    from kb_store.search_live(at, search.query, direction, search.max_results, wanted) h
    join kb_store.chunk c using (chunk_id)
    join kb_store.served_entry e using (version_id)
    join kb_store.version v using (version_id)
    left join kb_store.version_variant n on n.version_id = v.version_id and n.language = c.language
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(coalesce(e.valid * c.valid, e.valid), at) as range) w
    where search.min_score is null or h.score >= search.min_score
    order by h.score desc, c.chunk_id;
end
$$;

comment on function kb.search(text, vector, int, text[], text, text[], text[], real, numeric, numeric) is
    'What is true now and answers the query, best first, each entry once: its best chunk, in the language asked for or the'
    ' script of the query where it has one; kb.entry has what stands around it. Without an embedding the database makes one'
    ' of the words; degraded says that neither was to be had. Prices are compared as they stand, in whatever currency; what'
    ' has none passes no bound.';
