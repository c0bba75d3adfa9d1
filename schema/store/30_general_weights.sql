create or replace function kb_store.general_weights(path text) returns double precision[]
language sql immutable
set search_path = pg_catalog, pg_temp
-- means of what was fitted to bases of encyclopedia paragraphs and of abstracts, each of which served the other as well as
-- its own: docs/answerable.md. What a base is fitted to is drawn towards them
return case when path = 'words' then array[2.5, 2.6, -1.26] else array[-3.8, 2.25, -1.45, 14.9, -2.5] end;

comment on function kb_store.general_weights is
    'What the features of an answer weigh in a base that was not calibrated, or is too small to be.';
