create or replace function kb_store.answer_weights(path text) returns double precision[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select c.weights
            from kb_store.calibration c
            join kb_store.model m using (model_id)
            where m.active and c.path = answer_weights.path
        ),
        kb_store.general_weights(answer_weights.path)
    )
$$;

comment on function kb_store.answer_weights is
    'What the features of an answer weigh in this base. path: given, made or words, by where the query''s vector comes from.';
