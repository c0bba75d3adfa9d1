-- A variant is in another language than its version, and a chunk in the language of its version or of a variant of it
-- Repair: restore a backup of before it was altered, then freshet sync
select v.version_id, v.language
from kb_store.version v
join kb_store.version_variant n on n.version_id = v.version_id and n.language = v.language
union all
select c.version_id, c.language
from kb_store.chunk c
where c.language is not null
    and not exists (
        select from kb_store.version_variant n where n.version_id = c.version_id and n.language = c.language
    )
