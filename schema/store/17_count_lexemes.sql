create or replace function kb_store.count_lexemes(which bigint[], step int) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update kb_store.lexeme l
    set passages = l.passages + step * n.passages
    from (
        select t.lexeme, count(*)::int as passages
        from kb_store.passage p
        cross join lateral unnest(p.terms) t
        where p.passage_id = any (which)
        group by t.lexeme
    ) n
    where l.lexeme = n.lexeme
$$;

comment on function kb_store.count_lexemes is 'Adds texts to the document frequencies, or takes them away.';
