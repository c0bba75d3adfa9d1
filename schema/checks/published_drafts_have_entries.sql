-- What was identified on a page speaks of an entry of the page's own source, and what it speaks of was not taken in
-- Repair: restore a backup of before it was altered, then freshet sync
select p.page_id, d.reading_id, d.ordinal, d.entry_id
from kb_store.page p
join kb_store.draft d using (reading_id)
left join kb_store.entry e using (entry_id)
where d.identified_by is not null
    and (e.entry_id is null or e.source_id <> p.source_id or e.joined_into is not null)
