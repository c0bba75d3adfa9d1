create or replace function kb_store.told_at(instant timestamptz, zone text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select to_char(instant at time zone zone, 'YYYY-MM-DD HH24:MI:SS') || ' ' || zone
$$;

comment on function kb_store.told_at is 'An instant for a person, in the zone of the source: the same in every session.';
