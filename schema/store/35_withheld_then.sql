create or replace function kb_store.withheld_then(known_at timestamptz)
returns table (entry_id bigint, periods tstzmultirange)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive found as (
        select w.entry_id, w.period from kb_store.withdrawal w where w.recorded @> known_at
        union
        -- and of what it had been found to be the same as by then
        select e.joined_into, f.period
        from found f
        join kb_store.entry e using (entry_id)
        where exists (
            select from kb_store.version v
            where v.entry_id = e.entry_id and v.closed_reason = 'joined' and upper(v.recorded) <= known_at
        ) and e.joined_into is not null
    )
    select f.entry_id, range_agg(f.period) from found f group by f.entry_id
$$;

comment on function kb_store.withheld_then is
    'When entries are not served because a person said so, by what persons had said at that instant.';
