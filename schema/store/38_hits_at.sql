create or replace function kb_store.hits_at(
    at timestamptz, known_at timestamptz, query text, query_embedding vector, max_results int, wanted kb_store.wanted,
    min_score real
) returns setof kb_store.hit
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
-- planned for what is served or for what was believed, never for either
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    direction constant vector := kb_store.asked_vector(hits_at.query, hits_at.query_embedding);
    degraded constant boolean := direction is null and kb_store.covered_languages(hits_at.query) is not null;
begin
    return query
    select e.entry_id, c.chunk_id, e.kind, s.name, coalesce(n.url, v.url), coalesce(n.title, v.title), c.heading, c.body,
        coalesce(c.language, v.language), v.category, v.price, v.currency, lower(w.range), upper(w.range),
        case when c.valid is null then v.validity else 'stated' end, e.verified_at,
        e.verified_at + coalesce(e.freshness, s.freshness) <= hits_at.at,
        h.score, h.vector_score, h.text_score,
        max(h.score) over () >= kb_store.answerable_from(),
        degraded
    from kb_store.search_live(
        hits_at.at, hits_at.query, direction, hits_at.max_results, hits_at.wanted, hits_at.known_at,
        made => hits_at.query_embedding is null
    ) h
    join kb_store.chunk c using (chunk_id)
    join kb_store.version v using (version_id)
    -- looked up one by one: a join would go through all that there is
    cross join lateral (
        select k.* from kb_store.known_entries(hits_at.known_at) k where k.entry_id = v.entry_id offset 0
    ) e
    left join kb_store.version_variant n on n.version_id = v.version_id and n.language = c.language
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(coalesce(e.valid * c.valid, e.valid), hits_at.at) as range) w
    where hits_at.min_score is null or h.score >= hits_at.min_score
    order by h.score desc, c.chunk_id;
end
$$;

comment on function kb_store.hits_at is
    'What answers a query at that instant among what is served or, where `known_at` is given, was believed then.';
