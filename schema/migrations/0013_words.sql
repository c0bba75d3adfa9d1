-- Texts and queries are taken apart by kb_store.lexemes, which needs no configuration of its own. A text records by which
-- state of it its lexemes were made, a served one the average length by which it was weighed: what is out of date is
-- found by a query and made anew, as much at a time as a publication may take.
drop text search configuration kb_store.bilingual;

alter table kb_store.passage add column analysis int not null default 0;
comment on column kb_store.passage.analysis is 'State of kb_store.lexemes its lexemes were made by; see kb_store.analysis.';

alter table kb_store.served_passage add column pivot real;
create index served_passage_pivot on kb_store.served_passage (pivot);
comment on column kb_store.served_passage.pivot is 'Average length that its weights were computed with; null: never.';

alter table kb_store.lexical_statistic drop column weighted_length;
