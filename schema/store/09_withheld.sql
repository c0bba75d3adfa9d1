create or replace function kb_store.withheld(which bigint) returns tstzmultirange
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    -- from whenever: answers are of now, and a clock that is set back takes no word back
    select coalesce(range_agg(tstzrange(null, upper(w.period))), '{}')
    from kb_store.withdrawal w
    where upper_inf(w.recorded) and which = any (kb_store.same_as(w.entry_id))
$$;

comment on function kb_store.withheld is 'When an entry is not served because a person said so, whatever its source says.';
