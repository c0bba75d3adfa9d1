create or replace function kb_store.pages_like(url text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    -- pages of a kind differ by numbers and by the last part of their address
    select substring(url from '^[^/]*/*[^/?#]*') || regexp_replace(
        regexp_replace(rtrim(regexp_replace(url, '^[^/]*/*[^/?#]*|[?#].*$', '', 'g'), '/'), '[^/]+$', '*'),
        '[0-9]+', '*', 'g'
    )
$$;

comment on function kb_store.pages_like is 'An address with * where it differs from those of other pages of its kind.';
