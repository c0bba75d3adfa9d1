-- How sure a bot may be of an answer, measured on the base itself; and what questions with known answers measured last.
create table kb_store.evaluation (
    evaluation_id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    file text not null,
    questions_sha256 bytea not null check (length(questions_sha256) = 32),
    model text,
    measured jsonb not null
);
create index evaluation_file on kb_store.evaluation (file, evaluation_id);
comment on table kb_store.evaluation is 'What `freshet eval` measured, to be compared with the next time.';
comment on column kb_store.evaluation.evaluation_id is 'Key; grows with time.';
comment on column kb_store.evaluation.at is 'When it was measured.';
comment on column kb_store.evaluation.file is 'Name of the file of questions, without its folder.';
comment on column kb_store.evaluation.questions_sha256 is 'Hash of the file: another one means other questions.';
comment on column kb_store.evaluation.model is 'Name of the model that was served; null: none.';
comment on column kb_store.evaluation.measured is 'Each measure and its value, null where no question bears on it.';
