create or replace function kb_store.general_weights(path text) returns double precision[]
language sql immutable
set search_path = pg_catalog, pg_temp
-- fitted to bases of encyclopedia paragraphs and of abstracts, each of which served the other nearly as well as its own:
-- docs/answerable.md. A base that is calibrated has them in proportion to how far its own features spread
return case when path = 'words' then array[1.5, 4.2, -0.6, 2.1] else array[-0.5, 4.2, -0.6, 9.0] end;

comment on function kb_store.general_weights is
    'What the features of an answer weigh in a base that was not calibrated, or is too small to be.';
