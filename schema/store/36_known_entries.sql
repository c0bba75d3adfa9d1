create or replace function kb_store.known_entries(known_at timestamptz)
returns table (
    entry_id bigint, version_id bigint, source_id int, kind text, languages text[], category text[], price numeric,
    valid tstzmultirange, ttl interval, verified_at timestamptz, freshness interval
)
language sql stable
-- without settings of its own, each half of it a single table or function: the planner takes it apart, leaves out the
-- half that is not asked for and uses the indexes of the other
as $$
    select e.entry_id, e.version_id, e.source_id, e.kind, e.languages, e.category, e.price, e.valid, e.ttl, e.verified_at,
        null::interval
    from kb_store.served_entry e
    where known_at is null
    union all
    select b.entry_id, b.version_id, b.source_id, b.kind, b.languages, b.category, b.price, b.valid, b.ttl, b.verified_at,
        b.freshness
    from kb_store.believed_at(known_at) b
    where known_at is not null
$$;

comment on function kb_store.known_entries is
    'The entries that are served or, where an instant is given, were believed then: the one source of answers about either.';
