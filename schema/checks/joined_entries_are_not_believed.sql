-- An entry that became part of another has no open version, and its last one says so
-- Repair: restore a backup of before it was altered, then freshet sync
select e.entry_id, e.joined_into
from kb_store.entry e
cross join lateral (
    select v.closed_reason from kb_store.version v where v.entry_id = e.entry_id order by v.version_id desc limit 1
) last
where e.joined_into is not null and last.closed_reason is distinct from 'joined'
