-- Every text in service has a vector of the active model, of its length
-- Repair: freshet db check --repair
select s.passage_id
from kb_store.served_passage s
cross join kb_store.model m
left join kb_store.served_vector v on v.model_id = m.model_id and v.passage_id = s.passage_id
where m.active and (v.vector is null or vector_dims(v.vector) <> m.dimensions)
