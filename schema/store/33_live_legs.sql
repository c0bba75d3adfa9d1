create or replace function kb_store.live_legs(
    at timestamptz, asked sparsevec, direction vector, covered text[], wanted kb_store.wanted,
    out words kb_store.leg[], out vectors kb_store.leg[], out chunks kb_store.served_chunk[]
)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    most constant int := kb_store.worth_asking(at, wanted);
    word record;
    vector record;
    enough boolean := false;
begin
    if most > 0 then
        words := kb_store.nearest_words(asked, most);
        vectors := case when direction is not null then kb_store.nearest_vectors(at, direction, covered, wanted, most) end;
        word := kb_store.live_among(at, '{}', wanted, words);
        vector := kb_store.live_among(at, covered, wanted, vectors);
        enough := (cardinality(word.leg) = 100 or cardinality(words) < most)
            and (direction is null or cardinality(vector.leg) = 100);
    end if;
    -- few in all, or too few were met: most of what is near is over, or not wanted
    if not enough then
        select e.words, e.vectors into words, vectors from kb_store.exact_legs(at, asked, direction, covered, wanted) e;
        word := kb_store.live_among(at, '{}', wanted, words);
        vector := kb_store.live_among(at, covered, wanted, vectors);
    end if;
    words := kb_store.in_context(word.leg, word.chunks, asked, at);
    vectors := vector.leg;
    chunks := word.chunks || vector.chunks;
end
$$;

comment on function kb_store.live_legs is
    'The hundred texts nearest to a query by its words and by its vector, among those live and wanted, and the chunks in which'
    ' they stand, some twice: each text is compared while they are few, or where the nearest are too few of them.';
