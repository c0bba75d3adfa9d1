-- A function that runs with its owner's rights looks names up where its author meant: pg_catalog first, pg_temp last
-- Repair: freshet db migrate
select p.oid::regprocedure::text as function, coalesce(s.path, 'no search_path set') as found
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  left join lateral (
      select substr(setting, length('search_path=') + 1) as path
        from unnest(p.proconfig) as setting
       where setting like 'search_path=%'
  ) s on true
 where n.nspname in ('kb', 'kb_store')
   and p.prosecdef
   and (s.path is null or s.path !~ '^(pg_catalog|"pg_catalog"),' or s.path !~ ', *"?pg_temp"?$')
 order by 1;
