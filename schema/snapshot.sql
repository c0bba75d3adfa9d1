-- Generated: make snapshot. What the migrations and functions in this folder amount to.

CREATE SCHEMA kb;

COMMENT ON SCHEMA kb IS 'The contract: functions only, what bots call';

CREATE SCHEMA kb_store;

COMMENT ON SCHEMA kb_store IS 'What Freshet keeps; belongs to Freshet alone and may change with any release';

CREATE TYPE kb_store.change_row AS (
	change_id bigint,
	at timestamp with time zone,
	change text,
	entry_id bigint,
	kind text,
	source text,
	url text,
	title text,
	category text[],
	valid_from timestamp with time zone,
	valid_until timestamp with time zone,
	run_id bigint
);

COMMENT ON TYPE kb_store.change_row IS 'A row of kb.changes.';

CREATE TYPE kb_store.hit AS (
	entry_id bigint,
	chunk_id bigint,
	kind text,
	source text,
	url text,
	title text,
	heading text,
	body text,
	language text,
	category text[],
	price numeric,
	currency text,
	valid_from timestamp with time zone,
	valid_until timestamp with time zone,
	validity text,
	verified_at timestamp with time zone,
	stale boolean,
	score real,
	vector_score real,
	text_score real,
	answerable boolean,
	degraded boolean
);

COMMENT ON TYPE kb_store.hit IS 'A row of kb.search.';

CREATE TYPE kb_store.offer AS (
	entry_id bigint,
	source text,
	url text,
	title text,
	description text,
	category text[],
	price numeric,
	currency text,
	price_before numeric,
	discount_percent numeric,
	code text,
	image_url text,
	terms text,
	language text,
	valid_from timestamp with time zone,
	valid_until timestamp with time zone,
	validity text,
	verified_at timestamp with time zone,
	stale boolean
);

COMMENT ON TYPE kb_store.offer IS 'A row of kb.offers.';

CREATE TYPE kb_store.source_freshness AS (
	source text,
	last_attempt timestamp with time zone,
	last_verified timestamp with time zone,
	stale boolean,
	live bigint,
	upcoming bigint,
	suspect bigint,
	held_run bigint,
	next_expiry timestamp with time zone
);

COMMENT ON TYPE kb_store.source_freshness IS 'A row of kb.freshness.';

CREATE TYPE kb_store.whole_entry AS (
	entry_id bigint,
	kind text,
	source text,
	url text,
	title text,
	description text,
	text text,
	language text,
	category text[],
	price numeric,
	currency text,
	price_before numeric,
	discount_percent numeric,
	code text,
	image_url text,
	terms text,
	valid_from timestamp with time zone,
	valid_until timestamp with time zone,
	validity text,
	verified_at timestamp with time zone,
	stale boolean,
	evidence jsonb,
	other_urls text[]
);

COMMENT ON TYPE kb_store.whole_entry IS 'A row of kb.entry.';

CREATE FUNCTION kb.active_model(OUT name text, OUT dimensions integer, OUT query_prompt text) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select m.name, m.dimensions, m.query_prompt from kb_store.model m where m.active
$$;

COMMENT ON FUNCTION kb.active_model(OUT name text, OUT dimensions integer, OUT query_prompt text) IS 'The model whose vectors kb.search compares: embed queries with it, after its query_prompt.';

CREATE FUNCTION kb.changes(after bigint DEFAULT 0, max_results integer DEFAULT 500) RETURNS SETOF kb_store.change_row
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    allowed constant int[] := kb_store.visible_sources();
begin
    perform kb_store.check_limits(null, changes.max_results, 10000);
    return query
    select c.change_id, c.at, c.change, c.entry_id, e.kind, s.name, v.url, v.title, v.category, lower(v.valid), upper(v.valid),
        c.run_id
    from kb_store.change c
    join kb_store.version v using (version_id)
    join kb_store.entry e on e.entry_id = c.entry_id
    join kb_store.source s using (source_id)
    where c.change_id > changes.after and s.source_id = any (allowed)
    order by c.change_id
    limit changes.max_results;
end
$$;

COMMENT ON FUNCTION kb.changes(after bigint, max_results integer) IS 'What became of which entry, in order; ask again with the last change_id. NOTIFY kb_change says when.';

CREATE FUNCTION kb.entry(entry_id bigint) RETURNS SETOF kb_store.whole_entry
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    allowed constant int[] := kb_store.visible_sources();
begin
    return query
    select e.entry_id, e.kind, s.name, v.url, v.title, v.description, t.text, v.language, v.category, v.price, v.currency,
        v.price_before, v.discount_percent, v.code, v.image_url, v.terms, lower(w.range), upper(w.range), v.validity,
        e.verified_at, e.verified_at + s.freshness <= at, v.evidence, o.urls
    from kb_store.served_entry e
    join kb_store.version v using (version_id)
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(e.valid, at) as range) w
    cross join lateral (
        select string_agg(c.body, e'\n\n' order by c.ordinal) as text
        from kb_store.served_chunk l
        join kb_store.chunk c using (chunk_id)
        where l.entry_id = e.entry_id and (l.valid is null or l.valid @> at)
    ) t
    cross join lateral (
        -- every page that says so now, whatever page was read first
        select coalesce(array_agg(distinct p.url order by p.url), '{}') as urls
        from kb_store.entry n
        join kb_store.draft d using (key)
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = n.source_id
        where n.entry_id = e.entry_id and p.url <> v.url
    ) o
    where e.entry_id = entry.entry_id
        and e.source_id = any (allowed)
        and kb_store.is_live(e.valid, e.ttl, e.verified_at, at);
end
$$;

COMMENT ON FUNCTION kb.entry(entry_id bigint) IS 'One entry whole, if it is live at this instant: its text, evidence and the other pages that carry it.';

CREATE FUNCTION kb.freshness() RETURNS SETOF kb_store.source_freshness
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    allowed constant int[] := kb_store.visible_sources();
begin
    return query
    select s.name, s.last_attempt, s.last_verified,
        coalesce(s.last_verified + s.freshness <= at, true),
        coalesce(n.live, 0), coalesce(n.upcoming, 0),
        (select count(*) from kb_store.entry e where e.source_id = s.source_id and e.absent_runs > 0),
        (select max(x.run_id) from kb_store.plan_removal x join kb_store.run r using (run_id)
            where r.source_id = s.source_id and x.held),
        n.next_expiry
    from kb_store.source s
    left join lateral (
        select count(*) filter (where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)) as live,
            count(*) filter (where not e.valid @> at and upper(e.valid) > at) as upcoming,
            min(coalesce(upper(kb_store.range_at(e.valid, at)), e.verified_at + e.ttl))
                filter (where kb_store.is_live(e.valid, e.ttl, e.verified_at, at) and e.kind = 'offer') as next_expiry
        from kb_store.served_entry e
        where e.source_id = s.source_id
    ) n on true
    where s.source_id = any (allowed)
    order by s.name;
end
$$;

COMMENT ON FUNCTION kb.freshness() IS 'How fresh each source is: when it was last looked at and last verified, what is live, and when the next offer ends.';

CREATE FUNCTION kb.offers(category text[] DEFAULT NULL::text[], language text DEFAULT NULL::text, source text[] DEFAULT NULL::text[], upcoming boolean DEFAULT false, max_results integer DEFAULT 100) RETURNS SETOF kb_store.offer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    allowed constant int[] := kb_store.visible_sources();
begin
    perform kb_store.check_limits(null, offers.max_results, 10000);
    return query
    select e.entry_id, s.name, v.url, v.title, v.description, v.category, v.price, v.currency, v.price_before,
        v.discount_percent, v.code, v.image_url, v.terms, v.language, lower(w.range), upper(w.range), v.validity,
        e.verified_at, e.verified_at + s.freshness <= at
    from kb_store.served_entry e
    join kb_store.version v using (version_id)
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(e.valid, at) as range) w
    where e.kind = 'offer'
        and e.source_id = any (allowed)
        and (
            kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
            -- what has not begun is not yet subject to a ttl
            or (offers.upcoming and lower(w.range) > at)
        )
        and (offers.category is null or e.category && offers.category)
        and (offers.language is null or e.language = offers.language)
        and (offers.source is null or s.name = any (offers.source))
    order by coalesce(lower(w.range) > at, false), upper(w.range) nulls last, e.entry_id
    limit offers.max_results;
end
$$;

COMMENT ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer) IS 'Offers live at this instant, those that end first on top; upcoming => true adds those not yet begun.';

CREATE FUNCTION kb.search(query text, query_embedding public.vector DEFAULT NULL::public.vector, max_results integer DEFAULT 8, category text[] DEFAULT NULL::text[], language text DEFAULT NULL::text, source text[] DEFAULT NULL::text[], kind text[] DEFAULT NULL::text[], min_score real DEFAULT NULL::real) RETURNS SETOF kb_store.hit
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    -- read once: what one call returns holds at one instant
    at constant timestamptz := clock_timestamp();
begin
    perform kb_store.check_limits(search.query, search.max_results, 100);
    return query
    select e.entry_id, c.chunk_id, e.kind, s.name, v.url, v.title, c.heading, c.body, v.language, v.category, v.price,
        v.currency, lower(w.range), upper(w.range), case when c.valid is null then v.validity else 'stated' end, e.verified_at, e.verified_at + s.freshness <= at,
        h.score, h.vector_score, h.text_score,
        -- one strength below which no document of the example site answers; calibrated properly by a later release
        max(h.score) over () >= 0.25,
        search.query_embedding is null
    from kb_store.search_live(
        at, search.query, search.query_embedding, search.max_results,
        search.category, search.language, search.source, search.kind
    ) h
    join kb_store.chunk c using (chunk_id)
    join kb_store.served_entry e using (version_id)
    join kb_store.version v using (version_id)
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(coalesce(e.valid * c.valid, e.valid), at) as range) w
    where search.min_score is null or h.score >= search.min_score
    order by h.score desc, c.chunk_id;
end
$$;

COMMENT ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real) IS 'What is true now and answers the query, best first. Without an embedding the words alone decide (degraded).';

CREATE FUNCTION kb_store.absent_entries(of_run bigint) RETURNS TABLE(entry_id bigint, key text, reason text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with given as materialized (
        select distinct d.key from kb_store.effective_readings(of_run) e join kb_store.draft d using (reading_id)
    ),
    carried as materialized (
        -- by how many pages until now, and how many of these are proven over
        select d.key, count(*) as pages,
            count(*) filter (where kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)) as gone,
            case when bool_or(a.outcome = 'gone') then 'gone' else 'missing' end as proof
        from kb_store.run r
        join kb_store.page p using (source_id)
        join kb_store.draft d on d.reading_id = p.reading_id
        left join kb_store.attempt a on a.run_id = of_run and a.url = p.url
        where r.run_id = of_run
        group by d.key
    )
    select e.entry_id, e.key, case when c.pages = c.gone then c.proof else 'absent' end
    from kb_store.run r
    join kb_store.entry e using (source_id)
    join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
    left join carried c on c.key = e.key
    where r.run_id = of_run
        and not exists (select from given where given.key = e.key)
        and not exists (select from kb_store.plan_entry p where p.run_id = of_run and p.entry_id = e.entry_id)
$$;

COMMENT ON FUNCTION kb_store.absent_entries(of_run bigint) IS 'Entries still believed that no page of the source carries once this run is published, and on what proof.';

