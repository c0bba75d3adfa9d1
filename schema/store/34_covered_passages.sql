create or replace function kb_store.covered_passages(of_model int) returns table (passage_id bigint)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select s.passage_id
    from kb_store.served_passage s
    where exists (
        select from kb_store.served_chunk c
        join kb_store.model m on m.languages = '{}' or c.language = any (m.languages || array['und'])
        where c.passage_id = s.passage_id and m.model_id = of_model
    )
$$;

comment on function kb_store.covered_passages is 'Texts in service in a language that the model covers.';
