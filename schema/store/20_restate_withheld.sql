create or replace function kb_store.restate_withheld(of_run bigint, at timestamptz) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update kb_store.plan_entry p
    set action = case when s.entry_id is null then 'restored' else 'changed' end
    from kb_store.plan_entry q
    join kb_store.version v on v.entry_id = q.entry_id and upper_inf(v.recorded)
    left join kb_store.served_entry s on s.entry_id = q.entry_id
    where p.run_id = of_run and q.run_id = p.run_id and q.key = p.key and p.action = 'unchanged'
        and exists (select from kb_store.withdrawal w where upper_inf(w.recorded))
        and (upper_inf(v.valid) or upper(v.valid) > restate_withheld.at)
        and v.valid - kb_store.withheld(v.entry_id) is distinct from coalesce(s.valid, '{}');
$$;

comment on function kb_store.restate_withheld is
    'Counts as changed what says the same and is withheld or served otherwise, for it was found to be one with what a person withdrew, or two.';
