create or replace function kb_store.webhook_states(named text[])
returns table (
    name text, waiting bigint, waiting_since timestamptz, failing_since timestamptz, tries int, next_try timestamptz,
    reason text, stopped_at timestamptz, delivered bigint, delivered_at timestamptz, dead_letters bigint,
    last_dead jsonb
)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select n.name, p.waiting, p.since, w.failing_since, w.tries, case when w.tries > 0 then w.next_try end, w.reason,
        w.stopped_at, w.delivered, w.delivered_at, d.letters, d.last_dead
    from unnest(named) with ordinality n (name, place)
    left join kb_store.webhook w using (name)
    left join lateral (
        select count(*) as waiting, min(q.at) as since
        from (
            (
                select c.at
                from kb_store.change c
                where c.change_id > w.told_change and c.change = any (w.event)
                order by c.change_id
                limit 1000 -- beyond that nobody counts
            )
            union all
            select r.finished_at
            from kb_store.run r
            where r.state in ('held', 'failed') and r.state = any (w.event)
                and (r.ending > w.told_ending or r.ending is null)
        ) q
    ) p on w.name is not null
    left join lateral (
        select count(*) as letters, coalesce(
            jsonb_agg(to_jsonb(l) - 'webhook' - 'place' order by l.place) filter (where l.place <= 50), '[]'
        ) as last_dead
        from (
            select row_number() over (order by x.given_up_at desc, x.message) as place, x.*
            from kb_store.dead_letter x
            where x.webhook = w.name
        ) l
    ) d on w.name is not null
    order by n.place
$$;

comment on function kb_store.webhook_states is
    'How each of those webhooks fares: what waits (a thousand changes at most are counted), since when and why it fails, what was given up; all null but the name: nothing has ever delivered to it.';
