-- The reading a page stands for is a reading of the bytes it holds
-- Repair: freshet sync SOURCE --full
select p.page_id, p.url
from kb_store.page p
join kb_store.reading r using (reading_id)
where r.page_id <> p.page_id or r.body_sha256 is distinct from p.body_sha256
