-- What a run means to publish. Kept while it waits for a person, dropped when it is done.
create table kb_store.plan_entry (
    run_id bigint not null references kb_store.run on delete cascade,
    key text not null,
    kind text not null,
    entry_id bigint references kb_store.entry,
    action text check (action in ('added', 'changed', 'extended', 'shortened', 'restored', 'unchanged')),
    valid tstzmultirange not null,
    validity text not null,
    url text not null,
    title text not null,
    description text not null,
    language text not null,
    category text[] not null,
    price numeric,
    price_before numeric,
    currency text,
    discount_percent numeric,
    code text,
    image_url text,
    terms text,
    evidence jsonb not null,
    content_hash bytea not null,
    primary key (run_id, key)
);
comment on table kb_store.plan_entry is 'An entry as a run found it.';
comment on column kb_store.plan_entry.run_id is 'The run.';
comment on column kb_store.plan_entry.key is 'Identity within the source.';
comment on column kb_store.plan_entry.kind is 'What it is.';
comment on column kb_store.plan_entry.entry_id is 'The entry it already is, found by key or by the address it moved from; null: new.';
comment on column kb_store.plan_entry.action is 'What publishing it does; null: not compared yet.';
comment on column kb_store.plan_entry.valid is 'As in version.';
comment on column kb_store.plan_entry.validity is 'As in version.';
comment on column kb_store.plan_entry.url is 'As in version.';
comment on column kb_store.plan_entry.title is 'As in version.';
comment on column kb_store.plan_entry.description is 'As in version.';
comment on column kb_store.plan_entry.language is 'As in version.';
comment on column kb_store.plan_entry.category is 'As in version.';
comment on column kb_store.plan_entry.price is 'As in version.';
comment on column kb_store.plan_entry.price_before is 'As in version.';
comment on column kb_store.plan_entry.currency is 'As in version.';
comment on column kb_store.plan_entry.discount_percent is 'As in version.';
comment on column kb_store.plan_entry.code is 'As in version.';
comment on column kb_store.plan_entry.image_url is 'As in version.';
comment on column kb_store.plan_entry.terms is 'As in version.';
comment on column kb_store.plan_entry.evidence is 'As in version.';
comment on column kb_store.plan_entry.content_hash is 'As in version.';

create table kb_store.plan_chunk (
    run_id bigint not null,
    key text not null,
    ordinal int not null,
    heading text not null,
    body text not null,
    page int,
    passage_sha256 bytea not null,
    content text not null,
    valid tstzmultirange,
    primary key (run_id, key, ordinal),
    foreign key (run_id, key) references kb_store.plan_entry on delete cascade
);
comment on table kb_store.plan_chunk is 'A chunk of an entry as a run found it.';
comment on column kb_store.plan_chunk.run_id is 'The run.';
comment on column kb_store.plan_chunk.key is 'The entry.';
comment on column kb_store.plan_chunk.ordinal is 'As in chunk.';
comment on column kb_store.plan_chunk.heading is 'As in chunk.';
comment on column kb_store.plan_chunk.body is 'As in chunk.';
comment on column kb_store.plan_chunk.page is 'As in chunk.';
comment on column kb_store.plan_chunk.passage_sha256 is 'The text by which it is to be found.';
comment on column kb_store.plan_chunk.content is 'That text.';
comment on column kb_store.plan_chunk.valid is 'As in chunk.';

create table kb_store.plan_removal (
    run_id bigint not null references kb_store.run on delete cascade,
    entry_id bigint not null references kb_store.entry,
    reason text not null check (reason in ('gone', 'missing', 'absent', 'removed')),
    held boolean not null default false,
    primary key (run_id, entry_id)
);
comment on table kb_store.plan_removal is 'An entry a run means to close.';
comment on column kb_store.plan_removal.run_id is 'The run.';
comment on column kb_store.plan_removal.entry_id is 'The entry.';
comment on column kb_store.plan_removal.reason is 'Why.';
comment on column kb_store.plan_removal.held is 'It waits for a person.';
