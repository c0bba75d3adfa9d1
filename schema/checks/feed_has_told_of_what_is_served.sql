-- The change feed has told of every entry served, and of the end of every entry that is not
-- Repair: freshet db check --repair
select u.entry_id, u.change as missing from kb_store.untold() u
