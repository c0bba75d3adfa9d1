-- The vector in service of a text is the one that its model made of it
-- Repair: freshet db check --repair
select v.model_id, v.passage_id
from kb_store.served_vector v
join kb_store.passage p using (passage_id)
left join kb_store.embedding e on e.model_id = v.model_id and e.passage_sha256 = p.passage_sha256
where e.vector is distinct from v.vector
