-- The languages of a served entry are its version's own and those of its variants; each served chunk is in one of them
-- Repair: freshet db check --repair
select s.entry_id, s.languages
from kb_store.served_entry s
join kb_store.version v using (version_id)
where s.languages <> v.language || array(
    select n.language from kb_store.version_variant n where n.version_id = v.version_id order by 1
)
union all
select l.entry_id, array[l.language]
from kb_store.served_chunk l
join kb_store.chunk c using (chunk_id)
join kb_store.version v using (version_id)
where l.language <> coalesce(c.language, v.language)
