-- Entries that a system pushes, one a call.

alter table kb_store.run drop constraint run_kind_check;
alter table kb_store.run add check (kind in ('sync', 'reindex', 'push', 'remove', 'approve', 'rollback'));
comment on column kb_store.run.kind is
    'sync: from the source; reindex: from stored captures; push: one entry, by whoever may write to the source; a person''s word: remove: withdrew the source, approve: published what a run held, rollback: undid runs.';
