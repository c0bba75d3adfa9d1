create or replace function kb_store.remove_source(of_run bigint) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
declare
    told constant bigint := kb_store.lock_feed();
    at constant timestamptz := kb_store.begin_decision(of_run);
    of_source constant int := (select r.source_id from kb_store.run r where r.run_id = of_run);
    believed bigint[];
    served_before bigint[];
begin
    select coalesce(array_agg(e.entry_id), '{}') into believed
    from kb_store.entry e
    join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
    where e.source_id = of_source;
    select coalesce(array_agg(s.entry_id), '{}') into served_before
    from kb_store.served_entry s
    where s.source_id = of_source;

    perform kb_store.close_versions(of_run, at, believed, 'removed');
    perform kb_store.forget_pages(of_run, array(
        select p.page_id from kb_store.page p where p.source_id = of_source and p.body_sha256 is not null
    ));
    delete from kb_store.plan_removal x using kb_store.run r where r.run_id = x.run_id and r.source_id = of_source;
    update kb_store.source s set paused = format('removed by run %s', of_run) where s.source_id = of_source;
    perform kb_store.serve_entries(believed, at);
    perform kb_store.tell_decision(of_run, at, served_before, served_before);
    perform kb_store.wake_listeners(told);
    return believed;
end
$$;

comment on function kb_store.remove_source is
    'Withdraws all of the run''s source and pauses it; the entries that were believed until then.';
