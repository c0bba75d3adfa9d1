-- A text is stored under the hash of itself: by that it is embedded once
-- Repair: restore a backup of before it was altered, then freshet sync
select p.passage_id
from kb_store.passage p
where p.passage_sha256 <> sha256(convert_to(p.content, 'UTF8'))
