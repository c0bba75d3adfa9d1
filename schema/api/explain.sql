create or replace function kb.explain(
    entry_id bigint,
    query text default null,
    query_embedding vector default null,
    out step int,
    out rule text,
    out passed boolean,
    out detail text
) returns setof record
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set standard_conforming_strings = on -- whatever the session says, patterns are read as they are written
as $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
begin
    perform kb_store.check_limits(explain.query, 1, 100);
    return query select e.step, e.rule, e.passed, e.detail from kb_store.explain_entry(at, explain.entry_id) e;
    if explain.query is not null then
        return query
        select q.step, q.rule, q.passed, q.detail
        from kb_store.explain_query(at, explain.entry_id, explain.query,
            kb_store.asked_vector(explain.query, explain.query_embedding), explain.query_embedding is null) q;
    end if;
end
$$;

comment on function kb.explain is
    'Why an entry is, or is not, served, and found by a query: each check in order, with what it saw. Nothing quotable.';
