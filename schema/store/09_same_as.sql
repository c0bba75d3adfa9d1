create or replace function kb_store.same_as(which bigint) returns bigint[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive found as (
        select e.entry_id, e.joined_into from kb_store.entry e where e.entry_id = which
        union
        select e.entry_id, e.joined_into from found f join kb_store.entry e on e.entry_id = f.joined_into
    )
    select coalesce(array_agg(f.entry_id), '{}') from found f
$$;

comment on function kb_store.same_as is 'An entry and what it was found to be the same as, however often that was found of it since.';
