create or replace function kb_store.apply_ttl(of_source text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    this kb_store.source;
    told bigint;
    at timestamptz;
begin
    select * into this from kb_store.source s where s.name = of_source;
    insert into kb_store.source_limit (source_id, known_at, freshness, ttl, ttl_pages)
    values (this.source_id, clock_timestamp(), this.freshness, this.ttl, this.ttl_pages)
    on conflict (source_id, known_at) do nothing;
    perform from kb_store.served_entry e
    where e.source_id = this.source_id and e.ttl <> case when e.kind = 'offer' then this.ttl else this.ttl_pages end
    limit 1;
    if not found then
        return;
    end if;
    told := kb_store.lock_feed();
    at := clock_timestamp();
    perform kb_store.sweep(at, this.source_id);
    with altered as (
        update kb_store.served_entry e
        set ttl = n.ttl, told_until = greatest(e.told_until, at)
        from (
            select s.entry_id, s.ttl as before, case when s.kind = 'offer' then this.ttl else this.ttl_pages end as ttl
            from kb_store.served_entry s
            where s.source_id = this.source_id and s.ttl is not null
        ) n
        where e.entry_id = n.entry_id and n.ttl <> n.before
        returning e.*, kb_store.is_live(e.valid, n.before, e.verified_at, at) as was_live,
            kb_store.is_live(e.valid, e.ttl, e.verified_at, at) as lives
    )
    insert into kb_store.change (at, change, entry_id, version_id)
    select case when a.lives then at else a.verified_at + a.ttl end,
        case when a.lives then 'restored' else 'expired' end, a.entry_id, a.version_id
    from altered a
    where a.lives <> a.was_live
    on conflict do nothing;
    perform kb_store.wake_listeners(told);
end
$$;

comment on function kb_store.apply_ttl is
    'Gives the served entries of a source the ttl that its settings say now, and tells the change feed what that ended or brought back.';
