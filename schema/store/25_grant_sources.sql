create or replace function kb_store.grant_sources(login text, sources text[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    unknown text;
begin
    if not exists (select from pg_roles r where r.rolname = login) then
        raise exception 'there is no login %', login using errcode = '22023', hint = 'Make it first: create role … login';
    end if;
    select string_agg(n, ', ') into unknown
    from unnest(sources) n
    where not exists (select from kb_store.source s where s.name = n);
    if unknown is not null then
        raise exception 'there is no source %', unknown using errcode = '22023',
            hint = 'A source is known once it was synced: select source from kb.freshness()';
    end if;
    delete from kb_store.source_grant g where g.grantee = login;
    insert into kb_store.source_grant (grantee, source_id)
    select login, null where sources is not null
    union
    select login, s.source_id from kb_store.source s where s.name = any (sources);
end
$$;

comment on function kb_store.grant_sources is
    'Limits a login to those sources and no others, from its next call on; none: it sees nothing; null: it sees all. Raises 22023.';
