create or replace function kb_store.asked_terms(query text)
returns table (lexeme text, lexeme_id int, rarity double precision)
language sql stable rows 10
set search_path = pg_catalog, public, pg_temp
set jit = off
as $$
    -- How rare a word is would tell a session limited to some sources what stands in the others: for such a one the
    -- texts that it may see are counted, once with all terms and those that hold any once with each; for the others
    -- the counts are kept.
    with session as materialized (
        select v.sources, exists (select from kb_store.source s where s.source_id <> all (coalesce(v.sources, '{}'))) as limited
        from (select kb_store.visible_sources() as sources) v
    ),
    word as materialized (
        select q.lexeme, l.lexeme_id, coalesce(l.passages, 0) as passages
        from unnest(tsvector_to_array(kb_store.lexemes(query))) q(lexeme)
        left join kb_store.lexeme l on l.lexeme = q.lexeme and l.passages > 0
    ),
    visible as materialized (
        select p.weights
        from (
            select distinct c.passage_id
            from session v
            join kb_store.served_entry e on e.source_id = any (v.sources)
            join kb_store.served_chunk c using (entry_id)
            where v.limited
        ) c
        join kb_store.served_passage p using (passage_id)
    ),
    holding as materialized (
        select v.weights
        from visible v
        where v.weights <#> (
            select ('{' || string_agg(w.lexeme_id || ':1', ',' order by w.lexeme_id) || '}/1000000000')::sparsevec from word w
        ) < 0
    ),
    counted as (
        select w.lexeme, w.lexeme_id,
            case when v.limited then (select count(*) from visible) else s.passages end as texts,
            case
                when v.limited and w.lexeme_id is not null then (
                    select count(*) from holding h where h.weights <#> ('{' || w.lexeme_id || ':1}/1000000000')::sparsevec < 0
                )
                when v.limited then 0
                else w.passages
            end as holding
        from word w
        cross join session v
        cross join kb_store.lexical_statistic s
    )
    select c.lexeme, case when c.holding > 0 then c.lexeme_id end, ln(1 + (c.texts - c.holding + 0.5) / (c.holding + 0.5))
    from counted c
$$;

comment on function kb_store.asked_terms is
    'What a query asks for, and how rare each of it is among the texts that this session may see (the inverse document'
    ' frequency of BM25); without a number: none of them holds it.';
