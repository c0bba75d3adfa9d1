create or replace function kb_store.past_words(chunks kb_store.served_chunk[], query text) returns kb_store.leg[]
language sql stable
set search_path = pg_catalog, public, pg_temp
set enable_nestloop = off -- how many rows each step gives is not known beforehand, and taken for few
as $$
    with chunk as materialized (
        select * from unnest(chunks)
    ),
    -- rarities as they are now: what they were is not kept, and no text is left out by them
    asked as materialized (
        select t.lexeme, t.rarity as idf, greatest(s.total_length::real / greatest(s.passages, 1), 1) as average
        from kb_store.asked_terms(query) t
        cross join kb_store.lexical_statistic s
    ),
    counted as materialized (
        select p.passage_id, a.lexeme, a.idf, a.average, coalesce(cardinality(t.positions), 1) as times
        from (select distinct passage_id from chunk) c
        join kb_store.passage p using (passage_id)
        cross join lateral unnest(p.terms) t
        join asked a on a.lexeme = t.lexeme
    ),
    found as materialized (
        select c.passage_id, sum(c.idf * c.times * 2.2 / (c.times + 1.2 * (0.25 + 0.75 * l.length / c.average))) as points
        from counted c
        join (
            select p.passage_id, kb_store.length_in_lexemes(p.terms) as length
            from (select distinct passage_id from counted) h
            join kb_store.passage p using (passage_id)
            offset 0 -- counted once a text
        ) l using (passage_id)
        group by c.passage_id
        order by points desc
        limit 100
    ),
    -- as kb_store.in_context weighs what is served: half of the points are those of the entry's text around
    near as materialized (
        select p.passage_id, c.passage_id as neighbour
        from (
            select distinct on (passage_id) c.*
            from found f
            join chunk c using (passage_id)
            order by passage_id, chunk_id
        ) p
        join chunk c on c.entry_id = p.entry_id and c.language = p.language
            and c.ordinal between p.ordinal - 2 and p.ordinal + 2
    ),
    size as (
        select n.passage_id, sum(kb_store.length_in_lexemes(p.terms)) as length
        from near n
        join kb_store.passage p on p.passage_id = n.neighbour
        group by n.passage_id
    ),
    around as (
        select t.passage_id,
            sum(t.idf * t.times * 2.2 / (t.times + 1.2 * (0.25 + 0.75 * s.length / (1.5 * t.average)))) as points
        from (
            select n.passage_id, c.lexeme, c.idf, c.average, sum(c.times) as times
            from near n
            join counted c on c.passage_id = n.neighbour
            group by n.passage_id, c.lexeme, c.idf, c.average
        ) t
        join size s using (passage_id)
        group by t.passage_id
    )
    select array(
        select (f.passage_id, (f.points + a.points) / 2)::kb_store.leg
        from found f
        join around a using (passage_id)
        order by f.points + a.points desc, f.passage_id
    )
$$;

comment on function kb_store.past_words is
    'The hundred texts nearest to a query by its words among chunks of the past, each compared.';
