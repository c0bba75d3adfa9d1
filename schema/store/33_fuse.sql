create or replace function kb_store.fuse(words kb_store.leg[], vectors kb_store.leg[], vote real)
returns table (passage_id bigint, fused double precision, points real, cosine real)
language sql immutable rows 200
set search_path = pg_catalog, pg_temp
as $$
    -- each leg's best hundred stretched to 0..1; a leg of words that is not full reaches down to zero
    with word as (
        select w.passage_id, w.points, max(w.points) over () as high,
            case when count(*) over () < 100 then 0 else min(w.points) over () end as low
        from unnest(words) w
    ),
    vector as (
        select v.passage_id, v.points, max(v.points) over () as high, min(v.points) over () as low
        from unnest(vectors) v
    )
    select coalesce(w.passage_id, v.passage_id),
        coalesce((w.points - w.low) / nullif(w.high - w.low, 0), (w.points is not null)::int) * (1 - vote)
            + coalesce((v.points - v.low) / nullif(v.high - v.low, 0), (v.points is not null)::int) * vote,
        coalesce(w.points, 0), v.points
    from word w
    full join vector v using (passage_id)
$$;

comment on function kb_store.fuse is
    'What either leg found, in one order: the sum of their points, scaled per query; `vote` is the vectors'' weight.';
