create or replace function kb_store.visible_sources() returns int[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    -- grants follow the login, not the role it has set; the setting can only narrow
    select array_agg(s.source_id)
    from kb_store.source s
    where (
            not exists (select from kb_store.source_grant g where g.grantee = session_user)
            or exists (select from kb_store.source_grant g where g.grantee = session_user and g.source_id = s.source_id)
        )
        and (
            coalesce(current_setting('kb.sources', true), '') = ''
            or s.name = any (string_to_array(current_setting('kb.sources', true), ','))
        )
$$;

comment on function kb_store.visible_sources is 'The sources this session may see; null: none.';
