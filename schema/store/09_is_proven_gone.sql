create or replace function kb_store.is_proven_gone(outcome text, fetched_at timestamptz, missing_since timestamptz)
returns boolean
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    -- 410 says so; a second 404 counts when it comes at least an hour after the first; what moved stands elsewhere
    select coalesce(
        outcome in ('gone', 'moved', 'moved_off_scope')
        or (outcome in ('missing', 'soft_404') and missing_since <= fetched_at - interval '1 hour'),
        false
    )
$$;

comment on function kb_store.is_proven_gone is 'Does this outcome prove that the page is over?';
