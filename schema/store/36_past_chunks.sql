create or replace function kb_store.past_chunks(at timestamptz, known_at timestamptz, wanted kb_store.wanted)
returns setof kb_store.served_chunk
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    select c.chunk_id, e.entry_id, c.passage_id, c.valid, coalesce(c.language, e.languages[1]), c.ordinal
    from kb_store.believed_at(known_at) e
    join kb_store.chunk c using (version_id)
    where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
        and (c.valid is null or c.valid @> at)
        and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
        and ((wanted).language is null or coalesce(c.language, e.languages[1]) = (wanted).language)
$$;

comment on function kb_store.past_chunks is 'The chunks that were live and wanted at an instant, by what was believed then.';
