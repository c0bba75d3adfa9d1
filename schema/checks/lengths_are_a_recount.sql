-- The number of texts in service and their summed length equal a recount
-- Repair: freshet db check --repair
select s.passages as kept, n.passages as counted, s.total_length as kept_length, n.total_length as counted_length
from kb_store.lexical_statistic s
cross join (
    select count(*) as passages, coalesce(sum(length), 0) as total_length from kb_store.served_passage
) n
where s.passages <> n.passages or s.total_length <> n.total_length
