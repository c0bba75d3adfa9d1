create or replace function kb_store.search_live(
    at timestamptz, query text, direction vector, max_results int, wanted kb_store.wanted,
    known_at timestamptz default null, made boolean default false
) returns table (chunk_id bigint, score real, vector_score real, text_score real)
language plpgsql stable rows 10
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    asked constant record := kb_store.query_terms(query);
    covered constant text[] := kb_store.covered_languages(query);
    legs record;
    vote constant real := case
        when direction is null or covered is null then 0
        when asked.weights is null and known_at is null then 1
        else 0.4
    end;
begin
    if known_at is null then
        legs := kb_store.live_legs(at, asked.weights, case when vote > 0 then direction end, covered, wanted);
    else
        legs := kb_store.past_legs(at, known_at, query, case when vote > 0 then direction end, covered, wanted);
    end if;
    return query
    with candidate as (
        select c.chunk_id, c.entry_id, f.fused, f.cosine,
            least(coalesce(f.points / nullif(asked.information, 0), 0), 1)::real as share,
            max(f.fused) over (partition by c.entry_id) as best,
            kb_store.is_in_script(query, c.language) as in_script
        from kb_store.fuse(legs.words, legs.vectors, vote) f
        join unnest(legs.chunks) c using (passage_id)
        where f.fused > 0
    ),
    hit as (
        -- one entry does not fill the list: its best chunk stands for it, in the script of the query where it has one
        -- that says about as much
        select distinct on (c.entry_id) c.chunk_id, c.best, coalesce(c.cosine, 0) as cosine, c.share
        from candidate c
        order by c.entry_id, (c.in_script and c.fused >= 0.5 * c.best) desc, c.fused desc, c.chunk_id
    ),
    ranked as (
        select h.*, row_number() over (order by h.best desc, h.chunk_id) as place from hit h
    ),
    -- how sure the answer is gives the first hit's score, its rivals have their share of it
    first as materialized (
        select r.best, kb_store.confidence(asked.weights, asked.information, legs.words, legs.vectors, made) as strength
        from ranked r
        where r.place = 1
    )
    select r.chunk_id,
        least(greatest(f.strength * r.best / f.best, 0), 1)::real,
        case when vote > 0 then greatest(r.cosine, 0) end,
        r.share
    from ranked r
    cross join first f
    where r.place <= max_results
    order by r.place;
end
$$;

comment on function kb_store.search_live(timestamptz, text, vector, int, kb_store.wanted, timestamptz, boolean) is
    'Chunks that answer a query among what is live at that instant and wanted, best first, one an entry: BM25 and vectors'
    ' fused by scaled scores. `direction`: the query''s unit vector, of the active model. `known_at`: by what'
    ' was believed then instead of what is served. `made`: the direction was made in the base.';