CREATE FUNCTION kb_store.affected_keys(of_run bigint) RETURNS TABLE(key text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    -- keys that a page of this run gives now and did not give in these words before, and the reverse
    with changed as (
        select p.reading_id as before, e.reading_id as after
        from kb_store.run
        join kb_store.page p using (source_id)
        left join kb_store.effective_readings(of_run) e using (page_id)
        where run.run_id = of_run and p.reading_id is distinct from e.reading_id
    )
    select d.key from changed c join kb_store.draft d on d.reading_id = c.before
    union
    select d.key from changed c join kb_store.draft d on d.reading_id = c.after
    union
    -- and what is said and is no entry yet: a draft that was given another key
    select d.key
    from kb_store.effective_readings(of_run) e
    join kb_store.draft d using (reading_id)
    join kb_store.run r on r.run_id = of_run
    where not exists (select from kb_store.entry n where n.source_id = r.source_id and n.key = d.key)
$$;

COMMENT ON FUNCTION kb_store.affected_keys(of_run bigint) IS 'Identities of the entries whose statement on some page this run changes.';

CREATE FUNCTION kb_store.announce(of_run bigint, at timestamp with time zone, served_before bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    insert into kb_store.change (at, change, entry_id, version_id, run_id)
    select announce.at, c.change, c.entry_id, c.version_id, of_run
    from (
        -- still served, or newly: what the plan said of it
        select p.action as change, p.entry_id, s.version_id
        from kb_store.plan_entry p
        join kb_store.served_entry s using (entry_id)
        where p.run_id = of_run and p.action <> 'unchanged'
        union all
        -- served until now, and over by its new version
        select 'expired', p.entry_id, v.version_id
        from kb_store.plan_entry p
        join kb_store.version v on v.entry_id = p.entry_id and upper_inf(v.recorded)
        where p.run_id = of_run and p.action <> 'unchanged' and p.entry_id = any (served_before)
            and not exists (select from kb_store.served_entry s where s.entry_id = p.entry_id)
        union all
        select 'withdrawn', x.entry_id, v.version_id
        from kb_store.plan_removal x
        join kb_store.version v on v.entry_id = x.entry_id and v.closed_by = of_run
        where x.run_id = of_run and not x.held and x.entry_id = any (served_before)
    ) c
    order by c.entry_id;
    perform pg_notify('kb_change', max(change_id)::text) from kb_store.change having max(change_id) is not null;
end
$$;

COMMENT ON FUNCTION kb_store.announce(of_run bigint, at timestamp with time zone, served_before bigint[]) IS 'Writes what a run published to the change feed and wakes those who listen.';

CREATE FUNCTION kb_store.check_limits(query text, max_results integer, most integer) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if length(query) > 4000 then
        raise exception 'the query has % characters; the most is 4000', length(query) using errcode = '22023';
    end if;
    if max_results is null or max_results < 1 then
        raise exception 'max_results is %; it must be at least 1', coalesce(max_results::text, 'null') using errcode = '22023';
    end if;
    if max_results > most and not pg_has_role(session_user, 'kb_auditor', 'member') then
        raise exception 'max_results is %; the most is %', max_results, most using errcode = '22023';
    end if;
end
$$;

COMMENT ON FUNCTION kb_store.check_limits(query text, max_results integer, most integer) IS 'Raises 22023 when a call asks for more than one call may.';

CREATE FUNCTION kb_store.compare_plan(of_run bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    -- an entry keeps its number when its page moves
    update kb_store.plan_entry p
    set entry_id = coalesce(
        (
            select e.entry_id
            from kb_store.run r
            join kb_store.entry e using (source_id)
            where r.run_id = of_run and e.key = p.key
        ),
        (
            select min(e.entry_id)
            from kb_store.run r
            join kb_store.entry e using (source_id)
            join kb_store.attempt a on a.run_id = of_run and a.url = split_part(e.key, '#', 1) and a.outcome = 'moved'
            where r.run_id = of_run and p.key = a.final_url || substr(e.key, length(a.url) + 1) and e.kind = p.kind
                -- unless some page still names it by its old address
                and not exists (select from kb_store.plan_entry o where o.run_id = of_run and o.key = e.key)
                and not exists (
                    select from kb_store.effective_readings(of_run) f
                    join kb_store.draft d using (reading_id)
                    where d.key = e.key
                )
        )
    )
    where p.run_id = of_run;

    update kb_store.plan_entry p
    set action = case
        when v.version_id is null and exists (select from kb_store.version h where h.entry_id = p.entry_id) then 'restored'
        when v.version_id is null then 'added'
        when v.content_hash = p.content_hash then 'unchanged'
        when coalesce(upper(p.valid), 'infinity') > coalesce(upper(v.valid), 'infinity') then 'extended'
        when coalesce(upper(p.valid), 'infinity') < coalesce(upper(v.valid), 'infinity') then 'shortened'
        else 'changed'
    end
    from kb_store.plan_entry q
    left join kb_store.version v on v.entry_id = q.entry_id and upper_inf(v.recorded)
    where p.run_id = of_run and q.run_id = p.run_id and q.key = p.key;
$$;

COMMENT ON FUNCTION kb_store.compare_plan(of_run bigint) IS 'Finds for each planned entry which entry it is and what publishing does to it.';

CREATE FUNCTION kb_store.count_lexemes(which bigint[], step integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update kb_store.lexeme l
    set passages = l.passages + step * n.passages
    from (
        select t.lexeme, count(*)::int as passages
        from kb_store.passage p
        cross join lateral unnest(p.terms) t
        where p.passage_id = any (which)
        group by t.lexeme
    ) n
    where l.lexeme = n.lexeme
$$;

COMMENT ON FUNCTION kb_store.count_lexemes(which bigint[], step integer) IS 'Adds texts to the document frequencies, or takes them away.';

CREATE FUNCTION kb_store.covered_languages(query text) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- null: no vote. A query in a script the active model was not made for is noise to it
    select m.languages
    from kb_store.model m
    where m.active and (m.languages = '{}' or 'ar' = any (m.languages) or query !~ '[\u0600-\u06ff\u0750-\u077f]')
$$;

COMMENT ON FUNCTION kb_store.covered_languages(query text) IS 'Languages of the texts on which the active model''s opinion of this query counts; empty: all; null: none.';

CREATE FUNCTION kb_store.doubt_emptied(of_run bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    -- a page that gave offers and gives none is a broken reading until its source says that it is empty,
    -- or until it is still so a day later
    update kb_store.attempt a
    set outcome = 'empty_extraction',
        message = format(
            'no offer read from %s (%s before); what it gave stays until its own end. If the site changed, look at the'
            ' selectors of %s; if it is truly empty, set empty_marker', a.url, before.offers, s.name
        )
    from kb_store.run r, kb_store.source s, kb_store.page p, kb_store.reading d,
        lateral (
            select count(*) as offers
            from kb_store.draft o
            join kb_store.entry e on e.source_id = p.source_id and e.key = o.key and e.kind = 'offer'
            join kb_store.served_entry v using (entry_id)
            where o.reading_id = p.reading_id and o.content ->> 'kind' = 'offer'
        ) before
    where a.run_id = of_run and a.outcome in ('ok', 'not_modified')
        and r.run_id = a.run_id and s.source_id = r.source_id
        and p.source_id = r.source_id and p.url = a.url and p.reading_id <> a.reading_id
        and d.reading_id = a.reading_id and d.outcome = 'ok'
        and before.offers > 0
        and (p.empty_since is null or p.empty_since > a.fetched_at - interval '24 hours')
        and not exists (
            select from kb_store.draft o where o.reading_id = a.reading_id and o.content ->> 'kind' = 'offer'
        )
        and not d.findings @> '[{"rule": "listing-empty"}]'
$$;

COMMENT ON FUNCTION kb_store.doubt_emptied(of_run bigint) IS 'Takes the word from pages that gave offers and now give none, unless that is said or lasts.';

CREATE FUNCTION kb_store.effective_readings(of_run bigint) RETURNS TABLE(page_id bigint, url text, reading_id bigint, verified_at timestamp with time zone)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    -- what each page of the source says once this run is published: its new reading when that is sound,
    -- else the one it had; nothing when it is proven gone
    select p.page_id, p.url,
        case when s.sound then a.reading_id else p.reading_id end,
        case when s.sound then a.fetched_at end
    from kb_store.run
    join kb_store.page p using (source_id)
    left join kb_store.attempt a on a.run_id = of_run and a.url = p.url
    left join kb_store.reading r on r.reading_id = a.reading_id
    cross join lateral (select a.outcome in ('ok', 'not_modified') and r.outcome = 'ok' as sound) s
    where run.run_id = of_run and not kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)
$$;

COMMENT ON FUNCTION kb_store.effective_readings(of_run bigint) IS 'What each page of the run''s source says once the run is published; verified_at where this run saw it.';

CREATE FUNCTION kb_store.end_run(of_run bigint, final_state text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select kb_store.hold_lease(of_run);
    update kb_store.run set state = final_state, finished_at = clock_timestamp() where run_id = of_run;
    update kb_store.source set lease_run = null, lease_until = null where lease_run = of_run;
$$;

COMMENT ON FUNCTION kb_store.end_run(of_run bigint, final_state text) IS 'Ends a run and gives its lease back.';

CREATE FUNCTION kb_store.expire() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
declare
    at timestamptz;
    ended bigint[];
begin
    -- one writer of the change feed and the statistics at a time: numbers become visible in order. A row, not an
    -- advisory lock: that a bot could hold
    perform from kb_store.lexical_statistic for update;
    at := clock_timestamp();
    select array_agg(entry_id) into ended from kb_store.served_entry where upper(valid) <= at;

    insert into kb_store.change (at, change, entry_id, version_id)
    select c.at, c.change, c.entry_id, c.version_id
    from (
        select upper(s.valid) as at, 'expired' as change, s.entry_id, s.version_id
        from kb_store.served_entry s
        where s.entry_id = any (ended) and s.announced <> 'lapsed'
        union all
        select s.verified_at + s.ttl, 'expired', s.entry_id, s.version_id
        from kb_store.served_entry s
        where s.announced = 'live' and s.valid @> at and not kb_store.is_live(s.valid, s.ttl, s.verified_at, at)
        union all
        -- a recurring window pauses
        select at, 'expired', s.entry_id, s.version_id
        from kb_store.served_entry s
        where s.announced = 'live' and not s.valid @> at and not s.entry_id = any (coalesce(ended, '{}'))
        union all
        select case s.announced when 'upcoming' then coalesce(lower(kb_store.range_at(s.valid, at)), at) else at end,
            case s.announced when 'upcoming' then 'activated' else 'restored' end, s.entry_id, s.version_id
        from kb_store.served_entry s
        where s.announced <> 'live' and kb_store.is_live(s.valid, s.ttl, s.verified_at, at)
    ) c
    order by c.at, c.entry_id;

    update kb_store.served_entry s
    set announced = n.announced
    from (
        select entry_id, case
            when kb_store.is_live(valid, ttl, verified_at, at) then 'live'
            when valid @> at then 'lapsed'
            else 'upcoming'
        end as announced
        from kb_store.served_entry
    ) n
    where s.entry_id = n.entry_id and s.announced <> n.announced;
    perform kb_store.serve_entries(ended, at);
    perform pg_notify('kb_change', max(change_id)::text) from kb_store.change having max(change_id) is not null;
    return coalesce(cardinality(ended), 0);
end
$$;

COMMENT ON FUNCTION kb_store.expire() IS 'Housekeeping: takes what has ended out of the index and tells the change feed what the clock changed. No answer waits for it.';

CREATE FUNCTION kb_store.hold_lease(of_run bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION kb_store.hold_lease(of_run bigint) IS 'The fence: raises KB001 unless that run still holds its source; called first in every writing transaction.';

CREATE FUNCTION kb_store.is_live(valid tstzmultirange, ttl interval, verified_at timestamp with time zone, at timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((valid @> at) AND ((ttl IS NULL) OR ((verified_at + ttl) > at)));

COMMENT ON FUNCTION kb_store.is_live(valid tstzmultirange, ttl interval, verified_at timestamp with time zone, at timestamp with time zone) IS 'Is it true at that instant? The one predicate every answer rests on.';

CREATE FUNCTION kb_store.is_proven_gone(outcome text, fetched_at timestamp with time zone, missing_since timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- 410 says so; a second 404 counts when it comes at least an hour after the first; what moved stands elsewhere
    select coalesce(
        outcome in ('gone', 'moved', 'moved_off_scope')
        or (outcome in ('missing', 'soft_404') and missing_since <= fetched_at - interval '1 hour'),
        false
    )
$$;

COMMENT ON FUNCTION kb_store.is_proven_gone(outcome text, fetched_at timestamp with time zone, missing_since timestamp with time zone) IS 'Does this outcome prove that the page is over?';

CREATE FUNCTION kb_store.publish(of_run bigint) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
declare
    at timestamptz;
    concerned bigint[];
    served_before bigint[];
begin
    -- one writer of the change feed and the statistics at a time: numbers become visible in order. A row, not an
    -- advisory lock: that a bot could hold
    perform from kb_store.lexical_statistic for update;
    perform kb_store.hold_lease(of_run);
    -- a clock set back must not close a version before it was opened
    select greatest(clock_timestamp(), max(lower(v.recorded)) + interval '1 microsecond') into at
    from kb_store.run r
    join kb_store.entry e using (source_id)
    join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
    where r.run_id = of_run;

    perform kb_store.publish_versions(of_run, at);
    perform kb_store.publish_removals(of_run, at);
    perform kb_store.publish_pages(of_run);

    select array_agg(entry_id) into concerned
    from (
        select entry_id from kb_store.plan_entry where run_id = of_run and action <> 'unchanged'
        union
        select entry_id from kb_store.plan_removal where run_id = of_run and not held
    ) c;
    select array_agg(entry_id) into served_before from kb_store.served_entry where entry_id = any (concerned);
    perform kb_store.serve_entries(concerned, at);
    perform kb_store.stamp_verified(of_run);
    perform kb_store.announce(of_run, at, coalesce(served_before, '{}'));

    update kb_store.source s
    set last_verified = at
    from kb_store.run r
    where r.run_id = of_run and r.complete and r.kind = 'sync' and s.source_id = r.source_id;

    -- what an earlier run held back is judged anew by each later look
    delete from kb_store.plan_removal x
    using kb_store.run o, kb_store.run m
    where m.run_id = of_run and m.kind = 'sync' and o.source_id = m.source_id and o.run_id < of_run and x.run_id = o.run_id;
    delete from kb_store.plan_entry where run_id = of_run;
    delete from kb_store.plan_removal where run_id = of_run and not held;
    delete from kb_store.attempt where run_id = of_run and outcome = 'not_modified';
    return concerned;
end
$$;

COMMENT ON FUNCTION kb_store.publish(of_run bigint) IS 'Publishes a run''s plan whole, in the caller''s transaction, and returns the entries it concerned; raises KB001 without the lease.';

CREATE FUNCTION kb_store.publish_pages(of_run bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- pages that answered with content that could be read
    update kb_store.page p
    set last_verified = a.fetched_at,
        missing_since = null,
        empty_since = null,
        final_url = a.final_url,
        etag = a.etag,
        last_modified = a.last_modified,
        media_type = a.media_type,
        charset = a.charset,
        unavailable_after = a.unavailable_after,
        observed_at = case when p.body_sha256 = a.body_sha256 then p.observed_at else a.fetched_at end,
        body_sha256 = a.body_sha256,
        links = coalesce(a.links, p.links),
        linked = a.linked,
        reading_id = a.reading_id
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome = 'ok'
    join kb_store.reading e on e.reading_id = a.reading_id and e.outcome = 'ok'
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url;

    update kb_store.page p
    set last_verified = a.fetched_at,
        -- reading stored captures again is no look at the site
        missing_since = case when r.kind = 'reindex' then p.missing_since end,
        empty_since = case when r.kind = 'reindex' then p.empty_since end,
        etag = coalesce(a.etag, p.etag),
        last_modified = coalesce(a.last_modified, p.last_modified),
        linked = a.linked,
        reading_id = coalesce(a.reading_id, p.reading_id)
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome = 'not_modified'
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url;

    -- proven gone: nothing of it is kept for the next look, so that it is fetched whole if it comes back
    update kb_store.page p
    set missing_since = coalesce(p.missing_since, a.fetched_at),
        etag = null, last_modified = null, body_sha256 = null, observed_at = null, links = null, reading_id = null
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url
        and kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since);

    update kb_store.page p
    set empty_since = coalesce(p.empty_since, a.fetched_at)
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome = 'empty_extraction'
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url and p.empty_since is null;

    update kb_store.page p
    set missing_since = coalesce(p.missing_since, a.fetched_at)
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome in ('missing', 'soft_404')
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url and p.missing_since is null;
$$;

COMMENT ON FUNCTION kb_store.publish_pages(of_run bigint) IS 'Makes what a run''s attempts brought the state of its pages.';

CREATE FUNCTION kb_store.publish_removals(of_run bigint, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    absent bigint[];
    merely bigint[];
begin
    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), at), closed_by = of_run, closed_reason = x.reason
    from kb_store.plan_removal x
    where x.run_id = of_run and not x.held and v.entry_id = x.entry_id and upper_inf(v.recorded);

    select array_agg(a.entry_id), array_agg(a.entry_id) filter (where a.reason = 'absent') into absent, merely
    from kb_store.absent_entries(of_run) a;

    -- seen again: not suspect any more
    update kb_store.entry e
    set absent_runs = 0, absent_since = null
    from kb_store.run r
    where r.run_id = of_run and e.source_id = r.source_id and e.absent_runs > 0
        and not e.entry_id = any (coalesce(absent, '{}'));

    -- absence proves something only when the run looked everywhere
    update kb_store.entry e
    set absent_runs = absent_runs + 1, absent_since = coalesce(absent_since, at)
    from kb_store.run r
    where r.run_id = of_run and r.complete and e.entry_id = any (merely);
end
$$;

COMMENT ON FUNCTION kb_store.publish_removals(of_run bigint, at timestamp with time zone) IS 'Closes the versions a plan removes and counts how often an entry was absent.';

CREATE FUNCTION kb_store.publish_versions(of_run bigint, at timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    insert into kb_store.entry (source_id, key, kind)
    select r.source_id, p.key, p.kind
    from kb_store.plan_entry p
    join kb_store.run r using (run_id)
    where p.run_id = of_run and p.entry_id is null;

    update kb_store.plan_entry p
    set entry_id = e.entry_id
    from kb_store.run r
    join kb_store.entry e using (source_id)
    where p.run_id = of_run and r.run_id = of_run and p.entry_id is null and e.key = p.key;

    -- its page moved: the entry goes along; what the same address is now read as follows too
    update kb_store.entry e
    set key = p.key, kind = p.kind
    from kb_store.plan_entry p
    where p.run_id = of_run and e.entry_id = p.entry_id and (e.key, e.kind) is distinct from (p.key, p.kind);

    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), at), closed_by = of_run, closed_reason = 'replaced'
    from kb_store.plan_entry p
    where p.run_id = of_run and p.action in ('changed', 'extended', 'shortened')
        and v.entry_id = p.entry_id and upper_inf(v.recorded);

    insert into kb_store.version (
        entry_id, recorded, valid, validity, url, title, description, language, category, price, price_before,
        currency, discount_percent, code, image_url, terms, evidence, content_hash, run_id
    )
    select p.entry_id, tstzrange(at, null), p.valid, p.validity, p.url, p.title, p.description, p.language, p.category,
        p.price, p.price_before, p.currency, p.discount_percent, p.code, p.image_url, p.terms, p.evidence,
        p.content_hash, of_run
    from kb_store.plan_entry p
    where p.run_id = of_run and p.action <> 'unchanged';

    insert into kb_store.chunk (version_id, ordinal, heading, body, page, passage_id, valid)
    select v.version_id, c.ordinal, c.heading, c.body, c.page, t.passage_id, c.valid
    from kb_store.plan_entry p
    join kb_store.version v on v.entry_id = p.entry_id and upper_inf(v.recorded)
    join kb_store.plan_chunk c on c.run_id = p.run_id and c.key = p.key
    join kb_store.passage t on t.passage_sha256 = c.passage_sha256
    where p.run_id = of_run and p.action <> 'unchanged';
$$;

COMMENT ON FUNCTION kb_store.publish_versions(of_run bigint, at timestamp with time zone) IS 'Closes the versions a plan replaces and opens the new ones with their chunks.';

CREATE FUNCTION kb_store.query_terms(query text, OUT weights public.sparsevec, OUT information double precision) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    -- weights: inverse document frequency of each lexeme the base knows; information: the sum over all lexemes asked,
    -- those never seen counted as the rarest, so that a question about something else scores low
    with term as (
        select l.lexeme_id,
            ln(1 + (s.passages - coalesce(l.passages, 0) + 0.5) / (coalesce(l.passages, 0) + 0.5)) as idf
        from unnest(tsvector_to_array(to_tsvector('kb_store.bilingual', query))) q(lexeme)
        cross join kb_store.lexical_statistic s
        left join kb_store.lexeme l on l.lexeme = q.lexeme and l.passages > 0
    )
    select
        ('{' || string_agg(lexeme_id || ':' || round(idf::numeric, 4), ',' order by lexeme_id)
            filter (where lexeme_id is not null) || '}/1000000000')::sparsevec,
        sum(idf)
    from term
$$;

COMMENT ON FUNCTION kb_store.query_terms(query text, OUT weights public.sparsevec, OUT information double precision) IS 'A query as a sparse vector of term rarities, and how much it asks for in all.';

CREATE FUNCTION kb_store.range_at(valid tstzmultirange, at timestamp with time zone) RETURNS tstzrange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select r
    from unnest(valid) r
    where upper_inf(r) or upper(r) > at
    order by lower(r) nulls first
    limit 1
$$;

COMMENT ON FUNCTION kb_store.range_at(valid tstzmultirange, at timestamp with time zone) IS 'The range of a window that holds at that instant, else the next one; null: over.';

CREATE FUNCTION kb_store.renew_lease(of_run bigint, seconds double precision) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select kb_store.hold_lease(of_run);
    update kb_store.source
    set lease_until = clock_timestamp() + make_interval(secs => seconds)
    where lease_run = of_run;
$$;

COMMENT ON FUNCTION kb_store.renew_lease(of_run bigint, seconds double precision) IS 'The heartbeat; raises KB001 when the lease is lost.';

CREATE FUNCTION kb_store.run_captures(of_run bigint, source_recipe text) RETURNS TABLE(page_id bigint, url text, final_url text, body_sha256 bytea, media_type text, charset text, unavailable_after text, observed_at timestamp with time zone, recipe bytea, new_bytes boolean)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    select c.page_id, c.url, c.final_url, c.body_sha256, c.media_type, c.charset, c.unavailable_after, c.observed_at,
        -- how a page was served counts as far as readers look at it
        sha256(convert_to(concat_ws('|', source_recipe, coalesce(c.charset, ''), coalesce(c.unavailable_after, ''), c.final_url), 'UTF8')),
        c.new_bytes
    from (
        select p.page_id, a.url,
            coalesce(a.final_url, p.final_url, a.url) as final_url,
            coalesce(a.body_sha256, p.body_sha256) as body_sha256,
            coalesce(a.media_type, p.media_type, 'application/octet-stream') as media_type,
            -- what came with an answer comes with its bytes; a header that is gone is gone
            case when a.outcome = 'ok' then a.charset else coalesce(a.charset, p.charset) end as charset,
            case
                when a.outcome = 'ok' then a.unavailable_after
                else coalesce(a.unavailable_after, p.unavailable_after)
            end as unavailable_after,
            coalesce(a.body_sha256, p.body_sha256) is distinct from p.body_sha256 as new_bytes,
            case
                when coalesce(a.body_sha256, p.body_sha256) = p.body_sha256 then p.observed_at
                else a.fetched_at
            end as observed_at
        from kb_store.run r
        join kb_store.attempt a using (run_id)
        join kb_store.page p on p.source_id = r.source_id and p.url = a.url
        where r.run_id = of_run and a.outcome in ('ok', 'not_modified')
    ) c
    where c.body_sha256 is not null
$$;

COMMENT ON FUNCTION kb_store.run_captures(of_run bigint, source_recipe text) IS 'The captures a run has to read: what each of its pages holds now, and the recipe it is to be read by.';

CREATE FUNCTION kb_store.search_live(at timestamp with time zone, query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[]) RETURNS TABLE(chunk_id bigint, score real, vector_score real, text_score real)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
    allowed constant int[] := kb_store.visible_sources();
    asked record := kb_store.query_terms(query);
    covered constant text[] := kb_store.covered_languages(query);
    used_model int;
    width int;
    vote real := 0.4;
begin
    select m.model_id, m.dimensions into used_model, width from kb_store.model m where m.active;
    if query_embedding is not null and vector_dims(query_embedding) is distinct from width then
        raise exception 'the embedding has % dimensions; the active model''s have %', vector_dims(query_embedding), width
            using errcode = '22023', hint = 'select * from kb.active_model()';
    end if;
    if query_embedding is not null and vector_norm(query_embedding) = 0 then
        raise exception 'the embedding is all zeros: it points nowhere' using errcode = '22023';
    end if;
    if query_embedding is null or covered is null then
        vote := 0;
    elsif asked.weights is null then
        vote := 1;
    end if;
    return query
    with live as materialized (
        select c.chunk_id, c.entry_id, c.passage_id, (covered = '{}' or e.language = any (covered || array['und'])) as has_vote
        from kb_store.served_entry e
        join kb_store.served_chunk c on c.entry_id = e.entry_id
        where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
            and (c.valid is null or c.valid @> at)
            and e.source_id = any (allowed)
            and (category is null or e.category && category)
            and (language is null or e.language = language)
            and (source is null or e.source_id in (select s.source_id from kb_store.source s where s.name = any (source)))
            and (kind is null or e.kind = any (kind))
    ),
    lexical as (
        select p.passage_id, -(p.weights <#> asked.weights) as points
        from (select distinct l.passage_id from live l) l
        join kb_store.served_passage p on p.passage_id = l.passage_id
        where p.weights is not null and p.weights <#> asked.weights < 0
        order by 2 desc
        limit 100
    ),
    semantic as (
        select v.passage_id, 1 - (v.vector <=> query_embedding::halfvec) as points
        from (select distinct l.passage_id from live l where l.has_vote) l
        join kb_store.served_vector v on v.passage_id = l.passage_id
        where v.model_id = used_model and vote > 0
        order by 2 desc
        limit 100
    ),
    -- each leg's best hundred stretched to 0..1; a lexical leg that is not full reaches down to zero
    stretched as (
        select coalesce(x.passage_id, s.passage_id) as passage_id,
            coalesce((x.points - x.low) / nullif(x.high - x.low, 0), (x.points is not null)::int)
                * (1 - vote)
            + coalesce((s.points - s.low) / nullif(s.high - s.low, 0), (s.points is not null)::int)
                * vote as fused,
            coalesce(x.points, 0) / nullif(asked.information, 0) as share,
            greatest(coalesce(s.points, 0), 0) as cosine
        from (
            select l.*, max(l.points) over () as high,
                case when count(*) over () < 100 then 0 else min(l.points) over () end as low
            from lexical l
        ) x
        full join (select v.*, max(v.points) over () as high, min(v.points) over () as low from semantic v) s
            on s.passage_id = x.passage_id
    ),
    best as (
        -- one entry does not fill the list: its best chunk stands for it
        select distinct on (l.entry_id) l.chunk_id, t.fused, t.cosine, least(coalesce(t.share, 0), 1) as share
        from stretched t
        join live l on l.passage_id = t.passage_id
        where t.fused > 0
        order by l.entry_id, t.fused desc, l.chunk_id
    ),
    -- the first hit's own strength gives the scale, its rivals their share of it
    topmost as (
        select b.fused, b.cosine * vote + b.share * (1 - vote) as strength from best b order by b.fused desc, b.chunk_id limit 1
    )
    select b.chunk_id,
        least(greatest(m.strength * b.fused / m.fused, 0), 1)::real,
        case when vote > 0 then b.cosine::real end,
        b.share::real
    from best b
    cross join topmost m
    order by b.fused desc, b.chunk_id
    limit max_results;
end
$$;

COMMENT ON FUNCTION kb_store.search_live(at timestamp with time zone, query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[]) IS 'Chunks that answer a query among what is live at that instant, best first: BM25 and vectors fused by scaled scores.';

CREATE FUNCTION kb_store.serve_entries(which bigint[], at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    touched bigint[];
begin
    select array_agg(distinct c.passage_id) into touched
    from kb_store.served_chunk c
    where c.entry_id = any (which);
    delete from kb_store.served_entry where entry_id = any (which);

    insert into kb_store.served_entry (
        entry_id, version_id, source_id, kind, language, category, price, valid, ttl, verified_at, announced
    )
    select e.entry_id, v.version_id, e.source_id, e.kind, v.language, v.category, v.price, v.valid, t.ttl, s.verified_at,
        case
            when kb_store.is_live(v.valid, t.ttl, s.verified_at, at) then 'live'
            when v.valid @> at then 'lapsed'
            else 'upcoming'
        end
    from kb_store.entry e
    join kb_store.source src using (source_id)
    join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
    cross join lateral (
        select case
            when not upper_inf(v.valid) then null
            when e.kind = 'offer' then src.ttl
            else src.ttl_pages
        end as ttl
    ) t
    cross join lateral (
        select coalesce(max(p.last_verified), lower(v.recorded)) as verified_at
        from kb_store.draft d
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = e.source_id
        where d.key = e.key
    ) s
    where e.entry_id = any (which) and not isempty(v.valid) and (upper_inf(v.valid) or upper(v.valid) > at);

    insert into kb_store.served_chunk (chunk_id, entry_id, passage_id, valid)
    select c.chunk_id, s.entry_id, c.passage_id, c.valid
    from kb_store.served_entry s
    join kb_store.chunk c using (version_id)
    where s.entry_id = any (which) and (c.valid is null or upper_inf(c.valid) or upper(c.valid) > at);

    perform kb_store.serve_passages(
        touched || array(select c.passage_id from kb_store.served_chunk c where c.entry_id = any (which))
    );
end
$$;

COMMENT ON FUNCTION kb_store.serve_entries(which bigint[], at timestamp with time zone) IS 'Makes the served rows of some entries equal to what is believed of them.';

CREATE FUNCTION kb_store.serve_passages(touched bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    entering bigint[];
    leaving bigint[];
    missing bigint;
begin
    select array_agg(t) into entering
    from (select distinct unnest(touched) t) x
    where exists (select from kb_store.served_chunk c where c.passage_id = t)
        and not exists (select from kb_store.served_passage s where s.passage_id = t);
    select array_agg(s.passage_id) into leaving
    from kb_store.served_passage s
    where s.passage_id = any (touched)
        and not exists (select from kb_store.served_chunk c where c.passage_id = s.passage_id);
    if entering is null and leaving is null then
        return;
    end if;

    perform kb_store.count_lexemes(entering, 1);
    perform kb_store.count_lexemes(leaving, -1);
    delete from kb_store.served_passage where passage_id = any (leaving);
    insert into kb_store.served_passage (passage_id, length)
    select p.passage_id, coalesce((select sum(coalesce(cardinality(t.positions), 1)) from unnest(p.terms) t), 0)
    from kb_store.passage p
    where p.passage_id = any (entering);

    update kb_store.lexical_statistic s
    set passages = n.passages, total_length = n.total
    from (select count(*) as passages, coalesce(sum(length), 0) as total from kb_store.served_passage) n;
    -- weights rest on the average length; they are all computed anew once it has drifted by a tenth
    update kb_store.lexical_statistic
    set weighted_length = greatest(total_length::real / greatest(passages, 1), 1)
    where abs(greatest(total_length::real / greatest(passages, 1), 1) / weighted_length - 1) > 0.1;
    perform kb_store.weigh_passages(case when found then null else coalesce(entering, '{}') end);

    insert into kb_store.served_vector (model_id, passage_id, vector)
    select m.model_id, p.passage_id, e.vector
    from kb_store.passage p
    join kb_store.embedding e using (passage_sha256)
    join kb_store.model m using (model_id)
    where p.passage_id = any (entering) and m.active;
    select count(*) into missing
    from unnest(entering) t
    where exists (select from kb_store.model where active)
        and not exists (
            select from kb_store.served_vector v join kb_store.model m using (model_id) where m.active and v.passage_id = t
        );
    if missing > 0 then
        raise exception '% texts have no vector of the active model; nothing was published', missing
            using errcode = 'KB004', hint = 'Run the sync again: it embeds what is missing.';
    end if;
end
$$;

COMMENT ON FUNCTION kb_store.serve_passages(touched bigint[]) IS 'Brings texts into service and out of it, with their vectors, term weights and the statistics of BM25.';

CREATE FUNCTION kb_store.stamp_verified(of_run bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update kb_store.served_entry s
    set verified_at = n.verified_at
    from (
        select e.entry_id, max(a.fetched_at) as verified_at
        from kb_store.run r
        join kb_store.attempt a using (run_id)
        join kb_store.page p on p.source_id = r.source_id and p.url = a.url and p.last_verified = a.fetched_at
        join kb_store.draft d on d.reading_id = p.reading_id
        join kb_store.entry e on e.source_id = r.source_id and e.key = d.key
        where r.run_id = of_run
        group by e.entry_id
    ) n
    where s.entry_id = n.entry_id and s.verified_at < n.verified_at
$$;

COMMENT ON FUNCTION kb_store.stamp_verified(of_run bigint) IS 'Records for served entries that a run has seen them; writes no vector index.';

CREATE FUNCTION kb_store.take_lease(of_source text, run_kind text, host text, pid integer, seconds double precision, permission text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    held record;
    at timestamptz;
    taken bigint;
begin
    select s.source_id, s.lease_run, s.lease_until into held
    from kb_store.source s
    where s.name = of_source
    for update;
    if not found then
        raise exception 'there is no source "%"', of_source using errcode = 'KB003';
    end if;
    -- after the lock, not before: waiting for it takes time
    at := clock_timestamp();
    if held.lease_until > at then
        raise exception '%: run % is at work on it, for % s more at the latest',
            of_source, held.lease_run, ceil(extract(epoch from held.lease_until - at))
            using errcode = 'KB002', detail = held.lease_run, hint = 'Wait for it, or look at it: freshet runs show ' || held.lease_run;
    end if;
    -- a run that let its lease lapse is dead, or will be refused when it wakes
    update kb_store.run
    set state = 'failed', finished_at = at,
        verdict = verdict || to_jsonb(array['its process died or stood still past its lease'])
    where run_id = held.lease_run and state = 'running';
    insert into kb_store.run (source_id, kind, generation, started_at, host, pid, permission)
    select s.source_id, run_kind, s.generation + 1, at, take_lease.host, take_lease.pid, take_lease.permission
    from kb_store.source s
    where s.source_id = held.source_id
    returning run_id into taken;
    update kb_store.source
    set generation = generation + 1, lease_run = taken, lease_until = at + make_interval(secs => seconds), last_attempt = at
    where source_id = held.source_id;
    return taken;
end
$$;

COMMENT ON FUNCTION kb_store.take_lease(of_source text, run_kind text, host text, pid integer, seconds double precision, permission text) IS 'A new run of a source that nobody works on; raises KB002 naming the run that does, KB003 for an unknown source.';

CREATE FUNCTION kb_store.visible_sources() RETURNS integer[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- grants follow the login, not the role it has set; the setting can only narrow
    select array_agg(s.source_id)
    from kb_store.source s
    where (
            not exists (select from kb_store.source_grant g where g.grantee = session_user)
            or exists (select from kb_store.source_grant g where g.grantee = session_user and g.source_id = s.source_id)
        )
        and (
            coalesce(current_setting('kb.sources', true), '') = ''
            or s.name = any (string_to_array(current_setting('kb.sources', true), ','))
        )
$$;

COMMENT ON FUNCTION kb_store.visible_sources() IS 'The sources this session may see; null: none.';

CREATE FUNCTION kb_store.weigh_passages(which bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    -- Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), k1 1.2, b 0.75; the idf stands in the query
    update kb_store.served_passage s
    set weights = w.weights
    from (
        select p.passage_id,
            ('{' || string_agg(l.lexeme_id || ':' || round(
                (n.times * 2.2 / (n.times + 1.2 * (0.25 + 0.75 * sp.length / st.weighted_length)))::numeric, 4
            ), ',' order by l.lexeme_id) || '}/1000000000')::sparsevec as weights
        from kb_store.served_passage sp
        cross join kb_store.lexical_statistic st
        join kb_store.passage p using (passage_id)
        cross join lateral unnest(p.terms) t
        cross join lateral (select coalesce(cardinality(t.positions), 1)::double precision as times) n
        join kb_store.lexeme l using (lexeme)
        where which is null or sp.passage_id = any (which)
        group by p.passage_id
    ) w
    where s.passage_id = w.passage_id
$$;

COMMENT ON FUNCTION kb_store.weigh_passages(which bigint[]) IS 'Computes the BM25 term weights of some served texts; null: of all.';

CREATE TEXT SEARCH CONFIGURATION kb_store.bilingual (
    PARSER = pg_catalog."default" );

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR asciiword WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR word WITH arabic_stem;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR numword WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR email WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR url WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR host WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR sfloat WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR version WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR hword_numpart WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR hword_part WITH arabic_stem;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR hword_asciipart WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR numhword WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR asciihword WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR hword WITH arabic_stem;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR url_path WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR file WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR "float" WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR "int" WITH simple;

ALTER TEXT SEARCH CONFIGURATION kb_store.bilingual
    ADD MAPPING FOR uint WITH simple;

COMMENT ON TEXT SEARCH CONFIGURATION kb_store.bilingual IS 'English and Arabic in one column: Arabic stemming, ASCII words stemmed as English.';

CREATE TABLE kb_store.attempt (
    run_id bigint NOT NULL,
    url text NOT NULL,
    outcome text NOT NULL,
    fetched_at timestamp with time zone NOT NULL,
    final_url text,
    status integer,
    etag text,
    last_modified text,
    media_type text,
    charset text,
    unavailable_after text,
    body_sha256 bytea,
    links text[],
    linked boolean NOT NULL,
    message text DEFAULT ''::text NOT NULL,
    reading_id bigint
);

COMMENT ON TABLE kb_store.attempt IS 'One URL in one run; not-modified rows are dropped once the run is published.';

COMMENT ON COLUMN kb_store.attempt.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.attempt.url IS 'Normalised URL, as asked for.';

COMMENT ON COLUMN kb_store.attempt.outcome IS 'How it ended, from the closed list of outcomes.';

COMMENT ON COLUMN kb_store.attempt.fetched_at IS 'When the answer was complete.';

COMMENT ON COLUMN kb_store.attempt.final_url IS 'Where redirects led.';

COMMENT ON COLUMN kb_store.attempt.status IS 'HTTP status; null: no answer, or a file.';

COMMENT ON COLUMN kb_store.attempt.etag IS 'Validator for the next look.';

COMMENT ON COLUMN kb_store.attempt.last_modified IS 'Validator for the next look.';

COMMENT ON COLUMN kb_store.attempt.media_type IS 'Kind of content, sniffed from the bytes.';

COMMENT ON COLUMN kb_store.attempt.charset IS 'Encoding the transport declared.';

COMMENT ON COLUMN kb_store.attempt.unavailable_after IS 'X-Robots-Tag: unavailable_after, as sent.';

COMMENT ON COLUMN kb_store.attempt.body_sha256 IS 'The bytes, when there are new ones.';

COMMENT ON COLUMN kb_store.attempt.links IS 'Links it carries; null: not looked at.';

COMMENT ON COLUMN kb_store.attempt.linked IS 'False: reached only because it was known.';

COMMENT ON COLUMN kb_store.attempt.message IS 'What happened and the way out, for a person.';

COMMENT ON COLUMN kb_store.attempt.reading_id IS 'What its bytes say; becomes the page''s reading when the run is published.';

CREATE TABLE kb_store.body (
    body_sha256 bytea NOT NULL,
    size bigint NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT body_body_sha256_check CHECK ((length(body_sha256) = 32))
);
ALTER TABLE ONLY kb_store.body ALTER COLUMN content SET STORAGE EXTERNAL;

COMMENT ON TABLE kb_store.body IS 'Captured bytes, once each, kept so that they can be read again without fetching.';

COMMENT ON COLUMN kb_store.body.body_sha256 IS 'SHA-256 of the bytes before compression.';

COMMENT ON COLUMN kb_store.body.size IS 'Bytes before compression.';

COMMENT ON COLUMN kb_store.body.content IS 'The bytes, compressed with zstd.';

CREATE TABLE kb_store.change (
    change_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    change text NOT NULL,
    entry_id bigint NOT NULL,
    version_id bigint NOT NULL,
    run_id bigint,
    CONSTRAINT change_change_check CHECK ((change = ANY (ARRAY['added'::text, 'changed'::text, 'extended'::text, 'shortened'::text, 'activated'::text, 'expired'::text, 'withdrawn'::text, 'restored'::text])))
);

COMMENT ON TABLE kb_store.change IS 'The change feed. Written under one lock, so that numbers become visible in order.';

COMMENT ON COLUMN kb_store.change.change_id IS 'Cursor.';

COMMENT ON COLUMN kb_store.change.at IS 'The true instant; may be older than the row.';

COMMENT ON COLUMN kb_store.change.change IS 'What happened.';

COMMENT ON COLUMN kb_store.change.entry_id IS 'To which entry.';

COMMENT ON COLUMN kb_store.change.version_id IS 'The version it became, or last was.';

COMMENT ON COLUMN kb_store.change.run_id IS 'By which run; null: by the clock.';

ALTER TABLE kb_store.change ALTER COLUMN change_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.change_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.chunk (
    chunk_id bigint NOT NULL,
    version_id bigint NOT NULL,
    ordinal integer NOT NULL,
    heading text NOT NULL,
    body text NOT NULL,
    page integer,
    passage_id bigint NOT NULL,
    valid tstzmultirange
);

COMMENT ON TABLE kb_store.chunk IS 'A piece of a version''s text, in order.';

COMMENT ON COLUMN kb_store.chunk.chunk_id IS 'Key.';

COMMENT ON COLUMN kb_store.chunk.version_id IS 'The version.';

COMMENT ON COLUMN kb_store.chunk.ordinal IS 'Place in the version, from 0.';

COMMENT ON COLUMN kb_store.chunk.heading IS 'Headings it stands under.';

COMMENT ON COLUMN kb_store.chunk.body IS 'Its text; the bodies of a version joined in order are its text.';

COMMENT ON COLUMN kb_store.chunk.page IS 'Page, slide or sheet of the document.';

COMMENT ON COLUMN kb_store.chunk.passage_id IS 'The text by which it is found.';

COMMENT ON COLUMN kb_store.chunk.valid IS 'A window its own text states; null: that of its entry alone.';

ALTER TABLE kb_store.chunk ALTER COLUMN chunk_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.chunk_chunk_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.deployment (
    sole boolean DEFAULT true NOT NULL,
    schema_sha256 bytea NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT deployment_sole_check CHECK (sole)
);

COMMENT ON TABLE kb_store.deployment IS 'One row: the state of the schema that was deployed last.';

COMMENT ON COLUMN kb_store.deployment.sole IS 'There is one row.';

COMMENT ON COLUMN kb_store.deployment.schema_sha256 IS 'Hash over every file of the schema.';

COMMENT ON COLUMN kb_store.deployment.at IS 'When.';

CREATE TABLE kb_store.draft (
    reading_id bigint NOT NULL,
    ordinal integer NOT NULL,
    key text NOT NULL,
    content jsonb NOT NULL
);

COMMENT ON TABLE kb_store.draft IS 'What one reading says about one entry.';

COMMENT ON COLUMN kb_store.draft.reading_id IS 'The reading.';

COMMENT ON COLUMN kb_store.draft.ordinal IS 'Place on the page, from 0.';

COMMENT ON COLUMN kb_store.draft.key IS 'Identity of the entry within the source.';

COMMENT ON COLUMN kb_store.draft.content IS 'The draft whole, as JSON: see pipelines.drafts.';

CREATE TABLE kb_store.embedding (
    model_id integer NOT NULL,
    passage_sha256 bytea NOT NULL,
    vector public.halfvec NOT NULL
);

COMMENT ON TABLE kb_store.embedding IS 'Vectors of texts, kept when a text leaves service: if it returns, it costs nothing.';

COMMENT ON COLUMN kb_store.embedding.model_id IS 'The model that made it.';

COMMENT ON COLUMN kb_store.embedding.passage_sha256 IS 'The text it stands for.';

COMMENT ON COLUMN kb_store.embedding.vector IS 'Unit vector.';

CREATE TABLE kb_store.entry (
    entry_id bigint NOT NULL,
    source_id integer NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    absent_runs integer DEFAULT 0 NOT NULL,
    absent_since timestamp with time zone,
    CONSTRAINT entry_absent_runs_check CHECK ((absent_runs >= 0)),
    CONSTRAINT entry_check CHECK (((absent_runs = 0) = (absent_since IS NULL))),
    CONSTRAINT entry_kind_check CHECK ((kind = ANY (ARRAY['offer'::text, 'page'::text, 'document'::text, 'record'::text])))
);

COMMENT ON TABLE kb_store.entry IS 'What may be quoted: an offer, a page, a document, a record.';

COMMENT ON COLUMN kb_store.entry.entry_id IS 'Key; the number bots see.';

COMMENT ON COLUMN kb_store.entry.source_id IS 'The source it comes from.';

COMMENT ON COLUMN kb_store.entry.key IS 'Identity within the source.';

COMMENT ON COLUMN kb_store.entry.kind IS 'What it is.';

COMMENT ON COLUMN kb_store.entry.absent_runs IS 'Complete healthy runs in a row that did not find it; above 0: suspect.';

COMMENT ON COLUMN kb_store.entry.absent_since IS 'The first of them.';

ALTER TABLE kb_store.entry ALTER COLUMN entry_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.entry_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.lexeme (
    lexeme_id integer NOT NULL,
    lexeme text NOT NULL,
    passages integer DEFAULT 0 NOT NULL,
    CONSTRAINT lexeme_passages_check CHECK ((passages >= 0))
);

COMMENT ON TABLE kb_store.lexeme IS 'Every lexeme met, and in how many served texts it stands.';

COMMENT ON COLUMN kb_store.lexeme.lexeme_id IS 'Key; its dimension in the sparse vectors of term weights.';

COMMENT ON COLUMN kb_store.lexeme.lexeme IS 'The stem.';

COMMENT ON COLUMN kb_store.lexeme.passages IS 'Served texts that hold it (document frequency).';

ALTER TABLE kb_store.lexeme ALTER COLUMN lexeme_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.lexeme_lexeme_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.lexical_statistic (
    sole boolean DEFAULT true NOT NULL,
    passages bigint DEFAULT 0 NOT NULL,
    total_length bigint DEFAULT 0 NOT NULL,
    weighted_length real DEFAULT 1 NOT NULL,
    CONSTRAINT lexical_statistic_sole_check CHECK (sole)
);

COMMENT ON TABLE kb_store.lexical_statistic IS 'One row: what BM25 must know of all served texts.';

COMMENT ON COLUMN kb_store.lexical_statistic.sole IS 'There is one row.';

COMMENT ON COLUMN kb_store.lexical_statistic.passages IS 'Served texts.';

COMMENT ON COLUMN kb_store.lexical_statistic.total_length IS 'Their lengths in lexemes, summed.';

COMMENT ON COLUMN kb_store.lexical_statistic.weighted_length IS 'The average length that the stored term weights were computed with.';

CREATE TABLE kb_store.migration (
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT migration_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

COMMENT ON TABLE kb_store.migration IS 'The files of schema/migrations that ran here, each once';

COMMENT ON COLUMN kb_store.migration.name IS 'File name without .sql, for instance 0001_entries';

COMMENT ON COLUMN kb_store.migration.sha256 IS 'Hex digest of the file as it ran; a file changed later is an error';

COMMENT ON COLUMN kb_store.migration.applied_at IS 'When it ran';

CREATE TABLE kb_store.model (
    model_id integer NOT NULL,
    identity text NOT NULL,
    name text NOT NULL,
    dimensions integer NOT NULL,
    query_prompt text DEFAULT ''::text NOT NULL,
    languages text[] NOT NULL,
    active boolean DEFAULT false NOT NULL,
    CONSTRAINT model_dimensions_check CHECK (((dimensions >= 1) AND (dimensions <= 4000)))
);

COMMENT ON TABLE kb_store.model IS 'Embedding models this base has vectors of.';

COMMENT ON COLUMN kb_store.model.model_id IS 'Key; a literal in every query and index.';

COMMENT ON COLUMN kb_store.model.identity IS 'Hash of id, revision, weights, dimensions and prompts: two models are the same when it is.';

COMMENT ON COLUMN kb_store.model.name IS 'Name a person knows it by.';

COMMENT ON COLUMN kb_store.model.dimensions IS 'Length of its vectors.';

COMMENT ON COLUMN kb_store.model.query_prompt IS 'Text it wants before a query.';

COMMENT ON COLUMN kb_store.model.languages IS 'Languages it covers; empty: all. In others its vote does not count.';

COMMENT ON COLUMN kb_store.model.active IS 'The one served; at most one.';

ALTER TABLE kb_store.model ALTER COLUMN model_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.model_model_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.page (
    page_id bigint NOT NULL,
    source_id integer NOT NULL,
    url text NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    last_attempt timestamp with time zone NOT NULL,
    last_outcome text NOT NULL,
    last_verified timestamp with time zone,
    missing_since timestamp with time zone,
    empty_since timestamp with time zone,
    final_url text,
    etag text,
    last_modified text,
    media_type text,
    charset text,
    unavailable_after text,
    body_sha256 bytea,
    observed_at timestamp with time zone,
    links text[],
    linked boolean DEFAULT true NOT NULL,
    reading_id bigint
);

COMMENT ON TABLE kb_store.page IS 'One URL of a source and what its last good capture left behind.';

COMMENT ON COLUMN kb_store.page.page_id IS 'Key.';

COMMENT ON COLUMN kb_store.page.source_id IS 'The source it belongs to.';

COMMENT ON COLUMN kb_store.page.url IS 'Normalised URL, as asked for.';

COMMENT ON COLUMN kb_store.page.first_seen IS 'When it was first attempted.';

COMMENT ON COLUMN kb_store.page.last_attempt IS 'When it was last attempted.';

COMMENT ON COLUMN kb_store.page.last_outcome IS 'How that attempt ended, from the closed list of outcomes.';

COMMENT ON COLUMN kb_store.page.last_verified IS 'When it last answered with content or with not modified.';

COMMENT ON COLUMN kb_store.page.missing_since IS 'First 404 of the current row of them; null: not missing.';

COMMENT ON COLUMN kb_store.page.empty_since IS 'First of the current row of readings without the offers it gave before; null: not in doubt.';

COMMENT ON COLUMN kb_store.page.final_url IS 'Where its redirects led.';

COMMENT ON COLUMN kb_store.page.etag IS 'Validator sent back next time.';

COMMENT ON COLUMN kb_store.page.last_modified IS 'Validator sent back next time.';

COMMENT ON COLUMN kb_store.page.media_type IS 'Kind of content, sniffed from the bytes.';

COMMENT ON COLUMN kb_store.page.charset IS 'Encoding the transport declared.';

COMMENT ON COLUMN kb_store.page.unavailable_after IS 'X-Robots-Tag: unavailable_after, as sent.';

COMMENT ON COLUMN kb_store.page.body_sha256 IS 'The bytes of its last good capture.';

COMMENT ON COLUMN kb_store.page.observed_at IS 'When those bytes were first seen here; dates without a year are read from this instant.';

COMMENT ON COLUMN kb_store.page.links IS 'Links it carried, followed when it answers not modified.';

COMMENT ON COLUMN kb_store.page.linked IS 'False: no page leads here any more; asked for because it was known.';

COMMENT ON COLUMN kb_store.page.reading_id IS 'What it says, as published.';

ALTER TABLE kb_store.page ALTER COLUMN page_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.page_page_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.passage (
    passage_id bigint NOT NULL,
    passage_sha256 bytea NOT NULL,
    content text NOT NULL,
    terms tsvector NOT NULL,
    CONSTRAINT passage_passage_sha256_check CHECK ((length(passage_sha256) = 32))
);

COMMENT ON TABLE kb_store.passage IS 'A text as it is embedded and searched, once each however often it stands somewhere.';

COMMENT ON COLUMN kb_store.passage.passage_id IS 'Key.';

COMMENT ON COLUMN kb_store.passage.passage_sha256 IS 'SHA-256 of the text in UTF-8.';

COMMENT ON COLUMN kb_store.passage.content IS 'The exact text.';

COMMENT ON COLUMN kb_store.passage.terms IS 'Its lexemes with their places.';

ALTER TABLE kb_store.passage ALTER COLUMN passage_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.passage_passage_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.plan_chunk (
    run_id bigint NOT NULL,
    key text NOT NULL,
    ordinal integer NOT NULL,
    heading text NOT NULL,
    body text NOT NULL,
    page integer,
    passage_sha256 bytea NOT NULL,
    content text NOT NULL,
    valid tstzmultirange
);

COMMENT ON TABLE kb_store.plan_chunk IS 'A chunk of an entry as a run found it.';

COMMENT ON COLUMN kb_store.plan_chunk.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.plan_chunk.key IS 'The entry.';

COMMENT ON COLUMN kb_store.plan_chunk.ordinal IS 'As in chunk.';

COMMENT ON COLUMN kb_store.plan_chunk.heading IS 'As in chunk.';

COMMENT ON COLUMN kb_store.plan_chunk.body IS 'As in chunk.';

COMMENT ON COLUMN kb_store.plan_chunk.page IS 'As in chunk.';

COMMENT ON COLUMN kb_store.plan_chunk.passage_sha256 IS 'The text by which it is to be found.';

COMMENT ON COLUMN kb_store.plan_chunk.content IS 'That text.';

COMMENT ON COLUMN kb_store.plan_chunk.valid IS 'As in chunk.';

CREATE TABLE kb_store.plan_entry (
    run_id bigint NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    entry_id bigint,
    action text,
    valid tstzmultirange NOT NULL,
    validity text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    language text NOT NULL,
    category text[] NOT NULL,
    price numeric,
    price_before numeric,
    currency text,
    discount_percent numeric,
    code text,
    image_url text,
    terms text,
    evidence jsonb NOT NULL,
    content_hash bytea NOT NULL,
    CONSTRAINT plan_entry_action_check CHECK ((action = ANY (ARRAY['added'::text, 'changed'::text, 'extended'::text, 'shortened'::text, 'restored'::text, 'unchanged'::text])))
);

COMMENT ON TABLE kb_store.plan_entry IS 'An entry as a run found it.';

COMMENT ON COLUMN kb_store.plan_entry.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.plan_entry.key IS 'Identity within the source.';

COMMENT ON COLUMN kb_store.plan_entry.kind IS 'What it is.';

COMMENT ON COLUMN kb_store.plan_entry.entry_id IS 'The entry it already is, found by key or by the address it moved from; null: new.';

COMMENT ON COLUMN kb_store.plan_entry.action IS 'What publishing it does; null: not compared yet.';

COMMENT ON COLUMN kb_store.plan_entry.valid IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.validity IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.url IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.title IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.description IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.language IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.category IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.price IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.price_before IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.currency IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.discount_percent IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.code IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.image_url IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.terms IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.evidence IS 'As in version.';

COMMENT ON COLUMN kb_store.plan_entry.content_hash IS 'As in version.';

CREATE TABLE kb_store.plan_removal (
    run_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    reason text NOT NULL,
    held boolean DEFAULT false NOT NULL,
    CONSTRAINT plan_removal_reason_check CHECK ((reason = ANY (ARRAY['gone'::text, 'missing'::text, 'absent'::text, 'removed'::text])))
);

COMMENT ON TABLE kb_store.plan_removal IS 'An entry a run means to close.';

COMMENT ON COLUMN kb_store.plan_removal.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.plan_removal.entry_id IS 'The entry.';

COMMENT ON COLUMN kb_store.plan_removal.reason IS 'Why.';

COMMENT ON COLUMN kb_store.plan_removal.held IS 'It waits for a person.';

CREATE TABLE kb_store.reading (
    reading_id bigint NOT NULL,
    page_id bigint NOT NULL,
    body_sha256 bytea NOT NULL,
    recipe bytea NOT NULL,
    outcome text NOT NULL,
    title text NOT NULL,
    language text NOT NULL,
    canonical text,
    alternates jsonb DEFAULT '{}'::jsonb NOT NULL,
    findings jsonb DEFAULT '[]'::jsonb NOT NULL,
    message text DEFAULT ''::text NOT NULL,
    strikes integer DEFAULT 0 NOT NULL,
    run_id bigint NOT NULL,
    CONSTRAINT reading_strikes_check CHECK ((strikes >= 0))
);

COMMENT ON TABLE kb_store.reading IS 'What one capture says, by one recipe of reading.';

COMMENT ON COLUMN kb_store.reading.reading_id IS 'Key.';

COMMENT ON COLUMN kb_store.reading.page_id IS 'The page read.';

COMMENT ON COLUMN kb_store.reading.body_sha256 IS 'The bytes read.';

COMMENT ON COLUMN kb_store.reading.recipe IS 'Hash of how they were read: version of the readers, the source''s rules, headers that count.';

COMMENT ON COLUMN kb_store.reading.outcome IS 'ok, or why nothing was read.';

COMMENT ON COLUMN kb_store.reading.title IS 'Title of the page.';

COMMENT ON COLUMN kb_store.reading.language IS 'Language of the page, und when unknown.';

COMMENT ON COLUMN kb_store.reading.canonical IS 'The URL the page names as its own.';

COMMENT ON COLUMN kb_store.reading.alternates IS 'hreflang -> URL.';

COMMENT ON COLUMN kb_store.reading.findings IS 'What a person should know: rule, message, quote.';

COMMENT ON COLUMN kb_store.reading.message IS 'Why nothing was read, for a person.';

COMMENT ON COLUMN kb_store.reading.strikes IS 'How often reading these bytes failed; at the third time they are quarantined.';

COMMENT ON COLUMN kb_store.reading.run_id IS 'The run that read it.';

ALTER TABLE kb_store.reading ALTER COLUMN reading_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.reading_reading_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.run (
    run_id bigint NOT NULL,
    source_id integer NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    generation bigint NOT NULL,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    finished_at timestamp with time zone,
    complete boolean,
    pages jsonb DEFAULT '{}'::jsonb NOT NULL,
    entries jsonb DEFAULT '{}'::jsonb NOT NULL,
    chunks jsonb DEFAULT '{}'::jsonb NOT NULL,
    seconds jsonb DEFAULT '{}'::jsonb NOT NULL,
    problems jsonb DEFAULT '[]'::jsonb NOT NULL,
    verdict jsonb DEFAULT '[]'::jsonb NOT NULL,
    permission text,
    host text NOT NULL,
    pid integer NOT NULL,
    CONSTRAINT run_check CHECK (((state = 'running'::text) = (finished_at IS NULL))),
    CONSTRAINT run_kind_check CHECK ((kind = ANY (ARRAY['sync'::text, 'reindex'::text, 'remove'::text]))),
    CONSTRAINT run_state_check CHECK ((state = ANY (ARRAY['running'::text, 'planned'::text, 'published'::text, 'partial'::text, 'held'::text, 'failed'::text, 'cancelled'::text])))
);

COMMENT ON TABLE kb_store.run IS 'One look at one source, and what came of it.';

COMMENT ON COLUMN kb_store.run.run_id IS 'Key; the number a person names.';

COMMENT ON COLUMN kb_store.run.source_id IS 'The source looked at.';

COMMENT ON COLUMN kb_store.run.kind IS 'sync: from the source; reindex: from stored captures; remove: a person withdrew the source.';

COMMENT ON COLUMN kb_store.run.state IS 'running, or how it ended.';

COMMENT ON COLUMN kb_store.run.generation IS 'The fencing token it was given.';

COMMENT ON COLUMN kb_store.run.started_at IS 'When it got its lease.';

COMMENT ON COLUMN kb_store.run.finished_at IS 'When it ended; null while running.';

COMMENT ON COLUMN kb_store.run.complete IS 'Whether it looked everywhere and was answered; else absence proves nothing.';

COMMENT ON COLUMN kb_store.run.pages IS 'Counts of pages by outcome.';

COMMENT ON COLUMN kb_store.run.entries IS 'Counts of entries by what happened to them.';

COMMENT ON COLUMN kb_store.run.chunks IS 'Counts of chunks and embeddings.';

COMMENT ON COLUMN kb_store.run.seconds IS 'Seconds spent crawling, reading, embedding, publishing.';

COMMENT ON COLUMN kb_store.run.problems IS 'What a person should look at: URL, outcome, message.';

COMMENT ON COLUMN kb_store.run.verdict IS 'Why the run may, or may not, remove anything.';

COMMENT ON COLUMN kb_store.run.permission IS 'By what right the source was read, as its file says.';

COMMENT ON COLUMN kb_store.run.host IS 'Machine the run worked on.';

COMMENT ON COLUMN kb_store.run.pid IS 'Process the run worked in.';

ALTER TABLE kb_store.run ALTER COLUMN run_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.run_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.served_chunk (
    chunk_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    passage_id bigint NOT NULL,
    valid tstzmultirange
);

COMMENT ON TABLE kb_store.served_chunk IS 'Chunks of served entries.';

COMMENT ON COLUMN kb_store.served_chunk.chunk_id IS 'The chunk.';

COMMENT ON COLUMN kb_store.served_chunk.entry_id IS 'Its entry.';

COMMENT ON COLUMN kb_store.served_chunk.passage_id IS 'The text by which it is found.';

COMMENT ON COLUMN kb_store.served_chunk.valid IS 'A window of its own, within its entry''s.';

CREATE TABLE kb_store.served_entry (
    entry_id bigint NOT NULL,
    version_id bigint NOT NULL,
    source_id integer NOT NULL,
    kind text NOT NULL,
    language text NOT NULL,
    category text[] NOT NULL,
    price numeric,
    valid tstzmultirange NOT NULL,
    ttl interval,
    verified_at timestamp with time zone NOT NULL,
    announced text NOT NULL,
    CONSTRAINT served_entry_announced_check CHECK ((announced = ANY (ARRAY['upcoming'::text, 'live'::text, 'lapsed'::text])))
)
WITH (fillfactor='70');

COMMENT ON TABLE kb_store.served_entry IS 'Entries that are live or may yet be.';

COMMENT ON COLUMN kb_store.served_entry.entry_id IS 'The entry.';

COMMENT ON COLUMN kb_store.served_entry.version_id IS 'Its open version.';

COMMENT ON COLUMN kb_store.served_entry.source_id IS 'Its source.';

COMMENT ON COLUMN kb_store.served_entry.kind IS 'What it is.';

COMMENT ON COLUMN kb_store.served_entry.language IS 'Its language.';

COMMENT ON COLUMN kb_store.served_entry.category IS 'Its categories.';

COMMENT ON COLUMN kb_store.served_entry.price IS 'What it costs.';

COMMENT ON COLUMN kb_store.served_entry.valid IS 'When it is true.';

COMMENT ON COLUMN kb_store.served_entry.ttl IS 'How long it is served after being verified; null: its end is stated.';

COMMENT ON COLUMN kb_store.served_entry.verified_at IS 'When a page that carries it was last seen.';

COMMENT ON COLUMN kb_store.served_entry.announced IS 'What the change feed last said of it; no answer depends on this.';

CREATE TABLE kb_store.served_passage (
    passage_id bigint NOT NULL,
    length integer NOT NULL,
    weights public.sparsevec
);
ALTER TABLE ONLY kb_store.served_passage ALTER COLUMN weights SET STORAGE MAIN;

COMMENT ON TABLE kb_store.served_passage IS 'Texts in service and their BM25 term weights.';

COMMENT ON COLUMN kb_store.served_passage.passage_id IS 'The text.';

COMMENT ON COLUMN kb_store.served_passage.length IS 'Its length in lexemes.';

COMMENT ON COLUMN kb_store.served_passage.weights IS 'BM25 weight of each of its lexemes (k1 1.2, b 0.75); null: it has none.';

CREATE TABLE kb_store.served_vector (
    model_id integer NOT NULL,
    passage_id bigint NOT NULL,
    vector public.halfvec NOT NULL
);

COMMENT ON TABLE kb_store.served_vector IS 'Vectors of texts in service; touched only when a text enters or leaves it.';

COMMENT ON COLUMN kb_store.served_vector.model_id IS 'The model.';

COMMENT ON COLUMN kb_store.served_vector.passage_id IS 'The text.';

COMMENT ON COLUMN kb_store.served_vector.vector IS 'Unit vector.';

CREATE TABLE kb_store.source (
    source_id integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    zone text NOT NULL,
    freshness interval NOT NULL,
    ttl interval NOT NULL,
    ttl_pages interval NOT NULL,
    generation bigint DEFAULT 0 NOT NULL,
    lease_run bigint,
    lease_until timestamp with time zone,
    last_attempt timestamp with time zone,
    last_verified timestamp with time zone,
    paused text,
    CONSTRAINT source_check CHECK (((lease_run IS NULL) = (lease_until IS NULL))),
    CONSTRAINT source_freshness_check CHECK ((freshness > '00:00:00'::interval)),
    CONSTRAINT source_freshness_check1 CHECK (((EXTRACT(day FROM freshness) = (0)::numeric) AND (EXTRACT(month FROM freshness) = (0)::numeric) AND (EXTRACT(year FROM freshness) = (0)::numeric))),
    CONSTRAINT source_kind_check CHECK ((kind = ANY (ARRAY['site'::text, 'sitemap'::text, 'urls'::text, 'files'::text, 'feed'::text, 'push'::text]))),
    CONSTRAINT source_ttl_check CHECK ((ttl > '00:00:00'::interval)),
    CONSTRAINT source_ttl_check1 CHECK (((EXTRACT(day FROM ttl) = (0)::numeric) AND (EXTRACT(month FROM ttl) = (0)::numeric) AND (EXTRACT(year FROM ttl) = (0)::numeric))),
    CONSTRAINT source_ttl_pages_check CHECK ((ttl_pages > '00:00:00'::interval)),
    CONSTRAINT source_ttl_pages_check1 CHECK (((EXTRACT(day FROM ttl_pages) = (0)::numeric) AND (EXTRACT(month FROM ttl_pages) = (0)::numeric) AND (EXTRACT(year FROM ttl_pages) = (0)::numeric)))
);

COMMENT ON TABLE kb_store.source IS 'One watched source; its settings live in sources/<name>.toml, what serving needs of them is copied here.';

COMMENT ON COLUMN kb_store.source.source_id IS 'Key.';

COMMENT ON COLUMN kb_store.source.name IS 'Name of the source, as in its file.';

COMMENT ON COLUMN kb_store.source.kind IS 'How it is fetched.';

COMMENT ON COLUMN kb_store.source.zone IS 'IANA name of the zone in which its bare dates are meant.';

COMMENT ON COLUMN kb_store.source.freshness IS 'Older than this since last verified: stale.';

COMMENT ON COLUMN kb_store.source.ttl IS 'An offer without a stated end stops being served this long after it was last verified.';

COMMENT ON COLUMN kb_store.source.ttl_pages IS 'The same for pages, documents and records.';

COMMENT ON COLUMN kb_store.source.generation IS 'Fencing token: counts the leases given; a write that carries an older one is refused.';

COMMENT ON COLUMN kb_store.source.lease_run IS 'The run that may write now; null: none.';

COMMENT ON COLUMN kb_store.source.lease_until IS 'When the lease lapses unless its holder renews it.';

COMMENT ON COLUMN kb_store.source.last_attempt IS 'When a run last looked at it, whatever came of it.';

COMMENT ON COLUMN kb_store.source.last_verified IS 'When a complete run last found it healthy.';

COMMENT ON COLUMN kb_store.source.paused IS 'Why syncs leave it alone; null: not paused.';

CREATE TABLE kb_store.source_grant (
    grantee text NOT NULL,
    source_id integer NOT NULL
);

COMMENT ON TABLE kb_store.source_grant IS 'Login roles limited to some sources; a role without a row may see all.';

COMMENT ON COLUMN kb_store.source_grant.grantee IS 'Name of the login role.';

COMMENT ON COLUMN kb_store.source_grant.source_id IS 'A source it may see.';

ALTER TABLE kb_store.source ALTER COLUMN source_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.source_source_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.version (
    version_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    recorded tstzrange NOT NULL,
    valid tstzmultirange NOT NULL,
    validity text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    language text NOT NULL,
    category text[] NOT NULL,
    price numeric,
    price_before numeric,
    currency text,
    discount_percent numeric,
    code text,
    image_url text,
    terms text,
    evidence jsonb DEFAULT '[]'::jsonb NOT NULL,
    content_hash bytea NOT NULL,
    run_id bigint NOT NULL,
    closed_by bigint,
    closed_reason text,
    CONSTRAINT version_check CHECK ((upper_inf(recorded) = (closed_reason IS NULL))),
    CONSTRAINT version_closed_reason_check CHECK ((closed_reason = ANY (ARRAY['replaced'::text, 'gone'::text, 'missing'::text, 'absent'::text, 'removed'::text]))),
    CONSTRAINT version_discount_percent_check CHECK (((discount_percent >= (0)::numeric) AND (discount_percent <= (100)::numeric))),
    CONSTRAINT version_price_before_check CHECK ((price_before >= (0)::numeric)),
    CONSTRAINT version_price_check CHECK ((price >= (0)::numeric)),
    CONSTRAINT version_recorded_check CHECK (((NOT isempty(recorded)) AND (NOT lower_inf(recorded)))),
    CONSTRAINT version_validity_check CHECK ((validity = ANY (ARRAY['declared'::text, 'stated'::text, 'feed'::text, 'open'::text, 'ambiguous'::text, 'standing'::text])))
);

COMMENT ON TABLE kb_store.version IS 'What we believed about an entry, and from when until when we believed it.';

COMMENT ON COLUMN kb_store.version.version_id IS 'Key.';

COMMENT ON COLUMN kb_store.version.entry_id IS 'The entry.';

COMMENT ON COLUMN kb_store.version.recorded IS 'When we believed it; open above: we still do.';

COMMENT ON COLUMN kb_store.version.valid IS 'When it is true in the world; empty: never, its readings contradict each other.';

COMMENT ON COLUMN kb_store.version.validity IS 'On what the window rests.';

COMMENT ON COLUMN kb_store.version.url IS 'Where it stands.';

COMMENT ON COLUMN kb_store.version.title IS 'Title.';

COMMENT ON COLUMN kb_store.version.description IS 'Short text.';

COMMENT ON COLUMN kb_store.version.language IS 'Primary language tag, und when unknown.';

COMMENT ON COLUMN kb_store.version.category IS 'Categories, by the source''s names.';

COMMENT ON COLUMN kb_store.version.price IS 'What it costs.';

COMMENT ON COLUMN kb_store.version.price_before IS 'What it cost before.';

COMMENT ON COLUMN kb_store.version.currency IS 'ISO 4217 code of both prices.';

COMMENT ON COLUMN kb_store.version.discount_percent IS 'Percent off.';

COMMENT ON COLUMN kb_store.version.code IS 'Code to mention when buying.';

COMMENT ON COLUMN kb_store.version.image_url IS 'A picture of it.';

COMMENT ON COLUMN kb_store.version.terms IS 'Conditions.';

COMMENT ON COLUMN kb_store.version.evidence IS 'For each value: the exact text, the rule, the place.';

COMMENT ON COLUMN kb_store.version.content_hash IS 'Hash of all that is published of it; equal: nothing changed.';

COMMENT ON COLUMN kb_store.version.run_id IS 'The run that published it.';

COMMENT ON COLUMN kb_store.version.closed_by IS 'The run that closed it.';

COMMENT ON COLUMN kb_store.version.closed_reason IS 'Why it was closed.';

ALTER TABLE kb_store.version ALTER COLUMN version_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.version_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY kb_store.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (run_id, url);

ALTER TABLE ONLY kb_store.body
    ADD CONSTRAINT body_pkey PRIMARY KEY (body_sha256);

ALTER TABLE ONLY kb_store.change
    ADD CONSTRAINT change_pkey PRIMARY KEY (change_id);

ALTER TABLE ONLY kb_store.chunk
    ADD CONSTRAINT chunk_pkey PRIMARY KEY (chunk_id);

ALTER TABLE ONLY kb_store.chunk
    ADD CONSTRAINT chunk_version_id_ordinal_key UNIQUE (version_id, ordinal);

ALTER TABLE ONLY kb_store.deployment
    ADD CONSTRAINT deployment_pkey PRIMARY KEY (sole);

ALTER TABLE ONLY kb_store.draft
    ADD CONSTRAINT draft_pkey PRIMARY KEY (reading_id, ordinal);

ALTER TABLE ONLY kb_store.embedding
    ADD CONSTRAINT embedding_pkey PRIMARY KEY (model_id, passage_sha256);

ALTER TABLE ONLY kb_store.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY kb_store.entry
    ADD CONSTRAINT entry_source_id_key_key UNIQUE (source_id, key);

ALTER TABLE ONLY kb_store.lexeme
    ADD CONSTRAINT lexeme_lexeme_key UNIQUE (lexeme);

ALTER TABLE ONLY kb_store.lexeme
    ADD CONSTRAINT lexeme_pkey PRIMARY KEY (lexeme_id);

ALTER TABLE ONLY kb_store.lexical_statistic
    ADD CONSTRAINT lexical_statistic_pkey PRIMARY KEY (sole);

ALTER TABLE ONLY kb_store.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY kb_store.model
    ADD CONSTRAINT model_identity_key UNIQUE (identity);

ALTER TABLE ONLY kb_store.model
    ADD CONSTRAINT model_pkey PRIMARY KEY (model_id);

ALTER TABLE ONLY kb_store.page
    ADD CONSTRAINT page_pkey PRIMARY KEY (page_id);

ALTER TABLE ONLY kb_store.page
    ADD CONSTRAINT page_source_id_url_key UNIQUE (source_id, url);

ALTER TABLE ONLY kb_store.passage
    ADD CONSTRAINT passage_passage_sha256_key UNIQUE (passage_sha256);

ALTER TABLE ONLY kb_store.passage
    ADD CONSTRAINT passage_pkey PRIMARY KEY (passage_id);

ALTER TABLE ONLY kb_store.plan_chunk
    ADD CONSTRAINT plan_chunk_pkey PRIMARY KEY (run_id, key, ordinal);

ALTER TABLE ONLY kb_store.plan_entry
    ADD CONSTRAINT plan_entry_pkey PRIMARY KEY (run_id, key);

ALTER TABLE ONLY kb_store.plan_removal
    ADD CONSTRAINT plan_removal_pkey PRIMARY KEY (run_id, entry_id);

ALTER TABLE ONLY kb_store.reading
    ADD CONSTRAINT reading_page_id_body_sha256_recipe_key UNIQUE (page_id, body_sha256, recipe);

ALTER TABLE ONLY kb_store.reading
    ADD CONSTRAINT reading_pkey PRIMARY KEY (reading_id);

ALTER TABLE ONLY kb_store.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY kb_store.served_chunk
    ADD CONSTRAINT served_chunk_pkey PRIMARY KEY (chunk_id);

ALTER TABLE ONLY kb_store.served_entry
    ADD CONSTRAINT served_entry_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY kb_store.served_passage
    ADD CONSTRAINT served_passage_pkey PRIMARY KEY (passage_id);

ALTER TABLE ONLY kb_store.served_vector
    ADD CONSTRAINT served_vector_pkey PRIMARY KEY (model_id, passage_id);

ALTER TABLE ONLY kb_store.source_grant
    ADD CONSTRAINT source_grant_pkey PRIMARY KEY (grantee, source_id);

ALTER TABLE ONLY kb_store.source
    ADD CONSTRAINT source_name_key UNIQUE (name);

ALTER TABLE ONLY kb_store.source
    ADD CONSTRAINT source_pkey PRIMARY KEY (source_id);

ALTER TABLE ONLY kb_store.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (version_id);

CREATE INDEX change_entry ON kb_store.change USING btree (entry_id);

CREATE INDEX chunk_passage ON kb_store.chunk USING btree (passage_id);

CREATE INDEX draft_key ON kb_store.draft USING btree (key);

CREATE UNIQUE INDEX model_active ON kb_store.model USING btree (active) WHERE active;

CREATE INDEX page_reading ON kb_store.page USING btree (reading_id);

CREATE INDEX run_source ON kb_store.run USING btree (source_id, run_id DESC);

CREATE INDEX served_chunk_entry ON kb_store.served_chunk USING btree (entry_id);

CREATE INDEX served_chunk_passage ON kb_store.served_chunk USING btree (passage_id);

CREATE INDEX served_entry_source ON kb_store.served_entry USING btree (source_id);

CREATE INDEX version_closed_by ON kb_store.version USING btree (closed_by) WHERE (closed_by IS NOT NULL);

CREATE INDEX version_entry ON kb_store.version USING btree (entry_id, version_id);

CREATE UNIQUE INDEX version_open ON kb_store.version USING btree (entry_id) WHERE upper_inf(recorded);

CREATE INDEX version_run ON kb_store.version USING btree (run_id);

ALTER TABLE ONLY kb_store.attempt
    ADD CONSTRAINT attempt_body_sha256_fkey FOREIGN KEY (body_sha256) REFERENCES kb_store.body(body_sha256);

ALTER TABLE ONLY kb_store.attempt
    ADD CONSTRAINT attempt_reading_id_fkey FOREIGN KEY (reading_id) REFERENCES kb_store.reading(reading_id);

ALTER TABLE ONLY kb_store.attempt
    ADD CONSTRAINT attempt_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.change
    ADD CONSTRAINT change_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.change
    ADD CONSTRAINT change_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id);

ALTER TABLE ONLY kb_store.change
    ADD CONSTRAINT change_version_id_fkey FOREIGN KEY (version_id) REFERENCES kb_store.version(version_id);

ALTER TABLE ONLY kb_store.chunk
    ADD CONSTRAINT chunk_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES kb_store.passage(passage_id);

ALTER TABLE ONLY kb_store.chunk
    ADD CONSTRAINT chunk_version_id_fkey FOREIGN KEY (version_id) REFERENCES kb_store.version(version_id);

ALTER TABLE ONLY kb_store.draft
    ADD CONSTRAINT draft_reading_id_fkey FOREIGN KEY (reading_id) REFERENCES kb_store.reading(reading_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.embedding
    ADD CONSTRAINT embedding_model_id_fkey FOREIGN KEY (model_id) REFERENCES kb_store.model(model_id);

ALTER TABLE ONLY kb_store.entry
    ADD CONSTRAINT entry_source_id_fkey FOREIGN KEY (source_id) REFERENCES kb_store.source(source_id);

ALTER TABLE ONLY kb_store.page
    ADD CONSTRAINT page_body_sha256_fkey FOREIGN KEY (body_sha256) REFERENCES kb_store.body(body_sha256);

ALTER TABLE ONLY kb_store.page
    ADD CONSTRAINT page_reading_id_fkey FOREIGN KEY (reading_id) REFERENCES kb_store.reading(reading_id);

ALTER TABLE ONLY kb_store.page
    ADD CONSTRAINT page_source_id_fkey FOREIGN KEY (source_id) REFERENCES kb_store.source(source_id);

ALTER TABLE ONLY kb_store.plan_chunk
    ADD CONSTRAINT plan_chunk_run_id_key_fkey FOREIGN KEY (run_id, key) REFERENCES kb_store.plan_entry(run_id, key) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.plan_entry
    ADD CONSTRAINT plan_entry_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.plan_entry
    ADD CONSTRAINT plan_entry_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.plan_removal
    ADD CONSTRAINT plan_removal_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.plan_removal
    ADD CONSTRAINT plan_removal_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.reading
    ADD CONSTRAINT reading_body_sha256_fkey FOREIGN KEY (body_sha256) REFERENCES kb_store.body(body_sha256);

ALTER TABLE ONLY kb_store.reading
    ADD CONSTRAINT reading_page_id_fkey FOREIGN KEY (page_id) REFERENCES kb_store.page(page_id);

ALTER TABLE ONLY kb_store.reading
    ADD CONSTRAINT reading_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id);

ALTER TABLE ONLY kb_store.run
    ADD CONSTRAINT run_source_id_fkey FOREIGN KEY (source_id) REFERENCES kb_store.source(source_id);

ALTER TABLE ONLY kb_store.served_chunk
    ADD CONSTRAINT served_chunk_chunk_id_fkey FOREIGN KEY (chunk_id) REFERENCES kb_store.chunk(chunk_id);

ALTER TABLE ONLY kb_store.served_chunk
    ADD CONSTRAINT served_chunk_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.served_entry(entry_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.served_chunk
    ADD CONSTRAINT served_chunk_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES kb_store.passage(passage_id);

ALTER TABLE ONLY kb_store.served_entry
    ADD CONSTRAINT served_entry_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.served_entry
    ADD CONSTRAINT served_entry_source_id_fkey FOREIGN KEY (source_id) REFERENCES kb_store.source(source_id);

ALTER TABLE ONLY kb_store.served_entry
    ADD CONSTRAINT served_entry_version_id_fkey FOREIGN KEY (version_id) REFERENCES kb_store.version(version_id);

ALTER TABLE ONLY kb_store.served_passage
    ADD CONSTRAINT served_passage_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES kb_store.passage(passage_id);

ALTER TABLE ONLY kb_store.served_vector
    ADD CONSTRAINT served_vector_model_id_fkey FOREIGN KEY (model_id) REFERENCES kb_store.model(model_id);

ALTER TABLE ONLY kb_store.served_vector
    ADD CONSTRAINT served_vector_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES kb_store.served_passage(passage_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.source_grant
    ADD CONSTRAINT source_grant_source_id_fkey FOREIGN KEY (source_id) REFERENCES kb_store.source(source_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.source
    ADD CONSTRAINT source_lease_run_fkey FOREIGN KEY (lease_run) REFERENCES kb_store.run(run_id);

ALTER TABLE ONLY kb_store.version
    ADD CONSTRAINT version_closed_by_fkey FOREIGN KEY (closed_by) REFERENCES kb_store.run(run_id);

ALTER TABLE ONLY kb_store.version
    ADD CONSTRAINT version_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.version
    ADD CONSTRAINT version_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id);

GRANT USAGE ON SCHEMA kb TO kb_reader;
GRANT USAGE ON SCHEMA kb TO kb_auditor;
GRANT USAGE ON SCHEMA kb TO kb_writer;

GRANT USAGE ON SCHEMA kb_store TO kb_writer;

REVOKE ALL ON FUNCTION kb.active_model(OUT name text, OUT dimensions integer, OUT query_prompt text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.active_model(OUT name text, OUT dimensions integer, OUT query_prompt text) TO kb_reader;
GRANT ALL ON FUNCTION kb.active_model(OUT name text, OUT dimensions integer, OUT query_prompt text) TO kb_auditor;
GRANT ALL ON FUNCTION kb.active_model(OUT name text, OUT dimensions integer, OUT query_prompt text) TO kb_writer;

REVOKE ALL ON FUNCTION kb.changes(after bigint, max_results integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.changes(after bigint, max_results integer) TO kb_reader;
GRANT ALL ON FUNCTION kb.changes(after bigint, max_results integer) TO kb_auditor;
GRANT ALL ON FUNCTION kb.changes(after bigint, max_results integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb.entry(entry_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.entry(entry_id bigint) TO kb_reader;
GRANT ALL ON FUNCTION kb.entry(entry_id bigint) TO kb_auditor;
GRANT ALL ON FUNCTION kb.entry(entry_id bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb.freshness() FROM PUBLIC;
GRANT ALL ON FUNCTION kb.freshness() TO kb_reader;
GRANT ALL ON FUNCTION kb.freshness() TO kb_auditor;
GRANT ALL ON FUNCTION kb.freshness() TO kb_writer;

REVOKE ALL ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer) TO kb_reader;
GRANT ALL ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer) TO kb_auditor;
GRANT ALL ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real) TO kb_reader;
GRANT ALL ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real) TO kb_auditor;
GRANT ALL ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.absent_entries(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.absent_entries(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.affected_keys(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.affected_keys(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.announce(of_run bigint, at timestamp with time zone, served_before bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.announce(of_run bigint, at timestamp with time zone, served_before bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.check_limits(query text, max_results integer, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.check_limits(query text, max_results integer, most integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.compare_plan(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.compare_plan(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.count_lexemes(which bigint[], step integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.count_lexemes(which bigint[], step integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.covered_languages(query text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.covered_languages(query text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.doubt_emptied(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.doubt_emptied(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.effective_readings(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.effective_readings(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.end_run(of_run bigint, final_state text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.end_run(of_run bigint, final_state text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.expire() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.expire() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.hold_lease(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.hold_lease(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.is_live(valid tstzmultirange, ttl interval, verified_at timestamp with time zone, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.is_live(valid tstzmultirange, ttl interval, verified_at timestamp with time zone, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.is_proven_gone(outcome text, fetched_at timestamp with time zone, missing_since timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.is_proven_gone(outcome text, fetched_at timestamp with time zone, missing_since timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish_pages(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish_pages(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish_removals(of_run bigint, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish_removals(of_run bigint, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish_versions(of_run bigint, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish_versions(of_run bigint, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.query_terms(query text, OUT weights public.sparsevec, OUT information double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.query_terms(query text, OUT weights public.sparsevec, OUT information double precision) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.range_at(valid tstzmultirange, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.range_at(valid tstzmultirange, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.renew_lease(of_run bigint, seconds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.renew_lease(of_run bigint, seconds double precision) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.run_captures(of_run bigint, source_recipe text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.run_captures(of_run bigint, source_recipe text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.search_live(at timestamp with time zone, query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.search_live(at timestamp with time zone, query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.serve_entries(which bigint[], at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.serve_entries(which bigint[], at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.serve_passages(touched bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.serve_passages(touched bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.stamp_verified(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.stamp_verified(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.take_lease(of_source text, run_kind text, host text, pid integer, seconds double precision, permission text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.take_lease(of_source text, run_kind text, host text, pid integer, seconds double precision, permission text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.visible_sources() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.visible_sources() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.weigh_passages(which bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.weigh_passages(which bigint[]) TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.attempt TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.body TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.change TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.change_change_id_seq TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.chunk TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.chunk_chunk_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.deployment TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.draft TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.embedding TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.entry TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.entry_entry_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.lexeme TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.lexeme_lexeme_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.lexical_statistic TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.migration TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.model TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.model_model_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.page TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.page_page_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.passage TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.passage_passage_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.plan_chunk TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.plan_entry TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.plan_removal TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.reading TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.reading_reading_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.run TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.run_run_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.served_chunk TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.served_entry TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.served_passage TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.served_vector TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.source TO kb_writer;

GRANT SELECT ON TABLE kb_store.source_grant TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.source_source_id_seq TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.version TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.version_version_id_seq TO kb_writer;
