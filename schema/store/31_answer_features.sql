create or replace function kb_store.answer_features(
    asked sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[]
) returns double precision[]
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    -- logarithms, as it is the ratio that tells. By words alone the third is how much of the best text's terms would come
    -- together by chance in one of so many texts: one rare word is in some text, three are not
    select array[1, ln(0.05 + least(coalesce(words[1].points / nullif(information, 0), 0), 1.5)),
        ln(0.05 + coalesce((asked <+> '{}/1000000000'::sparsevec) / nullif(information, 0), 0)),
        case
            when cardinality(vectors) > 0 then vectors[1].points
            else ln(0.05 + coalesce(words[1].points, 0) / ln(2.0 + s.passages))
        end]
    from kb_store.lexical_statistic s
$$;

comment on function kb_store.answer_features is
    'What tells whether a base answers a query: 1, the share of its information in the best text, the share known at all,'
    ' the greatest cosine; without vectors the information in the best text, in units of what chance brings together.';
