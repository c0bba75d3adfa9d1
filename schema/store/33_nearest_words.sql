create or replace function kb_store.nearest_words(at timestamptz, asked sparsevec, wanted kb_store.wanted)
returns kb_store.leg[]
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    most constant int := kb_store.worth_asking();
    weighed int;
    found kb_store.leg[];
begin
    -- weighing every text takes less than asking of each whether it is live and wanted: that is asked of the best alone
    with best as materialized (
        select w.passage_id, w.points
        from (
            select p.passage_id, -(p.weights <#> asked) as points
            from kb_store.served_passage p
            offset 0 -- computed once a text, not once more to compare and once more to sort
        ) w
        where w.points > 0
        order by w.points desc
        limit most
    )
    select (select count(*) from best), array(
        select (b.passage_id, b.points)::kb_store.leg
        from best b
        -- looked up one by one until there are enough: a join would go through all that there is
        cross join lateral (
            select
            from kb_store.served_chunk c
            join kb_store.served_entry e using (entry_id)
            where c.passage_id = b.passage_id
                and kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
                and (c.valid is null or c.valid @> at)
                and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
                and ((wanted).language is null or c.language = (wanted).language)
            limit 1
        ) l
        order by b.points desc
        limit 100
    )
    into weighed, found;
    return case when weighed < most or cardinality(found) = 100 then found end;
end
$$;

comment on function kb_store.nearest_words is
    'The hundred texts nearest to a query by its words, among those live and wanted; null when too few of the best are.';
