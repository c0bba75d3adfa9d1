create or replace function kb_store.restore(which bigint, decided_by text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    told constant bigint := kb_store.lock_feed();
    -- a clock set back must not end a word before it was said
    at constant timestamptz := (
        select greatest(clock_timestamp(), max(lower(w.recorded)) + interval '1 microsecond')
        from kb_store.withdrawal w
        where w.entry_id = which and upper_inf(w.recorded)
    );
    same constant bigint[] := kb_store.same_as(which);
begin
    perform kb_store.sweep(at, e.source_id) from kb_store.entry e where e.entry_id = which;
    update kb_store.withdrawal w
    set recorded = tstzrange(lower(w.recorded), at), revoked_by = restore.decided_by
    where w.entry_id = which and upper_inf(w.recorded) and w.period @> at;
    if not found then
        return false;
    end if;
    perform kb_store.serve_entries(same, at);
    insert into kb_store.change (at, change, entry_id, version_id)
    select at, 'restored', s.entry_id, s.version_id
    from kb_store.served_entry s
    where s.entry_id = any (same) and (s.ttl is null or s.verified_at + s.ttl > at)
    on conflict do nothing;
    perform kb_store.wake_listeners(told);
    return true;
end
$$;

comment on function kb_store.restore is
    'Takes back that a person withdrew an entry: from now on what its source says holds; false: it was not withdrawn.';
