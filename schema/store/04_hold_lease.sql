create or replace function kb_store.hold_lease(of_run bigint) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    holder record;
begin
    select s.name, s.lease_run, s.generation as current_generation, r.generation, r.state
    into holder
    from kb_store.run r
    join kb_store.source s using (source_id)
    where r.run_id = of_run
    for update of s;
    if not found then
        raise exception 'there is no run %', of_run using errcode = 'KB001';
    end if;
    if holder.lease_run is distinct from of_run or holder.generation <> holder.current_generation
        or holder.state <> 'running' then
        raise exception '%: run % has lost its lease to %; nothing of it was written',
            holder.name, of_run, coalesce('run ' || holder.lease_run, 'nobody: it had ended')
            using errcode = 'KB001', hint = 'Its work is not lost: the next sync reads what is missing.';
    end if;
end
$$;

comment on function kb_store.hold_lease is
    'The fence: raises KB001 unless that run still holds its source; called first in every writing transaction.';
