create or replace function kb_store.untold()
returns table (entry_id bigint, version_id bigint, change text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    -- who follows the feed must have heard of all that is served, and that what is not served is over
    select coalesce(s.entry_id, c.entry_id), coalesce(s.version_id, c.version_id),
        case when s.entry_id is null then 'expired' else 'added' end
    from kb_store.served_entry s
    full join (
        select distinct on (c.entry_id) c.entry_id, c.version_id, c.change
        from kb_store.change c
        order by c.entry_id, c.change_id desc
    ) c using (entry_id)
    where c.entry_id is null or (s.entry_id is null and c.change not in ('expired', 'withdrawn'))
$$;

comment on function kb_store.untold is 'What the change feed should have said and has not: entries served unheard of, and ends that were never told.';
