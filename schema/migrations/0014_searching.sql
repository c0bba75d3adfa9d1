-- Searching within what is wanted, exactly while that is little and by an index of vectors beyond.
create type kb_store.wanted as (
    sources int[],
    category text[],
    language text,
    kind text[],
    min_price numeric,
    max_price numeric
);
comment on type kb_store.wanted is
    'What answers are limited to: sources by number, all else null without a limit; an empty array matches nothing.';

create type kb_store.leg as (
    passage_id bigint,
    points real
);
comment on type kb_store.leg is 'A text that words or vectors found, and how near it is.';

-- a filter that leaves one text in a hundred must find them without looking at the other ninety-nine
create index served_entry_category on kb_store.served_entry using gin (category) with (fastupdate = off);
create index served_entry_price on kb_store.served_entry (price) where price is not null;
create index served_entry_kind on kb_store.served_entry (kind);
create index served_chunk_language on kb_store.served_chunk (language);

-- a wide vector is read in its row, not fetched from beside it
alter table kb_store.served_vector alter column vector set storage plain;
alter table kb_store.model add column indexed_to bigint not null default 0 check (indexed_to >= 0);
comment on column kb_store.model.indexed_to is
    'Its served vectors of texts up to this number stand in an index of nearest neighbours, later ones are compared one by one; 0: there is no index.';

alter type kb_store.whole_entry add attribute chunks jsonb;
