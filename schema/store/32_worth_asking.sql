create or replace function kb_store.worth_asking() returns int
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    -- enough to meet a hundred among them where kb_store.are_many: there one in four is wanted, or one in forty of many
    select greatest(s.passages / 50, 500)::int from kb_store.lexical_statistic s
$$;

comment on function kb_store.worth_asking is
    'Of how many of the nearest texts it is asked whether they are live and wanted, before each one that is gets compared.';
