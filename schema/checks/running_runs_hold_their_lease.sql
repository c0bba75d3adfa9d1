-- A run that is running holds the lease of its source
-- Repair: freshet db check --repair
select r.run_id, s.name
from kb_store.run r
join kb_store.source s using (source_id)
where r.state = 'running' and s.lease_run is distinct from r.run_id
