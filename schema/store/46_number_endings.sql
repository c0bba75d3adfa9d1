create or replace function kb_store.number_endings() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from kb_store.run r where r.ending is null and r.state in ('held', 'failed') limit 1;
    if not found then
        return;
    end if;
    -- one at a time, so that the numbers become visible in order. Not when a run ends: a sync waits for no webhook
    perform kb_store.lock_feed();
    update kb_store.run r
    set ending = n.ending
    from (
        select u.run_id,
            (select coalesce(max(k.ending), 0) from kb_store.run k) + row_number() over (order by u.finished_at, u.run_id)
                as ending
        from kb_store.run u
        where u.ending is null and u.state in ('held', 'failed')
    ) n
    where r.run_id = n.run_id;
end
$$;

comment on function kb_store.number_endings is
    'Numbers the runs that ended held or failed since it was last called, in the order in which they ended.';
