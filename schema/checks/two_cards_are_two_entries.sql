-- Two drafts of one page that are filed apart, in one language, are two entries
-- Repair: restore a backup of before it was altered, then freshet sync
select p.page_id, d.entry_id
from kb_store.page p
join kb_store.draft d using (reading_id)
where d.identified_by is not null
group by p.page_id, d.entry_id, d.content ->> 'language'
having count(distinct d.key) > 1
