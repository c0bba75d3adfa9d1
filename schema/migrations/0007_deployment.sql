-- Which state of the schema was deployed last, so that a command sees at once whether it fits.
create table kb_store.deployment (
    sole boolean primary key default true check (sole),
    schema_sha256 bytea not null,
    at timestamptz not null default clock_timestamp()
);
comment on table kb_store.deployment is 'One row: the state of the schema that was deployed last.';
comment on column kb_store.deployment.sole is 'There is one row.';
comment on column kb_store.deployment.schema_sha256 is 'Hash over every file of the schema.';
comment on column kb_store.deployment.at is 'When.';
