create or replace function kb_store.forget_looks(before timestamptz) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    -- the last look until then is what was known from then on
    delete from kb_store.verification v
    using (
        select n.entry_id, max(n.known_at) as known_at
        from kb_store.verification n
        where n.known_at <= before
        group by n.entry_id
    ) last
    where v.entry_id = last.entry_id and v.known_at <= last.known_at
        and (
            v.known_at < last.known_at
            or not exists (select from kb_store.version x where x.entry_id = v.entry_id)
        );
$$;

comment on function kb_store.forget_looks is
    'Deletes the looks at entries that say nothing any more of what was known from that instant on.';
