-- At no instant are two versions of one entry believed
-- Repair: restore a backup of before it was altered, then freshet sync
select a.entry_id, a.version_id, b.version_id as other
from kb_store.version a
join kb_store.version b on b.entry_id = a.entry_id and b.version_id > a.version_id and b.recorded && a.recorded
