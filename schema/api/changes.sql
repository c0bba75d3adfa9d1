create or replace function kb.changes(after bigint default 0, max_results int default 500) returns setof kb_store.change_row
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    allowed constant int[] := kb_store.visible_sources();
begin
    perform kb_store.check_limits(null, changes.max_results, 10000);
    return query
    select c.change_id, c.at, c.change, c.entry_id, e.kind, s.name, v.url, v.title, v.category, lower(w.range),
        upper(w.range), c.run_id
    from kb_store.change c
    join kb_store.version v using (version_id)
    join kb_store.entry e on e.entry_id = c.entry_id
    join kb_store.source s using (source_id)
    -- of a window in several ranges the one that ended or began, else the one then or next, else the last
    cross join lateral (
        select coalesce(
            (select r from unnest(v.valid) r where c.change = 'expired' and upper(r) = c.at),
            kb_store.range_at(v.valid, c.at),
            (select r from unnest(v.valid) r order by lower(r) desc nulls last limit 1)
        ) as range
    ) w
    where c.change_id > coalesce(changes.after, 0) and s.source_id = any (allowed)
    order by c.change_id
    limit changes.max_results;
end
$$;

comment on function kb.changes is 'What became of which entry, in order; ask again with the last change_id. NOTIFY kb_change says when.';
