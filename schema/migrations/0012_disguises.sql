-- What a page is like is kept with its reading, so that what answers in its place is known for a stranger; and how the
-- site answered an address made up to see what it says when there is no such page.
alter table kb_store.reading add column features jsonb;
comment on column kb_store.reading.features is
    'Outer marks of an HTML page, as pipelines.likeness describes them; null: no HTML, or read before they were kept.';

create table kb_store.probe (
    run_id bigint primary key references kb_store.run on delete cascade,
    url text not null,
    outcome text not null,
    fetched_at timestamptz not null,
    final_url text,
    status int,
    features jsonb
);
comment on table kb_store.probe is 'A run''s request for an address that cannot exist: no page of the source.';
comment on column kb_store.probe.run_id is 'The run.';
comment on column kb_store.probe.url is 'The made-up address.';
comment on column kb_store.probe.outcome is 'How it ended, from the closed list of outcomes; ok means that the site tells no 404.';
comment on column kb_store.probe.fetched_at is 'When the answer was complete.';
comment on column kb_store.probe.final_url is 'Where redirects led.';
comment on column kb_store.probe.status is 'HTTP status; null: no answer.';
comment on column kb_store.probe.features is 'Outer marks of the answer, when it was an HTML page told with 200.';
