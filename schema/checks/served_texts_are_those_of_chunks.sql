-- A text is in service exactly when a served chunk holds it
-- Repair: freshet db check --repair
select passage_id, s.passage_id is not null as in_service
from (select distinct passage_id from kb_store.served_chunk) c
full join kb_store.served_passage s using (passage_id)
where c.passage_id is null or s.passage_id is null
