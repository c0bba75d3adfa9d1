-- The two schemas, and the record of what has been applied to them.

create schema kb;
comment on schema kb is 'The contract: functions only, what bots call';

create schema kb_store;
comment on schema kb_store is 'What Freshet keeps; belongs to Freshet alone and may change with any release';

-- A new function may be executed by everybody unless its owner says otherwise; schema/roles.sql says who may.
alter default privileges revoke execute on functions from public;

create table kb_store.migration (
    name text primary key,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz not null default clock_timestamp()
);
comment on table kb_store.migration is 'The files of schema/migrations that ran here, each once';
comment on column kb_store.migration.name is 'File name without .sql, for instance 0001_entries';
comment on column kb_store.migration.sha256 is 'Hex digest of the file as it ran; a file changed later is an error';
comment on column kb_store.migration.applied_at is 'When it ran';
