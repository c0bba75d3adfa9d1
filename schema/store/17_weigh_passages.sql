create or replace function kb_store.weigh_passages(which bigint[]) returns void
language sql
set search_path = pg_catalog, public, pg_temp
as $$
    -- Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), k1 1.2, b 0.75; the idf stands in the query
    update kb_store.served_passage s
    set weights = w.weights, pivot = w.pivot
    from (
        select p.passage_id, a.pivot,
            ('{' || string_agg(
                l.lexeme_id || ':' || (n.times * 2.2 / (n.times + 1.2 * (0.25 + 0.75 * sp.length / a.pivot)))::real,
                ',' order by l.lexeme_id
            ) || '}/1000000000')::sparsevec as weights
        from kb_store.served_passage sp
        cross join (
            select greatest(st.total_length::real / greatest(st.passages, 1), 1)::real as pivot
            from kb_store.lexical_statistic st
        ) a
        join kb_store.passage p using (passage_id)
        left join lateral unnest(p.terms) t on true
        left join lateral (select coalesce(cardinality(t.positions), 1)::real as times) n on true
        left join kb_store.lexeme l using (lexeme)
        where sp.passage_id = any (which)
        group by p.passage_id, a.pivot
    ) w
    where s.passage_id = w.passage_id
$$;

comment on function kb_store.weigh_passages is 'Computes the BM25 term weights of served texts, by the average length as it is now.';
