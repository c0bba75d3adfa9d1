-- Served chunks are those of the served version, each with its own text, place and window
-- Repair: freshet db check --repair
select l.chunk_id, l.entry_id
from kb_store.served_chunk l
join kb_store.served_entry s using (entry_id)
left join kb_store.chunk c on c.chunk_id = l.chunk_id and c.version_id = s.version_id
where c.chunk_id is null or c.passage_id <> l.passage_id or c.valid is distinct from l.valid
    or c.ordinal <> l.ordinal
