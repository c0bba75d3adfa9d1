create or replace function kb_store.wake_listeners(told bigint) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- one word a transaction: who listens asks kb.changes for all after the last number it has seen
    select pg_notify('kb_change', max(c.change_id)::text)
    from kb_store.change c
    where c.change_id > told
    having max(c.change_id) is not null
$$;

comment on function kb_store.wake_listeners is
    'Sends NOTIFY kb_change with the last number of the feed, when there are any after that one.';
