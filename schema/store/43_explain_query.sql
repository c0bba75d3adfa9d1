create or replace function kb_store.explain_query(
    at timestamptz, which bigint, query text, direction vector, made boolean
) returns table (step int, rule text, passed boolean, detail text)
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    with seen as materialized (
        select * from kb_store.explain_state(at, which)
    ),
    passage as materialized (
        select p.passage_sha256, p.terms
        from seen s
        join kb_store.chunk c using (version_id)
        join kb_store.passage p using (passage_id)
        where c.valid is null or c.valid @> at
    ),
    term as (
        select q.lexeme, exists (select from passage p where q.lexeme = any (tsvector_to_array(p.terms))) as stands,
            round(q.rarity::numeric, 2) as rarity
        from kb_store.asked_terms(query) q
    ),
    matched as (
        select coalesce(bool_or(stands), false) as any_stands,
            string_agg(format('%s %s', lexeme, rarity), ', ' order by rarity desc, lexeme) filter (where stands) as standing,
            string_agg(lexeme, ', ' order by lexeme) filter (where not stands) as lacking
        from term
    ),
    meaning as (
        select max(m.name) as model, max(1 - (e.vector <=> direction::halfvec)) as cosine,
            kb_store.covered_languages(query) as covered
        from kb_store.model m
        left join passage p on direction is not null
        left join kb_store.embedding e on e.model_id = m.model_id and e.passage_sha256 = p.passage_sha256
        where m.active
    ),
    hit as (
        select h.*, row_number() over (order by h.score desc, h.chunk_id) as place, count(*) over () as hits,
            max(h.score) over () as best
        from kb_store.search_live(
            at, query, direction, 100, kb_store.wanted_of(null, null, null, null, null, null), made => made
        ) h
    ),
    own as (
        select h.* from hit h join kb_store.chunk c using (chunk_id) join seen s using (version_id)
    )
    select c.step, c.rule, c.passed, c.detail
    from seen s
    cross join matched m
    cross join meaning n
    left join own o on true
    cross join lateral (
        values
        (10, 'terms', m.any_stands, concat_ws('; ', 'in its text, by rarity: ' || m.standing, 'not in its text: ' || m.lacking,
            case when m.standing is null and m.lacking is null then 'the query has no word that counts' end)),
        (11, 'vector', coalesce(o.vector_score, n.cosine) is not null and n.covered is not null, case
            when direction is null then 'no vector of the query was to be had: words alone decide'
            when n.covered is null then format('%s was not made for the language of the query: words alone decide', n.model)
            else format('cosine %s with its nearest text, by %s', coalesce(round(n.cosine::numeric, 3)::text, 'unknown'), n.model)
                || case when made then ', the query''s made of its words' else '' end
                || case when n.covered <> '{}' and not s.languages && (n.covered || array['und'])
                    then ', which has no vote on texts of this language' else '' end
        end),
        (12, 'rank', coalesce(o.place <= 8, false), case
            when not s.serves then 'not served, so no hit'
            when o.place is null then 'not among the hits: nothing of the query is in it, or a hundred others are nearer'
            else format('hit %s of %s; eight are returned unless more are asked for', o.place, o.hits)
        end),
        (13, 'threshold', coalesce(o.best >= kb_store.answerable_from(), false), case
            when o.place is null then 'no hit, no score'
            else format('score %s, by words %s, by vector %s; the best hit has %s, and answers from %s on',
                round(o.score::numeric, 3), round(o.text_score::numeric, 3),
                coalesce(round(o.vector_score::numeric, 3)::text, 'none'), round(o.best::numeric, 3),
                kb_store.answerable_from())
        end),
        (14, 'filters', true, format('kept by kind %s, source %s, language %s%s; any other leaves it out',
            s.kind, s.source, array_to_string(s.languages, ' or '),
            coalesce(', category ' || nullif(array_to_string(s.category, ' or '), ''), ', no category')))
    ) c(step, rule, passed, detail)
    order by 1
$$;

comment on function kb_store.explain_query is
    'How far an entry answers a query: the terms it holds, its vector, its place among the hits and whether they answer.';
