create or replace function kb_store.restore_pages(of_run bigint, back_to bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- a rollback can be rolled back too
    insert into kb_store.page_before (run_id, page_id, state)
    select distinct on (p.page_id) of_run, p.page_id, to_jsonb(p)
    from kb_store.run r
    join kb_store.page p using (source_id)
    join kb_store.page_before b on b.page_id = p.page_id and b.run_id >= back_to and b.run_id < of_run
    where r.run_id = of_run
    on conflict do nothing;
    insert into kb_store.draft_before (run_id, reading_id, ordinal, entry_id)
    select distinct on (d.reading_id, d.ordinal) of_run, d.reading_id, d.ordinal, d.entry_id
    from kb_store.draft_before b
    join kb_store.draft d using (reading_id, ordinal)
    join kb_store.run r on r.run_id = b.run_id
    where b.run_id >= back_to and b.run_id < of_run and d.entry_id is not null
        and r.source_id = (select o.source_id from kb_store.run o where o.run_id = of_run)
    on conflict do nothing;

    update kb_store.page p
    set last_verified = s.last_verified, missing_since = s.missing_since, empty_since = s.empty_since,
        final_url = s.final_url, etag = s.etag, last_modified = s.last_modified, media_type = s.media_type,
        charset = s.charset, unavailable_after = s.unavailable_after, body_sha256 = s.body_sha256,
        observed_at = s.observed_at, links = s.links, linked = s.linked, moved_to = s.moved_to, reading_id = s.reading_id
    from (
        select distinct on (b.page_id) b.page_id, b.state
        from kb_store.page_before b
        join kb_store.run r using (run_id)
        where b.run_id >= back_to and b.run_id < of_run
            and r.source_id = (select o.source_id from kb_store.run o where o.run_id = of_run)
        order by b.page_id, b.run_id
    ) f
    cross join lateral jsonb_populate_record(null::kb_store.page, f.state) s
    where p.page_id = f.page_id;

    -- which entry a draft speaks of is found anew by the next look, beginning from what it was
    update kb_store.draft d
    set entry_id = f.entry_id, identified_by = null
    from (
        select distinct on (b.reading_id, b.ordinal) b.reading_id, b.ordinal, b.entry_id
        from kb_store.draft_before b
        join kb_store.run r using (run_id)
        where b.run_id >= back_to and b.run_id < of_run
            and r.source_id = (select o.source_id from kb_store.run o where o.run_id = of_run)
        order by b.reading_id, b.ordinal, b.run_id
    ) f
    where d.reading_id = f.reading_id and d.ordinal = f.ordinal;
$$;

comment on function kb_store.restore_pages is
    'Makes what is known of pages, and of which entries they speak, what it was before that run, so that the next look meets every difference anew.';
