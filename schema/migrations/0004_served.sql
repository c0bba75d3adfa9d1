-- What a bot is answered from. Small, derived, and rebuilt by publishing alone.
create text search configuration kb_store.bilingual (copy = pg_catalog.arabic);
-- the stock configuration leaves English unstemmed
alter text search configuration kb_store.bilingual
    alter mapping for asciiword, asciihword, hword_asciipart with pg_catalog.english_stem;
comment on text search configuration kb_store.bilingual is 'English and Arabic in one column: Arabic stemming, ASCII words stemmed as English.';

create table kb_store.served_entry (
    entry_id bigint primary key references kb_store.entry,
    version_id bigint not null references kb_store.version,
    source_id int not null references kb_store.source,
    kind text not null,
    language text not null,
    category text[] not null,
    price numeric,
    valid tstzmultirange not null,
    ttl interval,
    verified_at timestamptz not null,
    announced text not null check (announced in ('upcoming', 'live', 'lapsed'))
);
-- stamps of verification must not move rows about: leave room on the page and no index on the stamp
alter table kb_store.served_entry set (fillfactor = 70);
create index served_entry_source on kb_store.served_entry (source_id);
comment on table kb_store.served_entry is 'Entries that are live or may yet be.';
comment on column kb_store.served_entry.entry_id is 'The entry.';
comment on column kb_store.served_entry.version_id is 'Its open version.';
comment on column kb_store.served_entry.source_id is 'Its source.';
comment on column kb_store.served_entry.kind is 'What it is.';
comment on column kb_store.served_entry.language is 'Its language.';
comment on column kb_store.served_entry.category is 'Its categories.';
comment on column kb_store.served_entry.price is 'What it costs.';
comment on column kb_store.served_entry.valid is 'When it is true.';
comment on column kb_store.served_entry.ttl is 'How long it is served after being verified; null: its end is stated.';
comment on column kb_store.served_entry.verified_at is 'When a page that carries it was last seen.';
comment on column kb_store.served_entry.announced is 'What the change feed last said of it; no answer depends on this.';

create table kb_store.served_chunk (
    chunk_id bigint primary key references kb_store.chunk,
    entry_id bigint not null references kb_store.served_entry on delete cascade,
    passage_id bigint not null references kb_store.passage,
    valid tstzmultirange
);
create index served_chunk_entry on kb_store.served_chunk (entry_id);
create index served_chunk_passage on kb_store.served_chunk (passage_id);
comment on table kb_store.served_chunk is 'Chunks of served entries.';
comment on column kb_store.served_chunk.chunk_id is 'The chunk.';
comment on column kb_store.served_chunk.entry_id is 'Its entry.';
comment on column kb_store.served_chunk.passage_id is 'The text by which it is found.';
comment on column kb_store.served_chunk.valid is 'A window of its own, within its entry''s.';

create table kb_store.lexeme (
    lexeme_id int generated always as identity primary key,
    lexeme text not null unique,
    passages int not null default 0 check (passages >= 0)
);
comment on table kb_store.lexeme is 'Every lexeme met, and in how many served texts it stands.';
comment on column kb_store.lexeme.lexeme_id is 'Key; its dimension in the sparse vectors of term weights.';
comment on column kb_store.lexeme.lexeme is 'The stem.';
comment on column kb_store.lexeme.passages is 'Served texts that hold it (document frequency).';

create table kb_store.lexical_statistic (
    sole boolean primary key default true check (sole),
    passages bigint not null default 0,
    total_length bigint not null default 0,
    weighted_length real not null default 1
);
insert into kb_store.lexical_statistic default values;
comment on table kb_store.lexical_statistic is 'One row: what BM25 must know of all served texts.';
comment on column kb_store.lexical_statistic.sole is 'There is one row.';
comment on column kb_store.lexical_statistic.passages is 'Served texts.';
comment on column kb_store.lexical_statistic.total_length is 'Their lengths in lexemes, summed.';
comment on column kb_store.lexical_statistic.weighted_length is 'The average length that the stored term weights were computed with.';

create table kb_store.served_passage (
    passage_id bigint primary key references kb_store.passage,
    length int not null,
    weights sparsevec
);
alter table kb_store.served_passage alter column weights set storage main;
comment on table kb_store.served_passage is 'Texts in service and their BM25 term weights.';
comment on column kb_store.served_passage.passage_id is 'The text.';
comment on column kb_store.served_passage.length is 'Its length in lexemes.';
comment on column kb_store.served_passage.weights is 'BM25 weight of each of its lexemes (k1 1.2, b 0.75); null: it has none.';

create table kb_store.served_vector (
    model_id int not null references kb_store.model,
    passage_id bigint not null references kb_store.served_passage on delete cascade,
    vector halfvec not null,
    primary key (model_id, passage_id)
);
comment on table kb_store.served_vector is 'Vectors of texts in service; touched only when a text enters or leaves it.';
comment on column kb_store.served_vector.model_id is 'The model.';
comment on column kb_store.served_vector.passage_id is 'The text.';
comment on column kb_store.served_vector.vector is 'Unit vector.';

create table kb_store.change (
    change_id bigint generated always as identity primary key,
    at timestamptz not null,
    change text not null
        check (change in ('added', 'changed', 'extended', 'shortened', 'activated', 'expired', 'withdrawn', 'restored')),
    entry_id bigint not null references kb_store.entry,
    version_id bigint not null references kb_store.version,
    run_id bigint references kb_store.run
);
create index change_entry on kb_store.change (entry_id);
comment on table kb_store.change is 'The change feed. Written under one lock, so that numbers become visible in order.';
comment on column kb_store.change.change_id is 'Cursor.';
comment on column kb_store.change.at is 'The true instant; may be older than the row.';
comment on column kb_store.change.change is 'What happened.';
comment on column kb_store.change.entry_id is 'To which entry.';
comment on column kb_store.change.version_id is 'The version it became, or last was.';
comment on column kb_store.change.run_id is 'By which run; null: by the clock.';

create table kb_store.source_grant (
    grantee text not null,
    source_id int not null references kb_store.source on delete cascade,
    primary key (grantee, source_id)
);
comment on table kb_store.source_grant is 'Login roles limited to some sources; a role without a row may see all.';
comment on column kb_store.source_grant.grantee is 'Name of the login role.';
comment on column kb_store.source_grant.source_id is 'A source it may see.';
