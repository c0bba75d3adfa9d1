create or replace function kb_store.run_captures(of_run bigint, source_recipe text)
returns table (
    page_id bigint, url text, final_url text, body_sha256 bytea, media_type text, charset text,
    unavailable_after text, observed_at timestamptz, recipe bytea, new_bytes boolean
)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    select c.page_id, c.url, c.final_url, c.body_sha256, c.media_type, c.charset, c.unavailable_after, c.observed_at,
        -- how a page was served counts as far as readers look at it
        sha256(convert_to(concat_ws('|', source_recipe, coalesce(c.charset, ''), coalesce(c.unavailable_after, ''), c.final_url), 'UTF8')),
        c.new_bytes
    from (
        select p.page_id, a.url,
            coalesce(a.final_url, p.final_url, a.url) as final_url,
            coalesce(a.body_sha256, p.body_sha256) as body_sha256,
            coalesce(a.media_type, p.media_type, 'application/octet-stream') as media_type,
            -- what came with an answer comes with its bytes; a header that is gone is gone
            case when a.outcome = 'ok' then a.charset else coalesce(a.charset, p.charset) end as charset,
            case
                when a.outcome = 'ok' then a.unavailable_after
                else coalesce(a.unavailable_after, p.unavailable_after)
            end as unavailable_after,
            coalesce(a.body_sha256, p.body_sha256) is distinct from p.body_sha256 as new_bytes,
            case
                when coalesce(a.body_sha256, p.body_sha256) = p.body_sha256 then p.observed_at
                else a.fetched_at
            end as observed_at
        from kb_store.run r
        join kb_store.attempt a using (run_id)
        join kb_store.page p on p.source_id = r.source_id and p.url = a.url
        where r.run_id = of_run and a.outcome in ('ok', 'not_modified')
    ) c
    where c.body_sha256 is not null
$$;

comment on function kb_store.run_captures is
    'The captures a run has to read: what each of its pages holds now, and the recipe it is to be read by.';
