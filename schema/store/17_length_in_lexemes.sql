create or replace function kb_store.length_in_lexemes(terms tsvector) returns int
language sql immutable parallel safe
as $$
    select coalesce(sum(coalesce(cardinality(t.positions), 1)), 0)::int from unnest(terms) t
$$;

comment on function kb_store.length_in_lexemes is 'How many lexemes a text has, each as often as it stands there.';
