-- Every table, every column and every function of schema kb has a comment
-- Repair: freshet db migrate
select format('table %s.%s', n.nspname, c.relname) as missing
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('kb', 'kb_store')
   and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and obj_description(c.oid, 'pg_class') is null
union all
select format('column %s.%s.%s', n.nspname, c.relname, a.attname)
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where n.nspname in ('kb', 'kb_store')
   and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and not c.relispartition -- a partition's columns are its parent's
   and col_description(c.oid, a.attnum) is null
union all
select format('function %s', p.oid::regprocedure)
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
 where n.nspname = 'kb'
   and obj_description(p.oid, 'pg_proc') is null
 order by 1;
