create or replace function kb_store.tell_decision(
    of_run bigint, at timestamptz, which bigint[], served_before bigint[]
) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into kb_store.change (at, change, entry_id, version_id, run_id)
    select tell_decision.at, c.change, c.entry_id, c.version_id, of_run
    from (
        select case
                when s.entry_id is null then 'withdrawn'
                -- what is believed again was verified too long ago to be served
                when s.verified_at + s.ttl <= tell_decision.at then 'expired'
                when not n.entry_id = any (served_before) then 'restored'
                when o.until < w.until then 'extended'
                when o.until > w.until then 'shortened'
                else 'changed'
            end as change,
            n.entry_id, coalesce(s.version_id, v.version_id) as version_id
        from unnest(which) n(entry_id)
        left join kb_store.served_entry s using (entry_id)
        -- what was believed until now
        left join lateral (
            select v.version_id, v.valid
            from kb_store.version v
            where v.entry_id = n.entry_id and v.version_id is distinct from s.version_id
            order by v.version_id desc
            limit 1
        ) v on true
        cross join lateral (select coalesce(upper(v.valid), 'infinity') as until) o
        cross join lateral (select coalesce(upper(s.valid), 'infinity') as until) w
        where s.entry_id is not null or n.entry_id = any (served_before)
    ) c
    order by c.entry_id
    on conflict do nothing
$$;

comment on function kb_store.tell_decision is 'Writes to the change feed what a person''s word did to what is served.';
