-- Every open version that is true now or will be is served, unless a person withdrew it
-- Repair: freshet db check --repair
select v.entry_id, v.version_id
from kb_store.version v
cross join lateral (select v.valid - kb_store.withheld(v.entry_id) as valid) w
where upper_inf(v.recorded) and not isempty(w.valid)
    and (upper_inf(w.valid) or upper(w.valid) > clock_timestamp())
    and not exists (select from kb_store.served_entry s where s.version_id = v.version_id)
