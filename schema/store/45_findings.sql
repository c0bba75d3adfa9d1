create or replace function kb_store.findings(at timestamptz)
returns table (source text, rule text, url text, entry_id bigint, message text, quote text)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the reason stands in publish
as $$
    with found as (
        -- what readers noted on the pages as they are now; offers without a category are counted below, live ones alone
        select p.source_id, x ->> 'rule' as rule, p.url, null::bigint as entry_id, x ->> 'message' as message,
            x ->> 'quote' as quote
        from kb_store.page p
        join kb_store.reading r using (reading_id)
        cross join lateral jsonb_array_elements(r.findings) x
        where x ->> 'rule' not in ('no-category', 'listing-empty', 'no-offer-matched')
        union all
        select u.source_id, 'no-offer-matched', u.url, null, u.message, u.quote
        from kb_store.unmatched_pages() u
        union all
        -- places that disagree on one offer
        select s.source_id, x ->> 'rule', v.url, s.entry_id, x ->> 'text', v.title
        from kb_store.served_entry s
        join kb_store.version v using (version_id)
        cross join lateral jsonb_array_elements(v.evidence) x
        where x ->> 'rule' = 'window-conflict'
        union all
        select e.source_id, 'ambiguous-date', v.url, e.entry_id,
            'its readings differ: served only while all agree' || case when isempty(v.valid) then ', which is never' else '' end,
            v.title
        from kb_store.version v
        join kb_store.entry e using (entry_id)
        where upper_inf(v.recorded) and v.validity = 'ambiguous'
            and (isempty(v.valid) or upper_inf(v.valid) or upper(v.valid) > at)
            -- unless its page has said so above
            and not exists (
                select from kb_store.draft d
                join kb_store.page p on p.reading_id = d.reading_id
                join kb_store.reading r on r.reading_id = d.reading_id
                cross join lateral jsonb_array_elements(r.findings) x
                join lateral jsonb_array_elements(v.evidence) y on y ->> 'text' = x ->> 'quote'
                where d.entry_id = e.entry_id and p.source_id = e.source_id
            )
        union all
        select s.source_id, 'no-end', v.url, s.entry_id,
            format('no end stated: served until %s unless it is seen again', kb_store.told_at(s.verified_at + s.ttl, n.zone)),
            v.title
        from kb_store.served_entry s
        join kb_store.source n using (source_id)
        join kb_store.version v using (version_id)
        where s.kind = 'offer' and s.ttl is not null
        union all
        select s.source_id, 'no-category', v.url, s.entry_id, 'no category: found without a category only', v.title
        from kb_store.served_entry s
        join kb_store.version v using (version_id)
        where s.kind = 'offer' and s.category = '{}'
        union all
        select p.source_id, 'yield-fell', p.url, null, format(
            'no offer is read from it since %s; what it gave stays until its own end',
            kb_store.told_at(p.empty_since, n.zone)
        ), ''
        from kb_store.page p
        join kb_store.source n using (source_id)
        where p.empty_since is not null
        union all
        select f.source_id, 'yield-fell', f.url, null,
            format('gives %s offers, %s that it gave before are missing', f.given, f.missing), ''
        from kb_store.fallen_yields(at) f
    )
    select s.name, f.rule, f.url, f.entry_id, f.message, coalesce(f.quote, '')
    from found f
    join kb_store.source s using (source_id)
    where s.source_id = any (kb_store.visible_sources())
    order by s.name, f.rule, f.url, f.entry_id
$$;

comment on function kb_store.findings is
    'What a person should look at now: conflicts, doubtful dates, offers without end or category, pages that give less.';
