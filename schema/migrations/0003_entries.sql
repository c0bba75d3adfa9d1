-- What may be quoted, and the history of it. Versions are closed, never deleted within the retention.
create table kb_store.entry (
    entry_id bigint generated always as identity primary key,
    source_id int not null references kb_store.source,
    key text not null,
    kind text not null check (kind in ('offer', 'page', 'document', 'record')),
    absent_runs int not null default 0 check (absent_runs >= 0),
    absent_since timestamptz,
    unique (source_id, key),
    check ((absent_runs = 0) = (absent_since is null))
);
comment on table kb_store.entry is 'What may be quoted: an offer, a page, a document, a record.';
comment on column kb_store.entry.entry_id is 'Key; the number bots see.';
comment on column kb_store.entry.source_id is 'The source it comes from.';
comment on column kb_store.entry.key is 'Identity within the source.';
comment on column kb_store.entry.kind is 'What it is.';
comment on column kb_store.entry.absent_runs is 'Complete healthy runs in a row that did not find it; above 0: suspect.';
comment on column kb_store.entry.absent_since is 'The first of them.';

create table kb_store.version (
    version_id bigint generated always as identity primary key,
    entry_id bigint not null references kb_store.entry,
    recorded tstzrange not null check (not isempty(recorded) and not lower_inf(recorded)),
    valid tstzmultirange not null,
    validity text not null check (validity in ('declared', 'stated', 'feed', 'open', 'ambiguous', 'standing')),
    url text not null,
    title text not null,
    description text not null,
    language text not null,
    category text[] not null,
    price numeric check (price >= 0),
    price_before numeric check (price_before >= 0),
    currency text,
    discount_percent numeric check (discount_percent between 0 and 100),
    code text,
    image_url text,
    terms text,
    evidence jsonb not null default '[]',
    content_hash bytea not null,
    run_id bigint not null references kb_store.run,
    closed_by bigint references kb_store.run,
    closed_reason text check (closed_reason in ('replaced', 'gone', 'missing', 'absent', 'removed')),
    check (upper_inf(recorded) = (closed_reason is null))
);
-- one belief at a time: what an exclusion constraint would say, without an extension for it
create unique index version_open on kb_store.version (entry_id) where upper_inf(recorded);
create index version_entry on kb_store.version (entry_id, version_id);
create index version_run on kb_store.version (run_id);
create index version_closed_by on kb_store.version (closed_by) where closed_by is not null;
comment on table kb_store.version is 'What we believed about an entry, and from when until when we believed it.';
comment on column kb_store.version.version_id is 'Key.';
comment on column kb_store.version.entry_id is 'The entry.';
comment on column kb_store.version.recorded is 'When we believed it; open above: we still do.';
comment on column kb_store.version.valid is 'When it is true in the world; empty: never, its readings contradict each other.';
comment on column kb_store.version.validity is 'On what the window rests.';
comment on column kb_store.version.url is 'Where it stands.';
comment on column kb_store.version.title is 'Title.';
comment on column kb_store.version.description is 'Short text.';
comment on column kb_store.version.language is 'Primary language tag, und when unknown.';
comment on column kb_store.version.category is 'Categories, by the source''s names.';
comment on column kb_store.version.price is 'What it costs.';
comment on column kb_store.version.price_before is 'What it cost before.';
comment on column kb_store.version.currency is 'ISO 4217 code of both prices.';
comment on column kb_store.version.discount_percent is 'Percent off.';
comment on column kb_store.version.code is 'Code to mention when buying.';
comment on column kb_store.version.image_url is 'A picture of it.';
comment on column kb_store.version.terms is 'Conditions.';
comment on column kb_store.version.evidence is 'For each value: the exact text, the rule, the place.';
comment on column kb_store.version.content_hash is 'Hash of all that is published of it; equal: nothing changed.';
comment on column kb_store.version.run_id is 'The run that published it.';
comment on column kb_store.version.closed_by is 'The run that closed it.';
comment on column kb_store.version.closed_reason is 'Why it was closed.';

create table kb_store.passage (
    passage_id bigint generated always as identity primary key,
    passage_sha256 bytea not null unique check (length(passage_sha256) = 32),
    content text not null,
    terms tsvector not null
);
comment on table kb_store.passage is 'A text as it is embedded and searched, once each however often it stands somewhere.';
comment on column kb_store.passage.passage_id is 'Key.';
comment on column kb_store.passage.passage_sha256 is 'SHA-256 of the text in UTF-8.';
comment on column kb_store.passage.content is 'The exact text.';
comment on column kb_store.passage.terms is 'Its lexemes with their places.';

create table kb_store.chunk (
    chunk_id bigint generated always as identity primary key,
    version_id bigint not null references kb_store.version,
    ordinal int not null,
    heading text not null,
    body text not null,
    page int,
    passage_id bigint not null references kb_store.passage,
    valid tstzmultirange,
    unique (version_id, ordinal)
);
create index chunk_passage on kb_store.chunk (passage_id);
comment on table kb_store.chunk is 'A piece of a version''s text, in order.';
comment on column kb_store.chunk.chunk_id is 'Key.';
comment on column kb_store.chunk.version_id is 'The version.';
comment on column kb_store.chunk.ordinal is 'Place in the version, from 0.';
comment on column kb_store.chunk.heading is 'Headings it stands under.';
comment on column kb_store.chunk.body is 'Its text; the bodies of a version joined in order are its text.';
comment on column kb_store.chunk.page is 'Page, slide or sheet of the document.';
comment on column kb_store.chunk.passage_id is 'The text by which it is found.';
comment on column kb_store.chunk.valid is 'A window its own text states; null: that of its entry alone.';

create table kb_store.model (
    model_id int generated always as identity primary key,
    identity text not null unique,
    name text not null,
    dimensions int not null check (dimensions between 1 and 4000),
    query_prompt text not null default '',
    languages text[] not null,
    active boolean not null default false
);
create unique index model_active on kb_store.model (active) where active;
comment on table kb_store.model is 'Embedding models this base has vectors of.';
comment on column kb_store.model.model_id is 'Key; a literal in every query and index.';
comment on column kb_store.model.identity is 'Hash of id, revision, weights, dimensions and prompts: two models are the same when it is.';
comment on column kb_store.model.name is 'Name a person knows it by.';
comment on column kb_store.model.dimensions is 'Length of its vectors.';
comment on column kb_store.model.query_prompt is 'Text it wants before a query.';
comment on column kb_store.model.languages is 'Languages it covers; empty: all. In others its vote does not count.';
comment on column kb_store.model.active is 'The one served; at most one.';

create table kb_store.embedding (
    model_id int not null references kb_store.model,
    passage_sha256 bytea not null,
    vector halfvec not null,
    primary key (model_id, passage_sha256)
);
comment on table kb_store.embedding is 'Vectors of texts, kept when a text leaves service: if it returns, it costs nothing.';
comment on column kb_store.embedding.model_id is 'The model that made it.';
comment on column kb_store.embedding.passage_sha256 is 'The text it stands for.';
comment on column kb_store.embedding.vector is 'Unit vector.';
