create or replace function kb_store.legs_without(legs kb_store.leg[], gone bigint[]) returns kb_store.leg[]
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
    select array(
        select (l.passage_id, l.points)::kb_store.leg
        from unnest(legs) with ordinality l(passage_id, points, place)
        where l.passage_id <> all (gone)
        order by l.place
    )
$$;

comment on function kb_store.legs_without is 'What a leg finds when these texts are not there, in the same order.';
