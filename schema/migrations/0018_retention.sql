-- What a run changed is kept for the retention, by which it can be undone and accounted for; then it is forgotten.
alter table kb_store.run add column forgotten boolean not null default false;
comment on column kb_store.run.forgotten is 'The retention has passed: what it closed and what it would need to be undone is deleted.';
create index run_remembered on kb_store.run (run_id) where not forgotten;
