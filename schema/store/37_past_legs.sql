create or replace function kb_store.past_legs(
    at timestamptz, known_at timestamptz, query text, direction vector, covered text[], wanted kb_store.wanted,
    out words kb_store.leg[], out vectors kb_store.leg[]
)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    with live as materialized (
        select c.passage_id, bool_or(covered = '{}' or c.language = any (covered || array['und'])) as votes
        from kb_store.known_entries(known_at) e
        join kb_store.known_chunks(known_at) c using (entry_id)
        where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
            and (c.valid is null or c.valid @> at)
            and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
            and ((wanted).language is null or c.language = (wanted).language)
        group by c.passage_id
    ),
    -- rarities as they are now: what they were is not kept, and no text is left out by them
    asked as materialized (
        select t.lexeme, t.rarity as idf, greatest(s.total_length::real / greatest(s.passages, 1), 1) as average
        from kb_store.asked_terms(query) t
        cross join kb_store.lexical_statistic s
    ),
    found as (
        select p.passage_id, sum(
            a.idf * n.times * 2.2 / (n.times + 1.2 * (0.25 + 0.75 * m.length / a.average))
        )::real as points
        from live
        join kb_store.passage p using (passage_id)
        cross join lateral unnest(p.terms) t
        join asked a on a.lexeme = t.lexeme
        cross join lateral (select coalesce(cardinality(t.positions), 1)::double precision as times) n
        cross join lateral (select sum(coalesce(cardinality(x.positions), 1)) as length from unnest(p.terms) x) m
        group by p.passage_id
    )
    select
        array(select (f.passage_id, f.points)::kb_store.leg from found f order by f.points desc limit 100),
        array(
            select (p.passage_id, 1 - (e.vector <=> direction::halfvec))::kb_store.leg
            from live
            join kb_store.passage p using (passage_id)
            join kb_store.embedding e using (passage_sha256)
            where live.votes and direction is not null and e.model_id = (select m.model_id from kb_store.model m where m.active)
            order by e.vector <=> direction::halfvec
            limit 100
        )
    into words, vectors;
end
$$;

comment on function kb_store.past_legs is
    'The hundred texts nearest to a query by its words and by its vector among what was believed at an instant, each compared.';
