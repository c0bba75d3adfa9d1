create or replace function kb_store.is_live(
    valid tstzmultirange,
    ttl interval,
    verified_at timestamptz,
    at timestamptz
) returns boolean
language sql stable parallel safe
return valid operator(pg_catalog.@>) at
    -- a ttl holds hours only (constraint on source), so no session's zone can shift it
    and (ttl is null or verified_at operator(pg_catalog.+) ttl operator(pg_catalog.>) at);

comment on function kb_store.is_live is 'Is it true at that instant? The one predicate every answer rests on.';
