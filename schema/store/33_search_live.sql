create or replace function kb_store.search_live(
    at timestamptz,
    query text,
    query_embedding vector,
    max_results int,
    category text[],
    language text,
    source text[],
    kind text[]
) returns table (chunk_id bigint, score real, vector_score real, text_score real)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
    allowed constant int[] := kb_store.visible_sources();
    asked record := kb_store.query_terms(query);
    covered constant text[] := kb_store.covered_languages(query);
    used_model int;
    width int;
    used_name text;
    used_identity text;
    given_model constant text := nullif(current_setting('kb.model', true), '');
    vote real := 0.4;
begin
    select m.model_id, m.dimensions, m.name, m.identity into used_model, width, used_name, used_identity
    from kb_store.model m
    where m.active;
    -- whoever embeds a query can say by which model: a switch in between is then an error, never a wrong comparison
    if query_embedding is not null and given_model not in (used_name, used_identity) then
        raise exception 'the embedding is of model %, queries are compared with %', given_model, used_name
            using errcode = 'KB005', hint = 'Embed the query with that model: select * from kb.active_model()';
    end if;
    if query_embedding is not null and vector_dims(query_embedding) is distinct from width then
        raise exception 'the embedding has % dimensions; the active model''s have %', vector_dims(query_embedding), width
            using errcode = '22023', hint = 'select * from kb.active_model()';
    end if;
    if query_embedding is not null and vector_norm(query_embedding) = 0 then
        raise exception 'the embedding is all zeros: it points nowhere' using errcode = '22023';
    end if;
    if query_embedding is null or covered is null then
        vote := 0;
    elsif asked.weights is null then
        vote := 1;
    end if;
    return query
    with live as materialized (
        select c.chunk_id, c.entry_id, c.passage_id, (covered = '{}' or c.language = any (covered || array['und'])) as has_vote
        from kb_store.served_entry e
        join kb_store.served_chunk c on c.entry_id = e.entry_id
        where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
            and (c.valid is null or c.valid @> at)
            and e.source_id = any (allowed)
            and (category is null or e.category && category)
            -- of an entry in several languages only what it says in the one asked for
            and (language is null or c.language = language)
            and (source is null or e.source_id in (select s.source_id from kb_store.source s where s.name = any (source)))
            and (kind is null or e.kind = any (kind))
    ),
    lexical as (
        select p.passage_id, -(p.weights <#> asked.weights) as points
        from (select distinct l.passage_id from live l) l
        join kb_store.served_passage p on p.passage_id = l.passage_id
        where p.weights is not null and p.weights <#> asked.weights < 0
        order by 2 desc
        limit 100
    ),
    semantic as (
        select v.passage_id, 1 - (v.vector <=> query_embedding::halfvec) as points
        from (select distinct l.passage_id from live l where l.has_vote) l
        join kb_store.served_vector v on v.passage_id = l.passage_id
        where v.model_id = used_model and vote > 0
        order by 2 desc
        limit 100
    ),
    -- each leg's best hundred stretched to 0..1; a lexical leg that is not full reaches down to zero
    stretched as (
        select coalesce(x.passage_id, s.passage_id) as passage_id,
            coalesce((x.points - x.low) / nullif(x.high - x.low, 0), (x.points is not null)::int)
                * (1 - vote)
            + coalesce((s.points - s.low) / nullif(s.high - s.low, 0), (s.points is not null)::int)
                * vote as fused,
            coalesce(x.points, 0) / nullif(asked.information, 0) as share,
            greatest(coalesce(s.points, 0), 0) as cosine
        from (
            select l.*, max(l.points) over () as high,
                case when count(*) over () < 100 then 0 else min(l.points) over () end as low
            from lexical l
        ) x
        full join (select v.*, max(v.points) over () as high, min(v.points) over () as low from semantic v) s
            on s.passage_id = x.passage_id
    ),
    best as (
        -- one entry does not fill the list: its best chunk stands for it
        select distinct on (l.entry_id) l.chunk_id, t.fused, t.cosine, least(coalesce(t.share, 0), 1) as share
        from stretched t
        join live l on l.passage_id = t.passage_id
        where t.fused > 0
        order by l.entry_id, t.fused desc, l.chunk_id
    ),
    -- the first hit's own strength gives the scale, its rivals their share of it
    topmost as (
        select b.fused, b.cosine * vote + b.share * (1 - vote) as strength from best b order by b.fused desc, b.chunk_id limit 1
    )
    select b.chunk_id,
        least(greatest(m.strength * b.fused / m.fused, 0), 1)::real,
        case when vote > 0 then b.cosine::real end,
        b.share::real
    from best b
    cross join topmost m
    order by b.fused desc, b.chunk_id
    limit max_results;
end
$$;

comment on function kb_store.search_live is
    'Chunks that answer a query among what is live at that instant, best first: BM25 and vectors fused by scaled scores.';
