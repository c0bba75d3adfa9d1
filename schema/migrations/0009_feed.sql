-- Until when the change feed has told of an entry, instead of what it last said: bounds that passed unnoticed between
-- two sweeps are found by their instants. And no word twice, whoever would say it.
alter table kb_store.served_entry add column told_until timestamptz;
comment on column kb_store.served_entry.told_until is
    'Bounds of its window up to this instant are in the change feed, or were passed before it was known; no answer depends on this.';

-- what the sweep of an older Freshet had not noticed yet is left for the next one
update kb_store.served_entry s
set told_until = coalesce(
    case s.announced
        when 'upcoming' then
            (select lower(r) from unnest(s.valid) r where r @> clock_timestamp()) - interval '1 microsecond'
        when 'live' then
            case
                when not s.valid @> clock_timestamp() then
                    (select max(upper(r)) from unnest(s.valid) r where upper(r) <= clock_timestamp())
                        - interval '1 microsecond'
                when s.verified_at + s.ttl <= clock_timestamp() then s.verified_at + s.ttl - interval '1 microsecond'
            end
    end,
    clock_timestamp()
);
alter table kb_store.served_entry alter column told_until set not null, drop column announced;

delete from kb_store.change c
using kb_store.change o
where o.entry_id = c.entry_id and o.at = c.at and o.change = c.change and o.change_id < c.change_id;
alter table kb_store.change add constraint change_once unique (entry_id, at, change);
drop index kb_store.change_entry;
