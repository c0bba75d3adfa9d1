create or replace function kb_store.query_vector(query text) returns vector
language sql stable
set search_path = pg_catalog, public, pg_temp
return null::vector;

comment on function kb_store.query_vector is
    'The query''s vector by the active model, made by the database itself; unit length. Null: none is to be had.';
