create or replace function kb_store.serve_entries(which bigint[], at timestamptz) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    touched bigint[];
begin
    select array_agg(distinct c.passage_id) into touched
    from kb_store.served_chunk c
    where c.entry_id = any (which);
    delete from kb_store.served_entry where entry_id = any (which);

    insert into kb_store.served_entry (
        entry_id, version_id, source_id, kind, languages, category, price, valid, ttl, verified_at, told_until
    )
    select e.entry_id, v.version_id, e.source_id, e.kind,
        v.language || array(select n.language from kb_store.version_variant n where n.version_id = v.version_id order by 1),
        v.category, v.price, w.valid, t.ttl, s.verified_at, at
    from kb_store.entry e
    join kb_store.source src using (source_id)
    join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
    cross join lateral (select v.valid - kb_store.withheld(e.entry_id) as valid) w
    cross join lateral (
        select case
            when not upper_inf(v.valid) then null
            when e.kind = 'offer' then src.ttl
            else src.ttl_pages
        end as ttl
    ) t
    cross join lateral (
        select coalesce(
            max(p.last_verified),
            -- no page carries it now: to serve it again, as a rollback may, is not to have seen it
            (select n.verified_at from kb_store.verification n where n.entry_id = e.entry_id order by n.known_at desc limit 1),
            lower(v.recorded)
        ) as verified_at
        from kb_store.draft d
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = e.source_id
        where d.entry_id = e.entry_id
    ) s
    where e.entry_id = any (which) and not isempty(w.valid) and (upper_inf(w.valid) or upper(w.valid) > at);

    insert into kb_store.verification (entry_id, known_at, verified_at)
    select s.entry_id, at, s.verified_at
    from kb_store.served_entry s
    where s.entry_id = any (which)
    on conflict (entry_id, known_at) do update set verified_at = excluded.verified_at;

    insert into kb_store.served_chunk (chunk_id, entry_id, passage_id, valid, language, ordinal)
    select c.chunk_id, s.entry_id, c.passage_id, c.valid, coalesce(c.language, s.languages[1]), c.ordinal
    from kb_store.served_entry s
    join kb_store.chunk c using (version_id)
    where s.entry_id = any (which) and (c.valid is null or upper_inf(c.valid) or upper(c.valid) > at);

    perform kb_store.serve_passages(
        touched || array(select c.passage_id from kb_store.served_chunk c where c.entry_id = any (which))
    );
end
$$;

comment on function kb_store.serve_entries is 'Makes the served rows of some entries equal to what is believed of them.';
