-- A stored vector has as many dimensions as its model
-- Repair: freshet model drop the model, then freshet reindex --model it
select e.model_id, encode(e.passage_sha256, 'hex') as text
from kb_store.embedding e
join kb_store.model m using (model_id)
where vector_dims(e.vector) <> m.dimensions
