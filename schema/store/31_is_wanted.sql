create or replace function kb_store.is_wanted(
    source_id int, kind text, category text[], price numeric, wanted kb_store.wanted
) returns boolean
language sql immutable parallel safe
-- one expression without sub-selects: the planner takes it apart and uses the indexes of served_entry
return source_id operator(pg_catalog.=) any ((wanted).sources)
    and ((wanted).category is null or category operator(pg_catalog.&&) (wanted).category)
    and ((wanted).kind is null or kind operator(pg_catalog.=) any ((wanted).kind))
    and ((wanted).min_price is null or price operator(pg_catalog.>=) (wanted).min_price)
    and ((wanted).max_price is null or price operator(pg_catalog.<=) (wanted).max_price);

comment on function kb_store.is_wanted is
    'Does an entry pass the filters of a call? What has no price passes no bound of price; the language is that of its texts.';
