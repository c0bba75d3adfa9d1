create or replace function kb_store.announce(of_run bigint, at timestamptz, served_before bigint[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into kb_store.change (at, change, entry_id, version_id, run_id)
    select announce.at, c.change, c.entry_id, c.version_id, of_run
    from (
        -- still served, or newly: what the plan said of it
        select p.action as change, p.entry_id, s.version_id
        from kb_store.plan_entry p
        join kb_store.served_entry s using (entry_id)
        where p.run_id = of_run and p.action <> 'unchanged'
        union all
        -- served until now, and over by its new version
        select 'expired', p.entry_id, v.version_id
        from kb_store.plan_entry p
        join kb_store.version v on v.entry_id = p.entry_id and upper_inf(v.recorded)
        where p.run_id = of_run and p.action <> 'unchanged' and p.entry_id = any (served_before)
            and not exists (select from kb_store.served_entry s where s.entry_id = p.entry_id)
        union all
        select 'withdrawn', x.entry_id, v.version_id
        from kb_store.plan_removal x
        join kb_store.version v on v.entry_id = x.entry_id and v.closed_by = of_run
        where x.run_id = of_run and not x.held and x.entry_id = any (served_before)
    ) c
    order by c.entry_id;
    perform pg_notify('kb_change', max(change_id)::text) from kb_store.change having max(change_id) is not null;
end
$$;

comment on function kb_store.announce is 'Writes what a run published to the change feed and wakes those who listen.';
