-- The document frequency of every lexeme equals a recount over the texts in service
-- Repair: freshet db check --repair
select coalesce(l.lexeme, n.lexeme) as lexeme, l.passages as kept, n.passages as counted
from kb_store.lexeme l
full join (
    select t.lexeme, count(*)::int as passages
    from kb_store.served_passage s
    join kb_store.passage p using (passage_id)
    cross join lateral unnest(p.terms) t
    group by t.lexeme
) n using (lexeme)
where coalesce(l.passages, 0) <> coalesce(n.passages, 0)
