-- A lease is held by a run that is running, and lapses within the hour
-- Repair: freshet db check --repair
select s.name, s.lease_run, s.lease_until
from kb_store.source s
left join kb_store.run r on r.run_id = s.lease_run
where s.lease_run is not null and (r.state <> 'running' or s.lease_until > clock_timestamp() + interval '1 hour')
