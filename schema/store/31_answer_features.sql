create or replace function kb_store.answer_features(
    asked sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[]
) returns double precision[]
language sql immutable
set search_path = pg_catalog, public, pg_temp
as $$
    -- logarithms, as it is the ratio that tells: of a question's information what the best text holds, and what the base
    -- has words for at all
    select array[1, ln(0.05 + least(coalesce(words[1].points / nullif(information, 0), 0), 1.5)),
        ln(0.05 + coalesce((asked <+> '{}/1000000000'::sparsevec) / nullif(information, 0), 0))]
        || case
            when cardinality(vectors) > 0
                then array[vectors[1].points, vectors[1].points - vectors[least(cardinality(vectors), 10)].points]
            else '{}'
        end::double precision[]
$$;

comment on function kb_store.answer_features is
    'What tells whether a base answers a query: 1, the share of its information in the best text, the share known at all; with'
    ' vectors also the greatest cosine and by how much it exceeds the tenth.';
