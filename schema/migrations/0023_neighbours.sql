-- A served chunk knows its place: what stands around it is found by its entry, in one look.
alter table kb_store.served_chunk add column ordinal int;
update kb_store.served_chunk s set ordinal = c.ordinal from kb_store.chunk c where c.chunk_id = s.chunk_id;
alter table kb_store.served_chunk alter column ordinal set not null;
comment on column kb_store.served_chunk.ordinal is 'Its place in the version, from 0.';
drop index kb_store.served_chunk_entry;
create index served_chunk_place on kb_store.served_chunk (entry_id, ordinal);
