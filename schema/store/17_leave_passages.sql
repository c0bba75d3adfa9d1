create or replace function kb_store.leave_passages(which bigint[]) returns void
language sql
set search_path = pg_catalog, public, pg_temp
as $$
    update kb_store.lexeme l
    set passages = l.passages - n.passages
    from (
        select t.lexeme, count(*)::int as passages
        from kb_store.passage p
        cross join lateral unnest(tsvector_to_array(p.terms)) t(lexeme)
        where p.passage_id = any (which)
        group by t.lexeme
    ) n
    where l.lexeme = n.lexeme;
    with gone as (
        delete from kb_store.served_passage where passage_id = any (which) returning length
    )
    update kb_store.lexical_statistic s
    set passages = s.passages - n.passages, total_length = s.total_length - n.length
    from (select count(*) as passages, coalesce(sum(g.length), 0) as length from gone g) n
$$;

comment on function kb_store.leave_passages is 'Takes texts out of service, and out of the statistics of BM25.';
