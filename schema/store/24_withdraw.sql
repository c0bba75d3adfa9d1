create or replace function kb_store.withdraw(which bigint, until timestamptz, decided_by text) returns timestamptz
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
    served_before bigint[];
begin
    if until <= at then
        raise exception '% is past', until using errcode = 'KB006';
    end if;
    perform kb_store.sweep(at, e.source_id) from kb_store.entry e where e.entry_id = which;
    select coalesce(array_agg(s.entry_id), '{}') into served_before
    from kb_store.served_entry s
    where s.entry_id = any (same) and kb_store.range_at(s.valid, at) is not null;

    update kb_store.withdrawal w
    set recorded = tstzrange(lower(w.recorded), at), revoked_by = withdraw.decided_by
    where w.entry_id = which and upper_inf(w.recorded);
    insert into kb_store.withdrawal (entry_id, period, recorded, decided_by)
    values (which, tstzrange(at, until), tstzrange(at, null), decided_by);
    perform kb_store.serve_entries(same, at);
    -- a bot that has just been told of it must hear of its end, whether or not it comes back by itself
    insert into kb_store.change (at, change, entry_id, version_id)
    select at, 'withdrawn', v.entry_id, v.version_id
    from kb_store.version v
    where v.entry_id = any (served_before) and upper_inf(v.recorded)
    on conflict do nothing;
    perform kb_store.wake_listeners(told);
    return at;
end
$$;

comment on function kb_store.withdraw is
    'A person''s word: an entry is not served from now on, until then or, null, until restored; raises KB006 for an instant that is past.';
