-- Who is watched, and by which run. Everything here is created in the name of kb_owner.

create table kb_store.source (
    source_id int generated always as identity primary key,
    name text not null unique,
    kind text not null check (kind in ('site', 'sitemap', 'urls', 'files', 'feed', 'push')),
    zone text not null,
    freshness interval not null check (freshness > interval '0'),
    ttl interval not null check (ttl > interval '0'),
    ttl_pages interval not null check (ttl_pages > interval '0'),
    generation bigint not null default 0,
    lease_run bigint,
    lease_until timestamptz,
    last_attempt timestamptz,
    last_verified timestamptz,
    paused text,
    check ((lease_run is null) = (lease_until is null)),
    -- days and months would be counted in the asking session's zone: hours are the same for all
    check (extract(day from ttl) = 0 and extract(month from ttl) = 0 and extract(year from ttl) = 0),
    check (extract(day from ttl_pages) = 0 and extract(month from ttl_pages) = 0 and extract(year from ttl_pages) = 0),
    check (extract(day from freshness) = 0 and extract(month from freshness) = 0 and extract(year from freshness) = 0)
);
comment on table kb_store.source is 'One watched source; its settings live in sources/<name>.toml, what serving needs of them is copied here.';
comment on column kb_store.source.source_id is 'Key.';
comment on column kb_store.source.name is 'Name of the source, as in its file.';
comment on column kb_store.source.kind is 'How it is fetched.';
comment on column kb_store.source.zone is 'IANA name of the zone in which its bare dates are meant.';
comment on column kb_store.source.freshness is 'Older than this since last verified: stale.';
comment on column kb_store.source.ttl is 'An offer without a stated end stops being served this long after it was last verified.';
comment on column kb_store.source.ttl_pages is 'The same for pages, documents and records.';
comment on column kb_store.source.generation is 'Fencing token: counts the leases given; a write that carries an older one is refused.';
comment on column kb_store.source.lease_run is 'The run that may write now; null: none.';
comment on column kb_store.source.lease_until is 'When the lease lapses unless its holder renews it.';
comment on column kb_store.source.last_attempt is 'When a run last looked at it, whatever came of it.';
comment on column kb_store.source.last_verified is 'When a complete run last found it healthy.';
comment on column kb_store.source.paused is 'Why syncs leave it alone; null: not paused.';

create table kb_store.run (
    run_id bigint generated always as identity primary key,
    source_id int not null references kb_store.source,
    kind text not null check (kind in ('sync', 'reindex', 'remove')),
    state text not null default 'running'
        check (state in ('running', 'planned', 'published', 'partial', 'held', 'failed', 'cancelled')),
    generation bigint not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    complete boolean,
    pages jsonb not null default '{}',
    entries jsonb not null default '{}',
    chunks jsonb not null default '{}',
    seconds jsonb not null default '{}',
    problems jsonb not null default '[]',
    verdict jsonb not null default '[]',
    permission text,
    host text not null,
    pid int not null,
    check ((state = 'running') = (finished_at is null))
);
create index run_source on kb_store.run (source_id, run_id desc);
comment on table kb_store.run is 'One look at one source, and what came of it.';
comment on column kb_store.run.run_id is 'Key; the number a person names.';
comment on column kb_store.run.source_id is 'The source looked at.';
comment on column kb_store.run.kind is 'sync: from the source; reindex: from stored captures; remove: a person withdrew the source.';
comment on column kb_store.run.state is 'running, or how it ended.';
comment on column kb_store.run.generation is 'The fencing token it was given.';
comment on column kb_store.run.started_at is 'When it got its lease.';
comment on column kb_store.run.finished_at is 'When it ended; null while running.';
comment on column kb_store.run.complete is 'Whether it looked everywhere and was answered; else absence proves nothing.';
comment on column kb_store.run.pages is 'Counts of pages by outcome.';
comment on column kb_store.run.entries is 'Counts of entries by what happened to them.';
comment on column kb_store.run.chunks is 'Counts of chunks and embeddings.';
comment on column kb_store.run.seconds is 'Seconds spent crawling, reading, embedding, publishing.';
comment on column kb_store.run.problems is 'What a person should look at: URL, outcome, message.';
comment on column kb_store.run.verdict is 'Why the run may, or may not, remove anything.';
comment on column kb_store.run.permission is 'By what right the source was read, as its file says.';
comment on column kb_store.run.host is 'Machine the run worked on.';
comment on column kb_store.run.pid is 'Process the run worked in.';

alter table kb_store.source add foreign key (lease_run) references kb_store.run;
