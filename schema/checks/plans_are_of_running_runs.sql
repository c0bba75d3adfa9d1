-- Nothing of a run that has ended is still planned, but the removals that wait for a person
-- Repair: freshet db check --repair
select p.run_id, r.state
from (
    select run_id from kb_store.plan_entry
    union
    select run_id from kb_store.plan_removal where not held
) p
join kb_store.run r using (run_id)
where r.state <> 'running'
