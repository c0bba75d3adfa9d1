-- A person's word, which syncs do not undo; and what a run changed of what is known of pages, so that it can be undone.
create table kb_store.withdrawal (
    withdrawal_id bigint generated always as identity primary key,
    entry_id bigint not null references kb_store.entry,
    period tstzrange not null check (not isempty(period) and not lower_inf(period)),
    recorded tstzrange not null check (not isempty(recorded) and not lower_inf(recorded)),
    decided_by text not null,
    revoked_by text,
    check (upper_inf(recorded) = (revoked_by is null))
);
-- one word at a time
create unique index withdrawal_open on kb_store.withdrawal (entry_id) where upper_inf(recorded);
comment on table kb_store.withdrawal is 'Entries that a person withdrew: what they are believed to say goes on being kept, and is not served.';
comment on column kb_store.withdrawal.withdrawal_id is 'Key.';
comment on column kb_store.withdrawal.entry_id is 'The entry; what it was found to be the same as is withdrawn with it.';
comment on column kb_store.withdrawal.period is 'When it is not served; open above: until a person restores it.';
comment on column kb_store.withdrawal.recorded is 'When that word held; open above: it does.';
comment on column kb_store.withdrawal.decided_by is 'Who said so: user and machine.';
comment on column kb_store.withdrawal.revoked_by is 'Who took it back, or said another; null: nobody.';

create table kb_store.page_before (
    run_id bigint not null references kb_store.run on delete cascade,
    page_id bigint not null references kb_store.page,
    state jsonb not null,
    primary key (run_id, page_id)
);
create index page_before_page on kb_store.page_before (page_id);
comment on table kb_store.page_before is 'Pages that a run published another reading of, as they were until then.';
comment on column kb_store.page_before.run_id is 'The run.';
comment on column kb_store.page_before.page_id is 'The page.';
comment on column kb_store.page_before.state is 'Its row in page, by column.';

create table kb_store.draft_before (
    run_id bigint not null references kb_store.run on delete cascade,
    reading_id bigint not null,
    ordinal int not null,
    entry_id bigint not null references kb_store.entry,
    primary key (run_id, reading_id, ordinal),
    foreign key (reading_id, ordinal) references kb_store.draft on delete cascade
);
create index draft_before_draft on kb_store.draft_before (reading_id, ordinal);
comment on table kb_store.draft_before is 'Drafts that a run found to speak of another entry, and of which they had spoken until then.';
comment on column kb_store.draft_before.run_id is 'The run.';
comment on column kb_store.draft_before.reading_id is 'The draft''s reading.';
comment on column kb_store.draft_before.ordinal is 'Its place in it.';
comment on column kb_store.draft_before.entry_id is 'The entry it spoke of.';

alter table kb_store.run drop constraint run_kind_check;
alter table kb_store.run add check (kind in ('sync', 'reindex', 'remove', 'approve', 'rollback'));
comment on column kb_store.run.kind is
    'sync: from the source; reindex: from stored captures; a person''s word: remove: withdrew the source, approve: published what a run held, rollback: undid runs.';
alter table kb_store.run add column judged jsonb not null default '{}';
comment on column kb_store.run.judged is 'On what its verdict rests, in numbers: pages, failures in a row, what would be lost, offers by kind of page.';

alter table kb_store.version drop constraint version_closed_reason_check;
alter table kb_store.version add check (
    closed_reason in ('replaced', 'gone', 'missing', 'absent', 'removed', 'joined', 'rolled_back')
);
