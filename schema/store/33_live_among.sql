create or replace function kb_store.live_among(
    at timestamptz, covered text[], wanted kb_store.wanted, inout leg kb_store.leg[], out chunks kb_store.served_chunk[]
)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    with live as materialized (
        select n.passage_id, n.points, s.chunks
        from (select f.* from unnest(leg) f order by f.points desc) n
        -- looked up one by one until there are enough: a join would go through all that there is
        cross join lateral (
            select array_agg(c) as chunks
            from kb_store.served_chunk c
            join kb_store.served_entry e using (entry_id)
            where c.passage_id = n.passage_id
                and kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
                and (c.valid is null or c.valid @> at)
                and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
                and ((wanted).language is null or c.language = (wanted).language)
                and (covered = '{}' or c.language = any (covered || array['und']))
        ) s
        where s.chunks is not null
        order by n.points desc
        limit 100
    )
    select
        array(select (l.passage_id, l.points)::kb_store.leg from live l order by l.points desc),
        array(select c::kb_store.served_chunk from live l cross join lateral unnest(l.chunks) c)
    into leg, chunks;
end
$$;

comment on function kb_store.live_among is
    'The hundred nearest of a leg among what is live, wanted and in a covered language, and the chunks in which they stand.';
