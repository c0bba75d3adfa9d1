create or replace function kb_store.check_instants(as_of timestamptz, known_at timestamptz) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if as_of is null or known_at is null then
        raise exception 'as_of and known_at must both be given' using errcode = '22004';
    end if;
end
$$;

comment on function kb_store.check_instants is 'Raises 22004 when one of the instants of a question about the past is null.';
