-- Keys of the HTTP door: what a caller may do there, and of which sources. A secret itself is kept nowhere.
create table kb_store.api_key (
    key_id text primary key check (key_id ~ '^[a-z2-7]{8}$'),
    name text not null check (name <> ''),
    secret_sha256 bytea not null check (octet_length(secret_sha256) = 32),
    scope text[] not null check (cardinality(scope) > 0 and scope <@ '{read,write,audit}'),
    -- an empty list would be a key to nothing
    source text[] check (cardinality(source) > 0),
    created_at timestamptz not null default clock_timestamp(),
    last_used timestamptz,
    revoked_at timestamptz
);
-- a revoked key's name may be given again
create unique index api_key_name on kb_store.api_key (name) where revoked_at is null;
comment on table kb_store.api_key is 'Keys of the HTTP door. Once one was made, every call needs one.';
comment on column kb_store.api_key.key_id is 'The part of a key that is no secret.';
comment on column kb_store.api_key.name is 'What a person calls it.';
comment on column kb_store.api_key.secret_sha256 is 'SHA-256 of the whole key: 256 random bits need no slower hash.';
comment on column kb_store.api_key.scope is 'What it allows: read (ask), write (push, approve), audit (ask about the past).';
comment on column kb_store.api_key.source is 'Names of the sources it is limited to; null: all.';
comment on column kb_store.api_key.created_at is 'When it was made.';
comment on column kb_store.api_key.last_used is 'When it was last used, to the minute; null: never.';
comment on column kb_store.api_key.revoked_at is 'When it was revoked; null: it holds.';
