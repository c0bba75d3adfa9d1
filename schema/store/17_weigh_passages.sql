create or replace function kb_store.weigh_passages(which bigint[]) returns void
language sql
set search_path = pg_catalog, public, pg_temp
as $$
    -- Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), k1 1.2, b 0.75; the idf stands in the query
    update kb_store.served_passage s
    set weights = w.weights
    from (
        select p.passage_id,
            ('{' || string_agg(l.lexeme_id || ':' || round(
                (n.times * 2.2 / (n.times + 1.2 * (0.25 + 0.75 * sp.length / st.weighted_length)))::numeric, 4
            ), ',' order by l.lexeme_id) || '}/1000000000')::sparsevec as weights
        from kb_store.served_passage sp
        cross join kb_store.lexical_statistic st
        join kb_store.passage p using (passage_id)
        cross join lateral unnest(p.terms) t
        cross join lateral (select coalesce(cardinality(t.positions), 1)::double precision as times) n
        join kb_store.lexeme l using (lexeme)
        where which is null or sp.passage_id = any (which)
        group by p.passage_id
    ) w
    where s.passage_id = w.passage_id
$$;

comment on function kb_store.weigh_passages is 'Computes the BM25 term weights of some served texts; null: of all.';
