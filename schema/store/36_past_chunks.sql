create or replace function kb_store.past_chunks(at timestamptz, known_at timestamptz, wanted kb_store.wanted)
returns table (chunk_id bigint, passage_id bigint, version_id bigint, ordinal int, language text)
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    select c.chunk_id, c.passage_id, k.version_id, k.ordinal, c.language
    from kb_store.known_entries(known_at) e
    join kb_store.known_chunks(known_at) c using (entry_id)
    join kb_store.chunk k using (chunk_id)
    where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
        and (c.valid is null or c.valid @> at)
        and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
        and ((wanted).language is null or c.language = (wanted).language)
$$;

comment on function kb_store.past_chunks is 'The chunks that were live and wanted at an instant, by what was believed then.';
