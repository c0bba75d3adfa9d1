create or replace function kb_store.begin_decision(of_run bigint) returns timestamptz
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    of_source int;
    at timestamptz;
begin
    perform kb_store.hold_lease(of_run);
    select r.source_id into of_source from kb_store.run r where r.run_id = of_run;
    -- a clock set back must not close a version before it was opened, nor open one before the last was closed
    select greatest(clock_timestamp(), max(lower(v.recorded)) + interval '1 microsecond', max(upper(v.recorded))) into at
    from kb_store.entry e
    join kb_store.version v using (entry_id)
    where e.source_id = of_source;
    -- what the clock did until now belongs to what was known until now
    perform kb_store.sweep(at, of_source);
    return at;
end
$$;

comment on function kb_store.begin_decision is
    'The instant at which a person''s word takes effect, its run''s lease held and the clock''s changes told. For callers that hold the lock of the feed.';
