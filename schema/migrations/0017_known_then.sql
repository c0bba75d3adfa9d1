-- What was known when, beyond versions: looks and limits; what was asked and not answered, without personal data; and
-- logins that are limited stay so when what they may see goes.
create table kb_store.verification (
    entry_id bigint not null references kb_store.entry,
    known_at timestamptz not null,
    verified_at timestamptz not null,
    primary key (entry_id, known_at)
);
create index verification_known_at on kb_store.verification using brin (known_at);
comment on table kb_store.verification is
    'When each served entry was last seen, as known from each instant on: every look of the last week, before that the last of a day.';
comment on column kb_store.verification.entry_id is 'The entry.';
comment on column kb_store.verification.known_at is 'Since when that was known.';
comment on column kb_store.verification.verified_at is 'As in served_entry.';
-- earlier looks are not known any more
insert into kb_store.verification (entry_id, known_at, verified_at)
select s.entry_id, greatest(s.verified_at, lower(v.recorded)), s.verified_at
from kb_store.served_entry s
join kb_store.version v using (version_id);

create table kb_store.source_limit (
    source_id int not null references kb_store.source on delete cascade,
    known_at timestamptz not null,
    freshness interval not null,
    ttl interval not null,
    ttl_pages interval not null,
    primary key (source_id, known_at)
);
comment on table kb_store.source_limit is 'The limits that a source''s settings said, from each instant on.';
comment on column kb_store.source_limit.source_id is 'The source.';
comment on column kb_store.source_limit.known_at is 'Since when they said so.';
comment on column kb_store.source_limit.freshness is 'As in source.';
comment on column kb_store.source_limit.ttl is 'As in source.';
comment on column kb_store.source_limit.ttl_pages is 'As in source.';
insert into kb_store.source_limit (source_id, known_at, freshness, ttl, ttl_pages)
select s.source_id, '-infinity', s.freshness, s.ttl, s.ttl_pages from kb_store.source s;

create table kb_store.chore (
    name text primary key,
    done_until timestamptz not null
);
comment on table kb_store.chore is 'Housekeeping that need not be done at every sweep.';
comment on column kb_store.chore.name is 'What is done.';
comment on column kb_store.chore.done_until is 'Up to which instant of what it looks after it was done.';

create table kb_store.demand_setting (
    sole boolean primary key default true check (sole),
    enabled boolean not null default true,
    salt uuid not null default gen_random_uuid()
);
insert into kb_store.demand_setting default values;
comment on table kb_store.demand_setting is 'One row: whether unanswered questions are kept, as the project''s settings say.';
comment on column kb_store.demand_setting.sole is 'There is one row.';
comment on column kb_store.demand_setting.enabled is 'False: nothing is noted.';
comment on column kb_store.demand_setting.salt is 'Goes into every hash, so that hashes of other bases say nothing of this one.';

create table kb_store.demand (
    day date not null,
    language text not null,
    question_sha256 bytea not null check (length(question_sha256) = 32),
    asked int not null check (asked > 0),
    unanswered int not null check (unanswered between 0 and asked),
    best_score real not null check (best_score between 0 and 1),
    question text,
    primary key (day, question_sha256, language)
);
create index demand_question on kb_store.demand (question_sha256);
comment on table kb_store.demand is
    'Questions that had no or a weak answer, by day. Only what was asked often enough is kept in words, and those without numbers and addresses.';
comment on column kb_store.demand.day is 'Day in UTC.';
comment on column kb_store.demand.language is 'Language asked for, or told by the letters; und: neither.';
comment on column kb_store.demand.question_sha256 is 'Salted hash of its lexemes: the same words in another order are the same question.';
comment on column kb_store.demand.asked is 'How often.';
comment on column kb_store.demand.unanswered is 'How often of these nothing at all was found.';
comment on column kb_store.demand.best_score is 'The highest score that a hit had.';
comment on column kb_store.demand.question is 'Its words as last asked, without numbers and addresses; null: asked too seldom to be kept.';

alter table kb_store.source_grant
    drop constraint source_grant_pkey,
    alter column source_id drop not null,
    add constraint source_grant_once unique nulls not distinct (grantee, source_id),
    -- were a row to go with its source, the last one would leave its login unlimited
    drop constraint source_grant_source_id_fkey,
    add constraint source_grant_source_id_fkey foreign key (source_id) references kb_store.source;
comment on column kb_store.source_grant.source_id is 'A source it may see; null: says no more than that the login is limited.';
