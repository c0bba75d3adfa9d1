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
    select c.change_id, c.at, c.change, c.entry_id, e.kind, s.name, v.url, v.title, v.category, lower(v.valid), upper(v.valid),
        c.run_id
    from kb_store.change c
    join kb_store.version v using (version_id)
    join kb_store.entry e on e.entry_id = c.entry_id
    join kb_store.source s using (source_id)
    where c.change_id > changes.after and s.source_id = any (allowed)
    order by c.change_id
    limit changes.max_results;
end
$$;

comment on function kb.changes is 'What became of which entry, in order; ask again with the last change_id. NOTIFY kb_change says when.';
