-- A served entry is of its entry's source and kind, priced and filed as its version says, and limited by its source's ttl
-- Repair: freshet db check --repair
select s.entry_id, s.ttl
from kb_store.served_entry s
join kb_store.entry e using (entry_id)
join kb_store.version v using (version_id)
join kb_store.source src on src.source_id = e.source_id
where (s.source_id, s.kind, s.category, s.price) is distinct from (e.source_id, e.kind, v.category, v.price)
    or s.ttl is distinct from case
        when not upper_inf(v.valid) then null
        when e.kind = 'offer' then src.ttl
        else src.ttl_pages
    end
