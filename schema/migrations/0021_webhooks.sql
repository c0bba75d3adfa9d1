-- How far each webhook has been told, and what was given up. What waits is not kept: it is what the change feed and the
-- runs hold beyond that, so nothing grows while a receiver is away.

alter table kb_store.run add column ending bigint unique;
comment on column kb_store.run.ending is
    'Its place among the runs that ended held or failed, by which webhooks are told of them in order; null: it did not, or no webhook has looked since.';
create index run_unnumbered on kb_store.run (run_id) where ending is null and state in ('held', 'failed');

create table kb_store.webhook (
    name text primary key,
    event text[] not null check (cardinality(event) > 0),
    told_change bigint not null,
    told_ending bigint not null,
    trying text,
    tries int not null default 0,
    next_try timestamptz not null default clock_timestamp(),
    failing_since timestamptz,
    reason text,
    stopped_at timestamptz,
    delivered bigint not null default 0,
    delivered_at timestamptz,
    seen_at timestamptz not null default clock_timestamp(),
    check ((trying is null) = (tries = 0))
);
comment on table kb_store.webhook is 'A webhook of the project, and how far it has been told. Its address and its secret are kept nowhere here.';
comment on column kb_store.webhook.name is 'As in freshet.toml.';
comment on column kb_store.webhook.event is 'What it wants to be told.';
comment on column kb_store.webhook.told_change is 'It has been told the change feed up to this number.';
comment on column kb_store.webhook.told_ending is 'It has been told of runs that ended held or failed up to this one, by run.ending.';
comment on column kb_store.webhook.trying is 'The message that was last tried in vain; null: the last one arrived, or was given up.';
comment on column kb_store.webhook.tries is 'How often that was tried.';
comment on column kb_store.webhook.next_try is 'It is left alone until then.';
comment on column kb_store.webhook.failing_since is 'When the first of the tries failed since one last went well; null: the last one did.';
comment on column kb_store.webhook.reason is 'Why the last one failed.';
comment on column kb_store.webhook.stopped_at is 'When it said that it wants nothing more (410); null: it did not, or deliverers were started anew since.';
comment on column kb_store.webhook.delivered is 'How many messages it has accepted.';
comment on column kb_store.webhook.delivered_at is 'When it last accepted one.';
comment on column kb_store.webhook.seen_at is 'When it was last found in freshet.toml, to the day.';

create table kb_store.dead_letter (
    webhook text references kb_store.webhook on delete cascade,
    message text,
    event text not null,
    at timestamptz not null,
    change_id bigint,
    run_id bigint references kb_store.run,
    tries int not null,
    reason text not null,
    given_up_at timestamptz not null default clock_timestamp(),
    primary key (webhook, message),
    check ((change_id is null) <> (run_id is null))
);
comment on table kb_store.dead_letter is 'Messages that a webhook did not accept in all their tries; kept for thirty days.';
comment on column kb_store.dead_letter.webhook is 'Which one.';
comment on column kb_store.dead_letter.message is 'The message''s webhook-id.';
comment on column kb_store.dead_letter.event is 'What it told.';
comment on column kb_store.dead_letter.at is 'When that happened.';
comment on column kb_store.dead_letter.change_id is 'The change it told of; the feed may have forgotten it.';
comment on column kb_store.dead_letter.run_id is 'The run it told of.';
comment on column kb_store.dead_letter.tries is 'How often it was tried.';
comment on column kb_store.dead_letter.reason is 'Why the last try failed.';
comment on column kb_store.dead_letter.given_up_at is 'When it was given up.';
