create or replace function kb_store.known_chunks(known_at timestamptz)
returns table (chunk_id bigint, entry_id bigint, passage_id bigint, valid tstzmultirange, language text)
language sql stable
-- without settings of its own, as known_entries
as $$
    select c.chunk_id, c.entry_id, c.passage_id, c.valid, c.language
    from kb_store.served_chunk c
    where known_at is null
    union all
    select c.chunk_id, v.entry_id, c.passage_id, c.valid, coalesce(c.language, v.language)
    from kb_store.version v
    join kb_store.chunk c using (version_id)
    where known_at is not null and v.recorded operator(pg_catalog.@>) known_at
$$;

comment on function kb_store.known_chunks is 'The chunks of the entries that kb_store.known_entries gives.';
