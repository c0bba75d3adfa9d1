create or replace function kb_store.explain_entry(at timestamptz, which bigint)
returns table (step int, rule text, passed boolean, detail text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    with seen as (
        select s.*, lower(s.occasion) as starts, upper(s.occasion) as ends, s.verified_at + s.ttl as lapse,
            s.verified_at + s.freshness as stale_from,
            (select count(*) from unnest(s.valid)) as occasions,
            (select count(*) from unnest(s.valid) r where lower(r) is null or lower(r) <= lower(s.occasion)) as this_one
        from kb_store.explain_state(at, which) s
    )
    select c.step, c.rule, c.passed, c.detail
    from seen s
    cross join lateral (
        values
        (1, 'exists', true, format('%s of %s, %s', s.kind, s.source, s.url)),
        (2, 'believed', upper_inf(s.recorded),
            format('believed since %s, by run %s', kb_store.told_at(lower(s.recorded), s.zone), s.run_id)
            || case when not upper_inf(s.recorded) then format(
                ', until run %s closed it at %s: %s', s.closed_by, kb_store.told_at(upper(s.recorded), s.zone),
                s.closed_reason
            ) else '' end
            || case when s.absent_runs > 0 then format(
                '; suspect: not found by %s complete runs, since %s', s.absent_runs, kb_store.told_at(s.absent_since, s.zone)
            ) else '' end),
        (3, 'start', not isempty(s.valid) and coalesce(s.starts <= at, true), case
            when isempty(s.valid) then 'holds at no time'
            when s.starts is null then 'no start stated'
            else case when s.starts <= at then 'began at ' else 'begins at ' end || kb_store.told_at(s.starts, s.zone)
        end),
        (4, 'end', not isempty(s.valid) and coalesce(s.ends > at, true), case
            when isempty(s.valid) and s.validity = 'ambiguous' then 'its readings agree on no instant'
            when isempty(s.valid) then 'its page says that it is over, or its dates contradict each other'
            when s.ends is null then 'no end stated'
            else case when s.ends <= at then 'ended at ' else 'ends at ' end || kb_store.told_at(s.ends, s.zone)
        end
            || format(' (%s)', s.validity)
            || case when s.occasions > 1 then format(', occasion %s of %s', s.this_one, s.occasions) else '' end
            || coalesce(': ' || s.quotes, '')),
        (5, 'ttl', coalesce(s.lapse > at, true), case
            when s.ttl is null then 'its end is stated: no limit since it was verified'
            else format('verified at %s: served until %s unless it is seen again',
                kb_store.told_at(s.verified_at, s.zone), kb_store.told_at(s.lapse, s.zone))
        end),
        (6, 'freshness', s.stale_from > at, format('verified at %s: stale from %s, which is marked and withholds nothing',
            kb_store.told_at(s.verified_at, s.zone), kb_store.told_at(s.stale_from, s.zone))),
        (7, 'language', true, format('%s: found without a language or with this one', array_to_string(s.languages, ', '))),
        (8, 'category', true, case
            when cardinality(s.category) > 0
                then format('%s: found without a category or with any of these', array_to_string(s.category, ', '))
            else 'none: found without a category only'
        end),
        (9, 'served', s.serves, case when s.serves then 'served at this instant' else 'not served at this instant' end
            || coalesce((
                select format('; a person withdrew it at %s%s', kb_store.told_at(lower(w.period), s.zone),
                    coalesce(', until ' || kb_store.told_at(upper(w.period), s.zone), ''))
                from kb_store.withdrawal w
                where which = any (kb_store.same_as(w.entry_id)) and upper_inf(w.recorded) and w.period @> at
                order by lower(w.recorded) desc
                limit 1
            ), ''))
    ) c(step, rule, passed, detail)
    union all
    select 1, 'exists', false, format('there is no entry %s', which)
    where not exists (select from seen)
    order by 1
$$;

comment on function kb_store.explain_entry is
    'Each check that an entry passes or not before it is served, in order, with what it saw; nothing quotable of the entry.';
