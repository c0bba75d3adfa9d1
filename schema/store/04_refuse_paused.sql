create or replace function kb_store.refuse_paused(of_source int) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    this record;
begin
    select s.name, s.paused into this from kb_store.source s where s.source_id = of_source;
    if this.paused is not null then
        raise exception '%: paused, %', this.name, this.paused
            using errcode = 'KB005', hint = format('When it may be looked at again: freshet resume %s', this.name);
    end if;
end
$$;

comment on function kb_store.refuse_paused is 'Raises KB005, with the way out, for a source that a person paused.';
