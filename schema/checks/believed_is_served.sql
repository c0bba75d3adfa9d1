-- Every open version that is true now or will be is served
select v.entry_id, v.version_id
from kb_store.version v
where upper_inf(v.recorded) and not isempty(v.valid)
    and (upper_inf(v.valid) or upper(v.valid) > clock_timestamp())
    and not exists (select from kb_store.served_entry s where s.version_id = v.version_id)
