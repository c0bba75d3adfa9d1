create or replace function kb_store.check_limits(query text, max_results int, most int) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if length(query) > 4000 then
        raise exception 'the query has % characters; the most is 4000', length(query) using errcode = '22023';
    end if;
    if max_results is null or max_results < 1 then
        raise exception 'max_results is %; it must be at least 1', coalesce(max_results::text, 'null') using errcode = '22023';
    end if;
    if max_results > most and not pg_has_role(session_user, 'kb_auditor', 'member') then
        raise exception 'max_results is %; the most is %', max_results, most using errcode = '22023';
    end if;
end
$$;

comment on function kb_store.check_limits is 'Raises 22023 when a call asks for more than one call may.';
