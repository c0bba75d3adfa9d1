create or replace function kb_store.lock_feed() returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- one writer of the change feed and the statistics at a time: numbers become visible in order. A row, not an
    -- advisory lock: that a bot could hold
    perform from kb_store.lexical_statistic for update;
    return (select coalesce(max(c.change_id), 0) from kb_store.change c);
end
$$;

comment on function kb_store.lock_feed is
    'Waits to be the only writer of the change feed, until the end of the transaction; the last number in it.';
