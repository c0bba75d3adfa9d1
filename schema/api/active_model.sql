create or replace function kb.active_model(out name text, out dimensions int, out query_prompt text)
returns setof record
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select m.name, m.dimensions, m.query_prompt from kb_store.model m where m.active
$$;

comment on function kb.active_model is 'The model whose vectors kb.search compares: embed queries with it, after its query_prompt.';
