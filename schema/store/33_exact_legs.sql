create or replace function kb_store.exact_legs(
    at timestamptz, asked sparsevec, direction vector, covered text[], wanted kb_store.wanted,
    out words kb_store.leg[], out vectors kb_store.leg[]
)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
-- planned for what is wanted: what suits one text in a hundred does not suit all
set plan_cache_mode = force_custom_plan
set jit = off
as $$
begin
    with live as materialized (
        select c.passage_id, bool_or(covered = '{}' or c.language = any (covered || array['und'])) as votes
        from kb_store.served_entry e
        join kb_store.served_chunk c using (entry_id)
        where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
            and (c.valid is null or c.valid @> at)
            and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
            and ((wanted).language is null or c.language = (wanted).language)
        group by c.passage_id
    )
    select
        array(
            select (w.passage_id, w.points)::kb_store.leg
            from (
                select p.passage_id, -(p.weights <#> asked) as points
                from live
                join kb_store.served_passage p using (passage_id)
                where asked is not null
                offset 0 -- computed once a text, not once more to compare and once more to sort
            ) w
            where w.points > 0
            order by w.points desc
            limit 100
        ),
        array(
            select (n.passage_id, n.points)::kb_store.leg
            from (
                select v.passage_id, 1 - (v.vector <=> direction::halfvec) as points
                from live
                join kb_store.served_vector v using (passage_id)
                where live.votes and direction is not null
                    and v.model_id = (select m.model_id from kb_store.model m where m.active)
                offset 0
            ) n
            order by n.points desc
            limit 100
        )
    into words, vectors;
end
$$;

comment on function kb_store.exact_legs is
    'The hundred texts nearest to a query by its words and by its vector, each text that is live and wanted compared.';
