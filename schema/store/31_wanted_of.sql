create or replace function kb_store.wanted_of(
    category text[], language text, source text[], kind text[], min_price numeric, max_price numeric
) returns kb_store.wanted
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    name text;
    longest int;
    listed text[];
    sources int[];
begin
    for name, listed in values ('category', category), ('source', source), ('kind', kind), ('language', array[language]) loop
        if cardinality(listed) > 1000 then
            raise exception '% has % values; the most is 1000', name, cardinality(listed) using errcode = '22023';
        end if;
        select max(length(l)) into longest from unnest(listed) l;
        if longest > 1000 then
            raise exception '% has a value of % characters; the most is 1000', name, longest using errcode = '22023';
        end if;
    end loop;
    select array_agg(s.source_id) into sources
    from kb_store.source s
    where s.source_id = any (kb_store.visible_sources()) and (source is null or s.name = any (source));
    return (coalesce(sources, '{}'), category, language, kind, min_price, max_price);
end
$$;

comment on function kb_store.wanted_of is
    'The filters of a call, its sources by number and only those that this session may see; raises 22023 when they are too many.';
