create or replace function kb_store.range_at(valid tstzmultirange, at timestamptz) returns tstzrange
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select r
    from unnest(valid) r
    where upper_inf(r) or upper(r) > at
    order by lower(r) nulls first
    limit 1
$$;

comment on function kb_store.range_at is 'The range of a window that holds at that instant, else the next one; null: over.';
