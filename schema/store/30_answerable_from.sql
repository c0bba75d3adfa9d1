create or replace function kb_store.answerable_from() returns real
language sql immutable parallel safe
-- one strength below which no document of the example site answers; calibrated properly by a later release
return 0.25;

comment on function kb_store.answerable_from is 'The score that the best hit needs for a bot to answer from it.';
