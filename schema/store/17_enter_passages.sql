create or replace function kb_store.enter_passages(which bigint[]) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan -- planned for as many texts as there are
as $$
begin
    -- one statement: taking the texts' lexemes apart is most of the work, and is done once
    with counted as materialized (
        select * from kb_store.counted_lexemes(which)
    ),
    known as (
        update kb_store.lexeme l
        set passages = l.passages + n.passages
        from (
            select e.lexeme_id, count(*)::int as passages
            from counted c
            cross join lateral unnest(c.lexemes) e(lexeme_id)
            group by e.lexeme_id
        ) n
        where l.lexeme_id = n.lexeme_id
    ),
    text as (
        select t.passage_id, coalesce(sum(c.times * cardinality(c.lexemes)), 0) as length
        from unnest(which) t(passage_id)
        left join counted c using (passage_id)
        group by t.passage_id
    ),
    average as (
        update kb_store.lexical_statistic s
        set passages = s.passages + n.passages, total_length = s.total_length + n.length
        from (select count(*) as passages, coalesce(sum(t.length), 0) as length from text t) n
        returning greatest(s.total_length::real / greatest(s.passages, 1), 1)::real as pivot
    )
    insert into kb_store.served_passage (passage_id, length, pivot, weights)
    select t.passage_id, t.length, a.pivot,
        ('{' || string_agg(kb_store.written_weights(c.lexemes, c.times, t.length, a.pivot), ',') || '}/1000000000')::sparsevec
    from text t
    cross join average a
    left join counted c using (passage_id)
    group by t.passage_id, t.length, a.pivot;
end
$$;

comment on function kb_store.enter_passages is
    'Brings texts into service that are not: with them the statistics of BM25, and by these the weights of their terms.';
