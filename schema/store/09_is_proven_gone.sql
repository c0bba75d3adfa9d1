create or replace function kb_store.is_proven_gone(outcome text, fetched_at timestamptz, missing_since timestamptz)
returns boolean
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    -- 410 says so, and what moved stands at its new address, which was looked at; a second 404 counts when it comes at
    -- least an hour after the first, and so does a second look that is sent out of the source: a site whose domain is
    -- parked or whose door is shut for an hour sends every page to one that nobody looks at
    select coalesce(
        outcome in ('gone', 'moved')
        or (outcome in ('missing', 'soft_404', 'moved_off_scope') and missing_since <= fetched_at - interval '1 hour'),
        false
    )
$$;

comment on function kb_store.is_proven_gone is 'Does this outcome prove that the page is over?';
