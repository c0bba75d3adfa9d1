-- The index of vectors that a model says it has is there and whole; until it is made anew answers come late
-- Repair: freshet sync
select m.model_id, m.name, format('kb_store.served_vector_%s_%s', m.model_id, m.indexed_to) as missing
from kb_store.model m
where m.indexed_to > 0 and not exists (
    select from pg_class c
    join pg_index i on i.indexrelid = c.oid
    where c.relnamespace = 'kb_store'::regnamespace and i.indisvalid
        and c.relname = format('served_vector_%s_%s', m.model_id, m.indexed_to)
)
