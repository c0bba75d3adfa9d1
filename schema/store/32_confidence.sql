create or replace function kb_store.confidence(
    asked sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[], made boolean
) returns real
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    select kb_store.likelihood(
        kb_store.answer_features(asked, information, words, vectors),
        kb_store.answer_weights(
            case when coalesce(cardinality(vectors), 0) = 0 then 'words' when made then 'made' else 'given' end
        )
    )
$$;

comment on function kb_store.confidence is
    'How surely a query is answered, 0..1, by the best hundred of either leg; made: its vector was made in the base.';
