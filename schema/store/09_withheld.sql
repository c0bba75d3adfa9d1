create or replace function kb_store.withheld(which bigint) returns tstzmultirange
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(range_agg(w.period), '{}')
    from kb_store.withdrawal w
    join kb_store.entry e using (entry_id)
    where upper_inf(w.recorded) and (e.entry_id = which or e.joined_into = which)
$$;

comment on function kb_store.withheld is 'When an entry is not served because a person said so, whatever its source says.';
