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

create table kb_store.calibration (
    model_id int not null references kb_store.model on delete cascade,
    path text not null check (path in ('given', 'made', 'words')),
    weights double precision[] not null check (cardinality(weights) = case path when 'words' then 3 else 5 end),
    texts bigint not null check (texts > 0),
    fitted_at timestamptz not null default clock_timestamp(),
    primary key (model_id, path)
);
comment on table kb_store.calibration is
    'What the features of an answer weigh in this base, fitted to questions made of its own texts; laid so that half is where a bot may answer.';
comment on column kb_store.calibration.model_id is 'The model served when it was fitted, with whose vectors.';
comment on column kb_store.calibration.path is
    'Where the query''s vector comes from: given by whoever asks, made in the base; words: there is none.';
comment on column kb_store.calibration.weights is 'By kb_store.answer_features; the first of them stands alone.';
comment on column kb_store.calibration.texts is 'Served texts then; fitted anew when they have become many more, or fewer.';
comment on column kb_store.calibration.fitted_at is 'When it was fitted.';
