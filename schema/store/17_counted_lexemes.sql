create or replace function kb_store.counted_lexemes(which bigint[])
returns table (passage_id bigint, times int, lexemes int[])
language sql stable
as $$
    select p.passage_id, n.times, array_agg(l.lexeme_id)
    from kb_store.passage p
    cross join lateral unnest(p.terms) t
    cross join lateral (select coalesce(cardinality(t.positions), 1) as times) n
    join kb_store.lexeme l using (lexeme)
    where p.passage_id = any (which)
    group by p.passage_id, n.times
$$;

comment on function kb_store.counted_lexemes is 'The lexemes of texts by number, together those that stand in a text equally often.';
