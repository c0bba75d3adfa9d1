create or replace function kb_store.query_vector(query text) returns vector
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    -- a model reads only so much of a text, and so does this: what a call costs has a bound
    with word as (
        select w.word, count(*) as times
        from unnest(kb_store.query_words(left(query, 1000))) as w(word)
        group by w.word
    ),
    piece as (
        select m.model_id, w.times, coalesce(known.pieces, kb_store.word_pieces(m.model_id, w.word)) as pieces
        from kb_store.model m
        cross join word w
        left join lateral (
            select array[p.piece] as pieces
            from kb_store.query_piece p
            where p.model_id = m.model_id and p.piece = w.word
        ) known on true
        where m.active and kb_store.covered_languages(query) is not null
    ),
    total as (
        select sum(p.vector::vector) as vector
        from piece w
        cross join unnest(w.pieces) as u(piece)
        cross join generate_series(1, w.times)
        join kb_store.query_piece p on p.model_id = w.model_id and p.piece = u.piece
    )
    select l2_normalize(t.vector) from total t where vector_norm(t.vector) > 0
$$;

comment on function kb_store.query_vector is
    'The query''s vector by the active model, made by the database itself; unit length. Null: none is to be had.';
