create or replace function kb_store.written_weights(lexemes int[], times int, length bigint, pivot real) returns text
language plpgsql immutable parallel safe
as $$
declare
    -- Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), k1 1.2, b 0.75; the idf stands in the query
    weight constant text := (times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / pivot)))::real;
begin
    return array_to_string(lexemes, ':' || weight || ',') || ':' || weight;
end
$$;

comment on function kb_store.written_weights is
    'The BM25 weight of lexemes that stand so often in a text of that length, as part of what a sparsevec is written as.';
