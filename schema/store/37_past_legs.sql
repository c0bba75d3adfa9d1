create or replace function kb_store.past_legs(
    at timestamptz, known_at timestamptz, query text, direction vector, covered text[], wanted kb_store.wanted,
    out words kb_store.leg[], out vectors kb_store.leg[], out chunks kb_store.served_chunk[]
)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    chunks := array(select c from kb_store.past_chunks(at, known_at, wanted) c);
    words := kb_store.past_words(chunks, query);
    vectors := array(
        select (p.passage_id, 1 - (e.vector <=> direction::halfvec))::kb_store.leg
        from (
            select distinct c.passage_id
            from unnest(chunks) c
            where direction is not null and (covered = '{}' or c.language = any (covered || array['und']))
        ) c
        join kb_store.passage p using (passage_id)
        join kb_store.embedding e using (passage_sha256)
        where e.model_id = (select m.model_id from kb_store.model m where m.active)
        order by e.vector <=> direction::halfvec
        limit 100
    );
end
$$;

comment on function kb_store.past_legs is
    'The hundred texts nearest to a query by its words and by its vector among what was believed at an instant, each compared,'
    ' and the chunks believed then.';
