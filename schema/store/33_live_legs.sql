create or replace function kb_store.live_legs(
    at timestamptz, asked sparsevec, direction vector, covered text[], wanted kb_store.wanted,
    out words kb_store.leg[], out vectors kb_store.leg[]
)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if kb_store.are_many(at, wanted) then
        words := kb_store.nearest_words(at, asked, wanted);
        vectors := case when direction is null then '{}' else kb_store.nearest_vectors(at, direction, covered, wanted) end;
    end if;
    -- few in all, or too few were met: most of what is near is over, or not wanted
    if words is null or (direction is not null and cardinality(vectors) < 100) then
        select e.words, e.vectors into words, vectors from kb_store.exact_legs(at, asked, direction, covered, wanted) e;
    end if;
    words := kb_store.in_context(words, asked, at, wanted);
end
$$;

comment on function kb_store.live_legs is
    'The hundred texts nearest to a query by its words and by its vector, among those live and wanted: each compared while'
    ' they are few, or where the index finds too little.';
