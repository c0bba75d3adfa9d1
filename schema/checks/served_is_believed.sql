-- What is served is the open version of its entry, window and all but for what a person withdrew
-- Repair: freshet db check --repair
select s.entry_id, s.version_id
from kb_store.served_entry s
left join kb_store.version v on v.version_id = s.version_id and v.entry_id = s.entry_id and upper_inf(v.recorded)
where v.version_id is null or v.valid - kb_store.withheld(s.entry_id) is distinct from s.valid
