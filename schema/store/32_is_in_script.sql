create or replace function kb_store.is_in_script(query text, language text) returns boolean
language sql immutable parallel safe
return (query operator(pg_catalog.~) '[\u0600-\u06ff\u0750-\u077f]')
    operator(pg_catalog.=) (language operator(pg_catalog.=) any (array['ar', 'fa', 'ur', 'ps', 'ckb', 'sd', 'ug']));

comment on function kb_store.is_in_script is
    'Is a text of that language written as the query is, in Arabic letters or in others? A query with any asks in them.';
