create or replace function kb_store.probe(query text, direction vector) returns double precision[]
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    asked constant record := kb_store.query_terms(query);
    legs constant record := kb_store.live_legs(
        clock_timestamp(), asked.weights, direction, kb_store.covered_languages(query),
        kb_store.wanted_of(null, null, null, null, null, null)
    );
begin
    return kb_store.answer_features(asked.weights, asked.information, legs.words, legs.vectors);
end
$$;

comment on function kb_store.probe is 'Features of the answer to a question by which a base is calibrated.';
