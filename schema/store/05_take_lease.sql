create or replace function kb_store.take_lease(
    of_source text,
    run_kind text,
    host text,
    pid int,
    seconds double precision,
    permission text
) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    held record;
    at timestamptz;
    taken bigint;
begin
    -- twice: a publication under way holds the row, and who only asks whether there is one shall not wait for it
    for attempt in 1..2 loop
        if attempt = 1 then
            select s.source_id, s.lease_run, s.lease_until into held from kb_store.source s where s.name = of_source;
        else
            select s.source_id, s.lease_run, s.lease_until into held from kb_store.source s where s.name = of_source for update;
        end if;
        if not found then
            raise exception 'there is no source "%"', of_source using errcode = 'KB003';
        end if;
        -- after the lock, not before: waiting for it takes time
        at := clock_timestamp();
        -- further ahead than any lease is given: by a clock that was set back since
        if held.lease_until > at + make_interval(secs => seconds) then
            held.lease_until := at;
        end if;
        if held.lease_until > at then
            raise exception '%: run % is at work on it, for % s more at the latest',
                of_source, held.lease_run, ceil(extract(epoch from held.lease_until - at))
                using errcode = 'KB002', detail = held.lease_run,
                    hint = 'Wait for it, or look at it: freshet runs show ' || held.lease_run;
        end if;
    end loop;
    -- a run that let its lease lapse is dead, or will be refused when it wakes
    update kb_store.run
    set state = 'failed', finished_at = at,
        verdict = verdict || to_jsonb(array['its process died or stood still past its lease'])
    where run_id = held.lease_run and state = 'running';
    if found then
        perform kb_store.drop_plan(held.lease_run);
    end if;
    insert into kb_store.run (source_id, kind, generation, started_at, host, pid, permission)
    select s.source_id, run_kind, s.generation + 1, at, take_lease.host, take_lease.pid, take_lease.permission
    from kb_store.source s
    where s.source_id = held.source_id
    returning run_id into taken;
    update kb_store.source
    set generation = generation + 1, lease_run = taken, lease_until = at + make_interval(secs => seconds),
        -- a person's word is no look at the site
        last_attempt = case when run_kind in ('sync', 'reindex', 'push') then at else last_attempt end
    where source_id = held.source_id;
    return taken;
end
$$;

comment on function kb_store.take_lease is
    'A new run of a source that nobody works on; raises KB002 naming the run that does, KB003 for an unknown source.';
