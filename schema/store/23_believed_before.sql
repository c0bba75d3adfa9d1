create or replace function kb_store.believed_before(of_source int, back_to bigint)
returns table (entry_id bigint, version_id bigint, now_id bigint)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    -- entries of which something else is believed now; null: nothing was, or is
    with believed as (
        select v.entry_id, v.version_id, v.content_hash
        from kb_store.entry e
        join kb_store.version v using (entry_id)
        where e.source_id = of_source and v.run_id < back_to and (v.closed_by is null or v.closed_by >= back_to)
    ),
    open as (
        select v.entry_id, v.version_id, v.content_hash
        from kb_store.entry e
        join kb_store.version v using (entry_id)
        where e.source_id = of_source and upper_inf(v.recorded)
    )
    select coalesce(b.entry_id, o.entry_id), b.version_id, o.version_id
    from believed b
    full join open o using (entry_id)
    where b.content_hash is distinct from o.content_hash
$$;

comment on function kb_store.believed_before is
    'Entries of a source of which something else was believed before that run than is now, with both versions.';
