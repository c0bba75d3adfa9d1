-- One offer, many evidences: which entry each draft speaks of and by which marks that is known, and what an entry says
-- in its other languages.
alter table kb_store.page add column moved_to text;
comment on column kb_store.page.moved_to is 'Where it was found to have moved; null: it answers itself, or was never found moved.';

alter table kb_store.draft
    add column entry_id bigint references kb_store.entry,
    add column identified_by text;
create index draft_entry on kb_store.draft (entry_id);
comment on column kb_store.draft.entry_id is 'The entry it speaks of, as published; null: not published.';
comment on column kb_store.draft.identified_by is 'The recipe by which that was found; null: not found by any.';
-- what is published stands for the entry of its key, as it did until now
update kb_store.draft d
set entry_id = e.entry_id
from kb_store.page p
join kb_store.entry e using (source_id)
where d.reading_id = p.reading_id and e.key = d.key;
drop index kb_store.draft_key;

create table kb_store.draft_mark (
    reading_id bigint not null,
    ordinal int not null,
    mark text not null,
    primary key (reading_id, ordinal, mark),
    foreign key (reading_id, ordinal) references kb_store.draft on delete cascade
);
create index draft_mark_mark on kb_store.draft_mark (mark);
comment on table kb_store.draft_mark is 'By what a draft may be known again elsewhere: see pipelines.store.identity.';
comment on column kb_store.draft_mark.reading_id is 'The draft''s reading.';
comment on column kb_store.draft_mark.ordinal is 'Its place in it.';
comment on column kb_store.draft_mark.mark is 'Kind of mark, colon, value.';

create table kb_store.entry_mark (
    entry_id bigint not null references kb_store.entry,
    mark text not null,
    former boolean not null default false,
    primary key (entry_id, mark)
);
create index entry_mark_mark on kb_store.entry_mark (mark);
comment on table kb_store.entry_mark is 'Marks by which an entry was known: by these it keeps its number when an address changes.';
comment on column kb_store.entry_mark.entry_id is 'The entry.';
comment on column kb_store.entry_mark.mark is 'As in draft_mark.';
comment on column kb_store.entry_mark.former is 'A place that had it is gone; what it held together stays so.';

alter table kb_store.entry add column joined_into bigint references kb_store.entry check (joined_into <> entry_id);
comment on column kb_store.entry.joined_into is 'The entry it was found to be the same as; null: it stands for itself.';

create table kb_store.version_variant (
    version_id bigint not null references kb_store.version,
    language text not null check (language not in ('', 'und')),
    url text not null,
    title text not null,
    description text not null,
    image_url text,
    terms text,
    primary key (version_id, language)
);
comment on table kb_store.version_variant is 'What a version says in its other languages; what is not text is the version''s own.';
comment on column kb_store.version_variant.version_id is 'The version.';
comment on column kb_store.version_variant.language is 'Primary language tag; never the version''s own.';
comment on column kb_store.version_variant.url is 'Where it stands in that language.';
comment on column kb_store.version_variant.title is 'Title.';
comment on column kb_store.version_variant.description is 'Short text.';
comment on column kb_store.version_variant.image_url is 'A picture of it.';
comment on column kb_store.version_variant.terms is 'Conditions.';

alter table kb_store.version drop constraint version_closed_reason_check;
alter table kb_store.version add check (closed_reason in ('replaced', 'gone', 'missing', 'absent', 'removed', 'joined'));

alter table kb_store.chunk add column language text;
comment on column kb_store.chunk.language is 'Language of the variant it belongs to; null: that of its version.';

alter table kb_store.served_entry add column languages text[];
update kb_store.served_entry set languages = array[language];
alter table kb_store.served_entry alter column languages set not null;
alter table kb_store.served_entry drop column language;
comment on column kb_store.served_entry.languages is 'Its languages, the version''s own first.';

alter table kb_store.served_chunk add column language text;
update kb_store.served_chunk s
set language = v.language
from kb_store.chunk c
join kb_store.version v using (version_id)
where c.chunk_id = s.chunk_id;
alter table kb_store.served_chunk alter column language set not null;
comment on column kb_store.served_chunk.language is 'The language it speaks for.';

alter table kb_store.plan_chunk add column language text;
comment on column kb_store.plan_chunk.language is 'As in chunk.';

create table kb_store.plan_variant (
    run_id bigint not null,
    key text not null,
    language text not null,
    url text not null,
    title text not null,
    description text not null,
    image_url text,
    terms text,
    primary key (run_id, key, language),
    foreign key (run_id, key) references kb_store.plan_entry on delete cascade
);
comment on table kb_store.plan_variant is 'What an entry says in another language, as a run found it.';
comment on column kb_store.plan_variant.run_id is 'The run.';
comment on column kb_store.plan_variant.key is 'The entry.';
comment on column kb_store.plan_variant.language is 'As in version_variant.';
comment on column kb_store.plan_variant.url is 'As in version_variant.';
comment on column kb_store.plan_variant.title is 'As in version_variant.';
comment on column kb_store.plan_variant.description is 'As in version_variant.';
comment on column kb_store.plan_variant.image_url is 'As in version_variant.';
comment on column kb_store.plan_variant.terms is 'As in version_variant.';

create table kb_store.plan_draft (
    run_id bigint not null,
    reading_id bigint not null,
    ordinal int not null,
    key text not null,
    recipe text not null,
    primary key (run_id, reading_id, ordinal),
    foreign key (run_id, key) references kb_store.plan_entry on delete cascade
);
create index plan_draft_entry on kb_store.plan_draft (run_id, key);
comment on table kb_store.plan_draft is 'Which planned entry a draft speaks of.';
comment on column kb_store.plan_draft.run_id is 'The run.';
comment on column kb_store.plan_draft.reading_id is 'The draft''s reading.';
comment on column kb_store.plan_draft.ordinal is 'Its place in it.';
comment on column kb_store.plan_draft.key is 'The planned entry.';
comment on column kb_store.plan_draft.recipe is 'The recipe by which that was found.';

alter table kb_store.plan_removal
    drop constraint plan_removal_reason_check,
    add check (reason in ('gone', 'missing', 'absent', 'removed', 'joined')),
    add column key text,
    add foreign key (run_id, key) references kb_store.plan_entry on delete cascade,
    add check ((reason = 'joined') = (key is not null)),
    -- nothing of it is lost, so no guard holds it
    add check (not (held and reason = 'joined'));
comment on column kb_store.plan_removal.key is 'The planned entry it was found to be the same as; null: none.';

alter type kb_store.whole_entry add attribute languages text[];
alter type kb_store.whole_entry add attribute carriers jsonb;
