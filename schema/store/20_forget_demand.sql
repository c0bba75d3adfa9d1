create or replace function kb_store.forget_demand(at timestamptz) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from kb_store.demand d
    where d.day < (forget_demand.at at time zone 'UTC')::date - case when d.question is null then 30 else 365 end
$$;

comment on function kb_store.forget_demand is
    'Forgets unanswered questions after a year, and after a month those asked too seldom to be kept in words.';
