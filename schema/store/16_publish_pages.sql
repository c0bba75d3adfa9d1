create or replace function kb_store.publish_pages(of_run bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- pages that answered with content that could be read
    update kb_store.page p
    set last_verified = a.fetched_at,
        missing_since = null,
        empty_since = null,
        final_url = a.final_url,
        etag = a.etag,
        last_modified = a.last_modified,
        media_type = a.media_type,
        charset = a.charset,
        unavailable_after = a.unavailable_after,
        observed_at = case when p.body_sha256 = a.body_sha256 then p.observed_at else a.fetched_at end,
        body_sha256 = a.body_sha256,
        links = coalesce(a.links, p.links),
        linked = a.linked,
        moved_to = null,
        reading_id = a.reading_id
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome = 'ok'
    join kb_store.reading e on e.reading_id = a.reading_id and e.outcome = 'ok'
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url;

    update kb_store.page p
    set last_verified = a.fetched_at,
        -- reading stored captures again is no look at the site
        missing_since = case when r.kind = 'reindex' then p.missing_since end,
        empty_since = case when r.kind = 'reindex' then p.empty_since end,
        etag = coalesce(a.etag, p.etag),
        last_modified = coalesce(a.last_modified, p.last_modified),
        linked = a.linked,
        moved_to = case when r.kind = 'reindex' then p.moved_to end,
        reading_id = coalesce(a.reading_id, p.reading_id)
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome = 'not_modified'
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url;

    -- proven gone: nothing of it is kept for the next look, so that it is fetched whole if it comes back
    update kb_store.page p
    set missing_since = coalesce(p.missing_since, a.fetched_at),
        moved_to = case when a.outcome = 'moved' then a.final_url end,
        etag = null, last_modified = null, body_sha256 = null, observed_at = null, links = null, reading_id = null
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url
        and kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)
        -- unless a person is to say whether what it gave goes: until then it is looked for, and judged, again
        and not exists (
            select from kb_store.draft d
            join kb_store.plan_removal x on x.run_id = of_run and x.entry_id = d.entry_id and x.held
            where d.reading_id = p.reading_id
        );

    update kb_store.page p
    set empty_since = coalesce(p.empty_since, a.fetched_at)
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id
        -- a doubt; a body that broke off on its way was never read
        and (a.outcome = 'empty_extraction' or (a.outcome = 'truncated' and a.reading_id is not null))
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url and p.empty_since is null;

    update kb_store.page p
    set missing_since = coalesce(p.missing_since, a.fetched_at)
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome in ('missing', 'soft_404', 'moved_off_scope')
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url and p.missing_since is null;
$$;

comment on function kb_store.publish_pages is 'Makes what a run''s attempts brought the state of its pages.';
