create or replace function kb_store.answerable_from() returns real
language sql immutable parallel safe
-- weights of kb_store.calibration are laid so that a bot may answer from half on
return 0.5;

comment on function kb_store.answerable_from is 'The score that the best hit needs for a bot to answer from it.';
