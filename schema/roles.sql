-- Who may call what. Run last on every deploy, as kb_owner: whatever was created since has no other rights.
revoke all on schema kb, kb_store from public;
revoke all on all functions in schema kb from public;
revoke all on all functions in schema kb_store from public;
revoke all on all tables in schema kb_store from public;

grant usage on schema kb to kb_reader, kb_auditor, kb_writer;
grant execute on all functions in schema kb to kb_reader, kb_auditor, kb_writer;
-- what was true then may name what a person withdrew since
revoke execute on function kb.search_as_of, kb.offers_as_of from kb_reader, kb_writer;

-- a writer syncs: it works on the tables, and closes versions rather than deleting them
grant usage on schema kb_store to kb_writer;
grant select, insert, update, delete on all tables in schema kb_store to kb_writer;
revoke delete on kb_store.version, kb_store.version_variant, kb_store.chunk, kb_store.entry, kb_store.change from kb_writer;
revoke delete on kb_store.source, kb_store.run, kb_store.page, kb_store.reading, kb_store.body, kb_store.passage from kb_writer;
revoke delete on kb_store.withdrawal, kb_store.page_before, kb_store.draft_before from kb_writer;
-- what was deployed is told by deploying alone
revoke insert, update, delete on kb_store.migration, kb_store.deployment from kb_writer;
revoke insert, update, delete on kb_store.source_grant from kb_writer;
-- the door notes when a key was used; who may use it is the owner's to say
revoke insert, update, delete on kb_store.api_key from kb_writer;
grant update (last_used) on kb_store.api_key to kb_writer;
grant usage on all sequences in schema kb_store to kb_writer;
grant execute on all functions in schema kb_store to kb_writer;
