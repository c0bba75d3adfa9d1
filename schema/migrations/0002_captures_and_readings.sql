-- What was fetched, and what it says. A derived row names the hash of its input and the recipe that made it.
create table kb_store.body (
    body_sha256 bytea primary key check (length(body_sha256) = 32),
    size bigint not null,
    content bytea not null
);
alter table kb_store.body alter column content set storage external;
comment on table kb_store.body is 'Captured bytes, once each, kept so that they can be read again without fetching.';
comment on column kb_store.body.body_sha256 is 'SHA-256 of the bytes before compression.';
comment on column kb_store.body.size is 'Bytes before compression.';
comment on column kb_store.body.content is 'The bytes, compressed with zstd.';

create table kb_store.page (
    page_id bigint generated always as identity primary key,
    source_id int not null references kb_store.source,
    url text not null,
    first_seen timestamptz not null,
    last_attempt timestamptz not null,
    last_outcome text not null,
    last_verified timestamptz,
    missing_since timestamptz,
    empty_since timestamptz,
    final_url text,
    etag text,
    last_modified text,
    media_type text,
    charset text,
    unavailable_after text,
    body_sha256 bytea references kb_store.body,
    observed_at timestamptz,
    links text[],
    linked boolean not null default true,
    reading_id bigint,
    unique (source_id, url)
);
comment on table kb_store.page is 'One URL of a source and what its last good capture left behind.';
comment on column kb_store.page.page_id is 'Key.';
comment on column kb_store.page.source_id is 'The source it belongs to.';
comment on column kb_store.page.url is 'Normalised URL, as asked for.';
comment on column kb_store.page.first_seen is 'When it was first attempted.';
comment on column kb_store.page.last_attempt is 'When it was last attempted.';
comment on column kb_store.page.last_outcome is 'How that attempt ended, from the closed list of outcomes.';
comment on column kb_store.page.last_verified is 'When it last answered with content or with not modified.';
comment on column kb_store.page.missing_since is 'First 404 of the current row of them; null: not missing.';
comment on column kb_store.page.empty_since is 'First of the current row of readings without the offers it gave before; null: not in doubt.';
comment on column kb_store.page.final_url is 'Where its redirects led.';
comment on column kb_store.page.etag is 'Validator sent back next time.';
comment on column kb_store.page.last_modified is 'Validator sent back next time.';
comment on column kb_store.page.media_type is 'Kind of content, sniffed from the bytes.';
comment on column kb_store.page.charset is 'Encoding the transport declared.';
comment on column kb_store.page.unavailable_after is 'X-Robots-Tag: unavailable_after, as sent.';
comment on column kb_store.page.body_sha256 is 'The bytes of its last good capture.';
comment on column kb_store.page.observed_at is 'When those bytes were first seen here; dates without a year are read from this instant.';
comment on column kb_store.page.links is 'Links it carried, followed when it answers not modified.';
comment on column kb_store.page.linked is 'False: no page leads here any more; asked for because it was known.';
comment on column kb_store.page.reading_id is 'What it says, as published.';

create table kb_store.attempt (
    run_id bigint not null references kb_store.run on delete cascade,
    url text not null,
    outcome text not null,
    fetched_at timestamptz not null,
    final_url text,
    status int,
    etag text,
    last_modified text,
    media_type text,
    charset text,
    unavailable_after text,
    body_sha256 bytea references kb_store.body,
    links text[],
    linked boolean not null,
    message text not null default '',
    reading_id bigint,
    primary key (run_id, url)
);
comment on table kb_store.attempt is 'One URL in one run; not-modified rows are dropped once the run is published.';
comment on column kb_store.attempt.run_id is 'The run.';
comment on column kb_store.attempt.url is 'Normalised URL, as asked for.';
comment on column kb_store.attempt.outcome is 'How it ended, from the closed list of outcomes.';
comment on column kb_store.attempt.fetched_at is 'When the answer was complete.';
comment on column kb_store.attempt.final_url is 'Where redirects led.';
comment on column kb_store.attempt.status is 'HTTP status; null: no answer, or a file.';
comment on column kb_store.attempt.etag is 'Validator for the next look.';
comment on column kb_store.attempt.last_modified is 'Validator for the next look.';
comment on column kb_store.attempt.media_type is 'Kind of content, sniffed from the bytes.';
comment on column kb_store.attempt.charset is 'Encoding the transport declared.';
comment on column kb_store.attempt.unavailable_after is 'X-Robots-Tag: unavailable_after, as sent.';
comment on column kb_store.attempt.body_sha256 is 'The bytes, when there are new ones.';
comment on column kb_store.attempt.links is 'Links it carries; null: not looked at.';
comment on column kb_store.attempt.linked is 'False: reached only because it was known.';
comment on column kb_store.attempt.message is 'What happened and the way out, for a person.';
comment on column kb_store.attempt.reading_id is 'What its bytes say; becomes the page''s reading when the run is published.';

create table kb_store.reading (
    reading_id bigint generated always as identity primary key,
    page_id bigint not null references kb_store.page,
    body_sha256 bytea not null references kb_store.body,
    recipe bytea not null,
    outcome text not null,
    title text not null,
    language text not null,
    canonical text,
    alternates jsonb not null default '{}',
    findings jsonb not null default '[]',
    message text not null default '',
    strikes int not null default 0 check (strikes >= 0),
    run_id bigint not null references kb_store.run,
    unique (page_id, body_sha256, recipe)
);
comment on table kb_store.reading is 'What one capture says, by one recipe of reading.';
comment on column kb_store.reading.reading_id is 'Key.';
comment on column kb_store.reading.page_id is 'The page read.';
comment on column kb_store.reading.body_sha256 is 'The bytes read.';
comment on column kb_store.reading.recipe is 'Hash of how they were read: version of the readers, the source''s rules, headers that count.';
comment on column kb_store.reading.outcome is 'ok, or why nothing was read.';
comment on column kb_store.reading.title is 'Title of the page.';
comment on column kb_store.reading.language is 'Language of the page, und when unknown.';
comment on column kb_store.reading.canonical is 'The URL the page names as its own.';
comment on column kb_store.reading.alternates is 'hreflang -> URL.';
comment on column kb_store.reading.findings is 'What a person should know: rule, message, quote.';
comment on column kb_store.reading.message is 'Why nothing was read, for a person.';
comment on column kb_store.reading.strikes is 'How often reading these bytes failed; at the third time they are quarantined.';
comment on column kb_store.reading.run_id is 'The run that read it.';

alter table kb_store.page add foreign key (reading_id) references kb_store.reading;
alter table kb_store.attempt add foreign key (reading_id) references kb_store.reading;
create index page_reading on kb_store.page (reading_id);

create table kb_store.draft (
    reading_id bigint not null references kb_store.reading on delete cascade,
    ordinal int not null,
    key text not null,
    content jsonb not null,
    primary key (reading_id, ordinal)
);
create index draft_key on kb_store.draft (key);
comment on table kb_store.draft is 'What one reading says about one entry.';
comment on column kb_store.draft.reading_id is 'The reading.';
comment on column kb_store.draft.ordinal is 'Place on the page, from 0.';
comment on column kb_store.draft.key is 'Identity of the entry within the source.';
comment on column kb_store.draft.content is 'The draft whole, as JSON: see pipelines.drafts.';
