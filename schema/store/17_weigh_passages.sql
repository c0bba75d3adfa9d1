create or replace function kb_store.weigh_passages(which bigint[]) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan -- planned for as many texts as there are
as $$
begin
    update kb_store.served_passage s
    set weights = w.weights, pivot = w.pivot
    from (
        select sp.passage_id, a.pivot,
            ('{' || string_agg(kb_store.written_weights(c.lexemes, c.times, sp.length, a.pivot), ',') || '}/1000000000')::sparsevec
                as weights
        from kb_store.served_passage sp
        cross join (
            select greatest(st.total_length::real / greatest(st.passages, 1), 1)::real as pivot
            from kb_store.lexical_statistic st
        ) a
        left join kb_store.counted_lexemes(which) c using (passage_id)
        where sp.passage_id = any (which)
        group by sp.passage_id, a.pivot
    ) w
    where s.passage_id = w.passage_id;
end
$$;

comment on function kb_store.weigh_passages is 'Computes the BM25 term weights of served texts, by the average length as it is now.';
