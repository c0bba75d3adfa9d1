create or replace function kb_store.probe(
    query text, direction vector, own bigint, out present double precision[], out removed double precision[]
)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    asked constant record := kb_store.query_terms(query);
    covered constant text[] := kb_store.covered_languages(query);
    legs constant record := kb_store.live_legs(
        clock_timestamp(), asked.weights, case when covered is not null then direction end, covered,
        kb_store.wanted_of(null, null, null, null, null, null)
    );
    -- what stands around it in its entry, and that entry's other languages, would answer as well
    gone constant bigint[] := array(
        select c.passage_id
        from kb_store.served_chunk o
        join kb_store.served_chunk c using (entry_id)
        where o.passage_id = own
    );
begin
    present := kb_store.answer_features(asked.weights, asked.information, legs.words, legs.vectors);
    removed := kb_store.answer_features(
        asked.weights, asked.information,
        kb_store.legs_without(legs.words, gone), kb_store.legs_without(legs.vectors, gone)
    );
end
$$;

comment on function kb_store.probe is
    'Features of the answer to a question made of a text of the base: with that text, and as if its entry were removed.';
