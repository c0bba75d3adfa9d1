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

CREATE TYPE kb_store.leg AS (
	passage_id bigint,
	points real
);

COMMENT ON TYPE kb_store.leg IS 'A text that words or vectors found, and how near it is.';

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

CREATE TYPE kb_store.wanted AS (
	sources integer[],
	category text[],
	language text,
	kind text[],
	min_price numeric,
	max_price numeric
);

COMMENT ON TYPE kb_store.wanted IS 'What answers are limited to: sources by number, all else null without a limit; an empty array matches nothing.';

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
	other_urls text[],
	languages text[],
	carriers jsonb,
	chunks jsonb
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
    select c.change_id, c.at, c.change, c.entry_id, e.kind, s.name, v.url, v.title, v.category, lower(w.range),
        upper(w.range), c.run_id
    from kb_store.change c
    join kb_store.version v using (version_id)
    join kb_store.entry e on e.entry_id = c.entry_id
    join kb_store.source s using (source_id)
    -- of a window in several ranges the one that ended or began, else the one then or next, else the last
    cross join lateral (
        select coalesce(
            (select r from unnest(v.valid) r where c.change = 'expired' and upper(r) = c.at),
            kb_store.range_at(v.valid, c.at),
            (select r from unnest(v.valid) r order by lower(r) desc nulls last limit 1)
        ) as range
    ) w
    where c.change_id > coalesce(changes.after, 0) and s.source_id = any (allowed)
    order by c.change_id
    limit changes.max_results;
end
$$;

COMMENT ON FUNCTION kb.changes(after bigint, max_results integer) IS 'What became of which entry, in order; ask again with the last change_id. NOTIFY kb_change says when.';

CREATE FUNCTION kb.entry(entry_id bigint, language text DEFAULT NULL::text) RETURNS SETOF kb_store.whole_entry
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    allowed constant int[] := kb_store.visible_sources();
begin
    return query
    select e.entry_id, e.kind, s.name, n.url, n.title, n.description, t.text, n.language, v.category, v.price, v.currency,
        v.price_before, v.discount_percent, v.code, n.image_url, n.terms, lower(w.range), upper(w.range), v.validity,
        e.verified_at, e.verified_at + s.freshness <= at, v.evidence, o.urls, e.languages, o.carriers, t.chunks
    from kb_store.served_entry e
    join kb_store.version v using (version_id)
    cross join lateral kb_store.text_of(v.version_id, entry.language) n
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(e.valid, at) as range) w
    cross join lateral (
        select string_agg(c.body, e'\n\n' order by c.ordinal) as text,
            coalesce(
                jsonb_agg(
                    jsonb_build_object('chunk_id', c.chunk_id, 'heading', c.heading, 'body', c.body) order by c.ordinal
                ),
                '[]'
            ) as chunks
        from kb_store.served_chunk l
        join kb_store.chunk c using (chunk_id)
        where l.entry_id = e.entry_id and l.language = n.language and (l.valid is null or l.valid @> at)
    ) t
    cross join lateral (
        -- every page that says so now, whatever page was read first
        select coalesce(array_agg(distinct p.url order by p.url) filter (where p.url <> n.url), '{}') as urls,
            coalesce(
                jsonb_agg(
                    distinct jsonb_build_object(
                        'url', p.url, 'language', d.content ->> 'language', 'verified_at', p.last_verified
                    )
                ),
                '[]'
            ) as carriers
        from kb_store.draft d
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = e.source_id
        where d.entry_id = e.entry_id
    ) o
    where e.entry_id = entry.entry_id
        and e.source_id = any (allowed)
        and kb_store.is_live(e.valid, e.ttl, e.verified_at, at);
end
$$;

COMMENT ON FUNCTION kb.entry(entry_id bigint, language text) IS 'One entry whole, if it is live at this instant, in the language asked for where it has it: its text, its evidence, its languages, the pages that carry it (carriers: url, language, verified_at), and its chunks in order (chunk_id, heading, body), so that what stands before and after a hit can be quoted with it.';

CREATE FUNCTION kb.explain(entry_id bigint, query text DEFAULT NULL::text, query_embedding public.vector DEFAULT NULL::public.vector, OUT step integer, OUT rule text, OUT passed boolean, OUT detail text) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET standard_conforming_strings TO 'on'
    AS $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
begin
    perform kb_store.check_limits(explain.query, 1, 100);
    return query select e.step, e.rule, e.passed, e.detail from kb_store.explain_entry(at, explain.entry_id) e;
    if explain.query is not null then
        return query
        select q.step, q.rule, q.passed, q.detail
        from kb_store.explain_query(at, explain.entry_id, explain.query,
            kb_store.asked_vector(explain.query, explain.query_embedding), explain.query_embedding is null) q;
    end if;
end
$$;

COMMENT ON FUNCTION kb.explain(entry_id bigint, query text, query_embedding public.vector, OUT step integer, OUT rule text, OUT passed boolean, OUT detail text) IS 'Why an entry is, or is not, served, and found by a query: each check in order, with what it saw. Nothing quotable.';

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
            count(*) filter (where lower(kb_store.range_at(e.valid, at)) > at) as upcoming,
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

CREATE FUNCTION kb.note_demand(query text, language text DEFAULT NULL::text, best_score real DEFAULT NULL::real) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET standard_conforming_strings TO 'on'
    AS $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
    today constant date := (at at time zone 'UTC')::date;
    said text;
    words text;
    of_question bytea;
    before bigint;
begin
    perform kb_store.check_limits(note_demand.query, 1, 1);
    said := kb_store.without_particulars(note_demand.query);
    select string_agg(l, ' ' order by l) into words from unnest(tsvector_to_array(kb_store.lexemes(said))) l;
    if words is null or not (select d.enabled from kb_store.demand_setting d)
        -- whoever asks at random must not fill the disk
        or exists (select from kb_store.demand d where d.day = today offset 10000)
    then
        return;
    end if;
    of_question := sha256(convert_to((select d.salt from kb_store.demand_setting d) || words, 'UTF8'));
    select coalesce(sum(d.asked), 0) into before from kb_store.demand d where d.question_sha256 = of_question;
    insert into kb_store.demand as d (day, language, question_sha256, asked, unanswered, best_score, question)
    values (
        today, kb_store.language_asked(note_demand.query, note_demand.language), of_question, 1,
        (best_score is null)::int, least(greatest(coalesce(best_score, 0), 0), 1),
        -- what was asked once or twice may be of one person: its words are not kept
        case when before >= 2 then said end
    )
    on conflict (day, question_sha256, language) do update
    set asked = d.asked + 1, unanswered = d.unanswered + excluded.unanswered,
        best_score = greatest(d.best_score, excluded.best_score), question = coalesce(excluded.question, d.question);
end
$$;

COMMENT ON FUNCTION kb.note_demand(query text, language text, best_score real) IS 'Notes that a question had no answer (best_score null) or a weak one, for `freshet demand`: kept without personal data, or not at all where the project''s settings say so.';

CREATE FUNCTION kb.offers(category text[] DEFAULT NULL::text[], language text DEFAULT NULL::text, source text[] DEFAULT NULL::text[], upcoming boolean DEFAULT false, max_results integer DEFAULT 100, min_price numeric DEFAULT NULL::numeric, max_price numeric DEFAULT NULL::numeric) RETURNS SETOF kb_store.offer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    at constant timestamptz := clock_timestamp();
begin
    perform kb_store.check_limits(null, offers.max_results, 10000);
    return query
    select o.*
    from kb_store.offers_at(
        at, null, offers.upcoming, offers.max_results,
        kb_store.wanted_of(offers.category, offers.language, offers.source, null, offers.min_price, offers.max_price)
    ) o;
end
$$;

COMMENT ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer, min_price numeric, max_price numeric) IS 'Offers live at this instant, those that end first on top; upcoming => true adds those not yet begun. Each once, in the language asked for or else its first. Prices are compared as they stand, in whatever currency; what has none passes no bound.';

CREATE FUNCTION kb.offers_as_of(as_of timestamp with time zone, known_at timestamp with time zone, category text[] DEFAULT NULL::text[], language text DEFAULT NULL::text, source text[] DEFAULT NULL::text[], upcoming boolean DEFAULT false, max_results integer DEFAULT 100, min_price numeric DEFAULT NULL::numeric, max_price numeric DEFAULT NULL::numeric) RETURNS SETOF kb_store.offer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
begin
    perform kb_store.check_instants(offers_as_of.as_of, offers_as_of.known_at);
    perform kb_store.check_limits(null, offers_as_of.max_results, 10000);
    return query
    select o.*
    from kb_store.offers_at(
        offers_as_of.as_of, offers_as_of.known_at, offers_as_of.upcoming, offers_as_of.max_results,
        kb_store.wanted_of(
            offers_as_of.category, offers_as_of.language, offers_as_of.source, null, offers_as_of.min_price,
            offers_as_of.max_price
        )
    ) o;
end
$$;

COMMENT ON FUNCTION kb.offers_as_of(as_of timestamp with time zone, known_at timestamp with time zone, category text[], language text, source text[], upcoming boolean, max_results integer, min_price numeric, max_price numeric) IS 'Offers that were live at as_of, by what was known at known_at; otherwise as kb.offers. For auditors.';

CREATE FUNCTION kb.search(query text, query_embedding public.vector DEFAULT NULL::public.vector, max_results integer DEFAULT 8, category text[] DEFAULT NULL::text[], language text DEFAULT NULL::text, source text[] DEFAULT NULL::text[], kind text[] DEFAULT NULL::text[], min_score real DEFAULT NULL::real, min_price numeric DEFAULT NULL::numeric, max_price numeric DEFAULT NULL::numeric) RETURNS SETOF kb_store.hit
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET standard_conforming_strings TO 'on'
    AS $$
#variable_conflict use_column
declare
    -- read once: what one call returns holds at one instant
    at constant timestamptz := clock_timestamp();
begin
    perform kb_store.check_limits(search.query, search.max_results, 100);
    return query
    select h.*
    from kb_store.hits_at(
        at, null, search.query, search.query_embedding, search.max_results,
        kb_store.wanted_of(
            search.category, search.language, search.source, search.kind, search.min_price, search.max_price
        ),
        search.min_score
    ) h;
end
$$;

COMMENT ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real, min_price numeric, max_price numeric) IS 'What is true now and answers the query, best first, each entry once: its best chunk, in the language asked for or the script of the query where it has one; kb.entry has what stands around it. Without an embedding the database makes one of the words; degraded says that neither was to be had. Prices are compared as they stand, in whatever currency; what has none passes no bound.';

CREATE FUNCTION kb.search_as_of(as_of timestamp with time zone, known_at timestamp with time zone, query text, query_embedding public.vector DEFAULT NULL::public.vector, max_results integer DEFAULT 8, category text[] DEFAULT NULL::text[], language text DEFAULT NULL::text, source text[] DEFAULT NULL::text[], kind text[] DEFAULT NULL::text[], min_score real DEFAULT NULL::real, min_price numeric DEFAULT NULL::numeric, max_price numeric DEFAULT NULL::numeric) RETURNS SETOF kb_store.hit
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET standard_conforming_strings TO 'on'
    AS $$
#variable_conflict use_column
begin
    perform kb_store.check_instants(search_as_of.as_of, search_as_of.known_at);
    perform kb_store.check_limits(search_as_of.query, search_as_of.max_results, 100);
    return query
    select h.*
    from kb_store.hits_at(
        search_as_of.as_of, search_as_of.known_at, search_as_of.query, search_as_of.query_embedding,
        search_as_of.max_results,
        kb_store.wanted_of(
            search_as_of.category, search_as_of.language, search_as_of.source, search_as_of.kind,
            search_as_of.min_price, search_as_of.max_price
        ),
        search_as_of.min_score
    ) h;
end
$$;

COMMENT ON FUNCTION kb.search_as_of(as_of timestamp with time zone, known_at timestamp with time zone, query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real, min_price numeric, max_price numeric) IS 'What was true at as_of and answers the query, by what was known at known_at; otherwise as kb.search, ranked by the rarities of words and the model of today. For auditors.';

CREATE FUNCTION kb_store.absent_entries(of_run bigint) RETURNS TABLE(entry_id bigint, key text, reason text, missed_before boolean)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with given as materialized (
        -- what some page carries, by what this run found or by what holds on
        select p.entry_id
        from kb_store.plan_entry p
        where p.run_id = of_run and p.entry_id is not null
        union
        select d.entry_id
        from kb_store.effective_readings(of_run) e
        join kb_store.draft d using (reading_id)
        left join kb_store.plan_draft n on n.run_id = of_run and n.reading_id = d.reading_id and n.ordinal = d.ordinal
        where n.key is null and d.entry_id is not null
    ),
    met as materialized (
        -- what pages in doubt were seen to carry since the doubt began
        select distinct p.page_id, d.key, d.content ->> 'kind' as kind
        from kb_store.run r
        join kb_store.page p on p.source_id = r.source_id and p.empty_since is not null
        join kb_store.run o on o.source_id = r.source_id and o.run_id < r.run_id
        join kb_store.attempt a on a.run_id = o.run_id and a.url = p.url and a.fetched_at >= p.empty_since
        join kb_store.draft d on d.reading_id = a.reading_id
        where r.run_id = of_run
    ),
    carried as materialized (
        -- by how many pages until now; how many of these are proven over, and how many had been without it for a day
        select d.entry_id, count(*) as pages,
            count(*) filter (where kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)) as gone,
            count(*) filter (where p.empty_since <= a.fetched_at - interval '24 hours' and m.page_id is null) as silent,
            -- the page that is about nothing else says so, and no other speaks for it any more
            bool_or(
                v.url in (p.url, p.final_url) and a.outcome <> 'moved'
                and kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)
            ) as own_gone,
            case when bool_or(a.outcome = 'gone') then 'gone' else 'missing' end as proof
        from kb_store.run r
        join kb_store.page p using (source_id)
        join kb_store.draft d on d.reading_id = p.reading_id
        left join kb_store.version v on v.entry_id = d.entry_id and upper_inf(v.recorded)
        left join kb_store.attempt a on a.run_id = of_run and a.url = p.url
        left join met m on m.page_id = p.page_id and m.key = d.key and m.kind = d.content ->> 'kind'
        where r.run_id = of_run
        group by d.entry_id
    )
    select e.entry_id, e.key, case when c.pages = c.gone or c.own_gone then c.proof else 'absent' end,
        -- a page that is believed to be empty since it has been so for a day was the first look that missed it
        e.absent_runs > 0 or coalesce(c.pages = c.silent, false)
    from kb_store.run r
    join kb_store.entry e using (source_id)
    join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
    left join carried c on c.entry_id = e.entry_id
    where r.run_id = of_run
        and not exists (select from given where given.entry_id = e.entry_id)
        -- what was found to be part of another is not lost
        and not exists (
            select from kb_store.plan_removal x
            where x.run_id = of_run and x.entry_id = e.entry_id and x.reason = 'joined'
        )
$$;

COMMENT ON FUNCTION kb_store.absent_entries(of_run bigint) IS 'Entries still believed that no page of the source carries once this run is published, on what proof, and whether an earlier look missed them too.';

CREATE FUNCTION kb_store.affected_drafts(of_run bigint, identity_recipe text) RETURNS TABLE(reading_id bigint, ordinal integer, page_id bigint, key text, entry_id bigint, goes boolean)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    -- drafts that a page of this run gives now and did not give before, and the reverse (goes)
    with effective as materialized (
        select e.page_id, e.reading_id from kb_store.effective_readings(of_run) e
    ),
    changed as materialized (
        select p.page_id, p.reading_id as before, e.reading_id as after
        from kb_store.run
        join kb_store.page p using (source_id)
        left join effective e using (page_id)
        where run.run_id = of_run and p.reading_id is distinct from e.reading_id
    )
    select d.reading_id, d.ordinal, c.page_id, d.key, d.entry_id, true
    from changed c
    join kb_store.draft d on d.reading_id = c.before
    union all
    select d.reading_id, d.ordinal, c.page_id, d.key, d.entry_id, false
    from changed c
    join kb_store.draft d on d.reading_id = c.after
    union all
    -- and what was never found to be of an entry by this recipe
    select d.reading_id, d.ordinal, e.page_id, d.key, d.entry_id, false
    from effective e
    join kb_store.draft d using (reading_id)
    where d.identified_by is distinct from identity_recipe
        and not exists (select from changed c where c.after = e.reading_id)
$$;

COMMENT ON FUNCTION kb_store.affected_drafts(of_run bigint, identity_recipe text) IS 'Drafts by which this run changes what the source says of some entry: those that come, those that go, those nobody identified.';

CREATE FUNCTION kb_store.analyse_anew() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    if not exists (select from kb_store.passage where analysis <> kb_store.analysis()) then
        return;
    end if;
    perform from kb_store.lexical_statistic for update;
    update kb_store.passage
    set terms = kb_store.lexemes(content), analysis = kb_store.analysis()
    where analysis <> kb_store.analysis();
    insert into kb_store.lexeme (lexeme)
    select distinct t.lexeme from kb_store.passage p cross join lateral unnest(p.terms) t
    on conflict do nothing;
    update kb_store.lexeme l
    set passages = n.passages
    from (
        select l.lexeme_id, count(t.passage_id)::int as passages
        from kb_store.lexeme l
        left join (
            select s.passage_id, t.lexeme
            from kb_store.served_passage s
            join kb_store.passage p using (passage_id)
            cross join lateral unnest(p.terms) t
        ) t using (lexeme)
        group by l.lexeme_id
    ) n
    where n.lexeme_id = l.lexeme_id and n.passages <> l.passages;
    update kb_store.served_passage s
    set length = kb_store.length_in_lexemes(p.terms)
    from kb_store.passage p
    where p.passage_id = s.passage_id;
    update kb_store.lexical_statistic
    set total_length = (select coalesce(sum(length), 0) from kb_store.served_passage);
    perform kb_store.weigh_passages(array(select passage_id from kb_store.served_passage));
end
$$;

COMMENT ON FUNCTION kb_store.analyse_anew() IS 'Makes the lexemes of every text anew that another state of kb_store.lexemes made, with all that rests on them.';

CREATE FUNCTION kb_store.analysis() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 1;

COMMENT ON FUNCTION kb_store.analysis() IS 'The state of kb_store.lexemes.';

CREATE FUNCTION kb_store.announce(of_run bigint, at timestamp with time zone, served_before bigint[], lapsed_before bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with planned as (
        select p.entry_id, v.version_id, v.valid, s.verified_at + s.ttl as lapse, s.entry_id is not null as served,
            -- over when first seen, and silent until now
            case when exists (select from kb_store.change c where c.entry_id = p.entry_id) then p.action else 'added' end
                as change,
            s.entry_id is not null and not kb_store.is_live(s.valid, s.ttl, s.verified_at, announce.at)
                and s.valid @> announce.at as lapsed
        from kb_store.plan_entry p
        join kb_store.version v on v.entry_id = p.entry_id and upper_inf(v.recorded)
        left join kb_store.served_entry s on s.entry_id = p.entry_id
        where p.run_id = of_run and p.action <> 'unchanged'
            and (s.entry_id is not null or p.entry_id = any (served_before))
    )
    insert into kb_store.change (at, change, entry_id, version_id, run_id)
    select c.at, c.change, c.entry_id, c.version_id, of_run
    from (
        -- what had lapsed, and is over by what is known of it now, has been told to be over
        select announce.at, 1 as place, p.change, p.entry_id, p.version_id
        from planned p
        where p.served or not p.entry_id = any (lapsed_before)
        union all
        -- over by what is known of it now: the end is its bound, unless it has none; or a person withdrew what it was
        -- found to be the same as
        select least(coalesce(upper(p.valid), announce.at), announce.at), 2,
            case when kb_store.withheld(p.entry_id) @> announce.at then 'withdrawn' else 'expired' end,
            p.entry_id, p.version_id
        from planned p
        where not p.served and not p.entry_id = any (lapsed_before)
        union all
        select p.lapse, 2, 'expired', p.entry_id, p.version_id
        from planned p
        where p.lapsed and not p.entry_id = any (lapsed_before)
        union all
        select announce.at, 1, 'withdrawn', x.entry_id, v.version_id
        from kb_store.plan_removal x
        join kb_store.version v on v.entry_id = x.entry_id and v.closed_by = of_run
        where x.run_id = of_run and not x.held and x.entry_id = any (served_before)
    ) c
    order by c.place, c.entry_id
    on conflict do nothing
$$;

COMMENT ON FUNCTION kb_store.announce(of_run bigint, at timestamp with time zone, served_before bigint[], lapsed_before bigint[]) IS 'Writes what a run published to the change feed.';

CREATE FUNCTION kb_store.answer_features(asked public.sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[]) RETURNS double precision[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    -- logarithms, as it is the ratio that tells. By words alone the third is how much of the best text's terms would come
    -- together by chance in one of so many texts: one rare word is in some text, three are not
    select array[1, ln(0.05 + least(coalesce(words[1].points / nullif(information, 0), 0), 1.5)),
        ln(0.05 + coalesce((asked <+> '{}/1000000000'::sparsevec) / nullif(information, 0), 0)),
        case
            when cardinality(vectors) > 0 then vectors[1].points
            else ln(0.05 + coalesce(words[1].points, 0) / ln(2.0 + s.passages))
        end]
    from kb_store.lexical_statistic s
$$;

COMMENT ON FUNCTION kb_store.answer_features(asked public.sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[]) IS 'What tells whether a base answers a query: 1, the share of its information in the best text, the share known at all, the greatest cosine; without vectors the information in the best text, in units of what chance brings together.';

CREATE FUNCTION kb_store.answer_weights(path text) RETURNS double precision[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(
        (
            select c.weights
            from kb_store.calibration c
            join kb_store.model m using (model_id)
            where m.active and c.path = answer_weights.path
        ),
        kb_store.general_weights(answer_weights.path)
    )
$$;

COMMENT ON FUNCTION kb_store.answer_weights(path text) IS 'What the features of an answer weigh in this base. path: given, made or words, by where the query''s vector comes from.';

CREATE FUNCTION kb_store.answerable_from() RETURNS real
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 0.5;

COMMENT ON FUNCTION kb_store.answerable_from() IS 'The score that the best hit needs for a bot to answer from it.';

CREATE FUNCTION kb_store.apply_ttl(of_source text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION kb_store.apply_ttl(of_source text) IS 'Gives the served entries of a source the ttl that its settings say now, and tells the change feed what that ended or brought back.';

CREATE FUNCTION kb_store.approve(of_run bigint, listed bigint) RETURNS TABLE(entry_id bigint, removed boolean)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
#variable_conflict use_column
declare
    told constant bigint := kb_store.lock_feed();
    at constant timestamptz := kb_store.begin_decision(of_run);
    of_source constant int := (select r.source_id from kb_store.run r where r.run_id = listed);
    held bigint[];
    approved bigint[];
    served_before bigint[];
begin
    select array_agg(x.entry_id) into held from kb_store.plan_removal x where x.run_id = listed and x.held;
    -- looked at again: what some page carries after all, or a later look has met without publishing it, stays
    select coalesce(array_agg(x.entry_id), '{}') into approved
    from kb_store.plan_removal x
    join kb_store.entry e using (entry_id)
    where x.run_id = listed and x.held and e.source_id = of_source
        and not exists (
            select from kb_store.draft d
            join kb_store.page p on p.reading_id = d.reading_id and p.source_id = of_source
            where d.entry_id = x.entry_id
                and not kb_store.is_proven_gone(p.last_outcome, p.last_attempt, p.missing_since)
        )
        and not exists (
            select from kb_store.run r
            join kb_store.attempt a using (run_id)
            join kb_store.draft d on d.reading_id = a.reading_id
            where r.source_id = of_source and r.run_id > listed and a.outcome in ('ok', 'not_modified')
                and (d.entry_id = x.entry_id or (d.key = e.key and (d.content ->> 'kind' = 'offer') = (e.kind = 'offer')))
        );
    select coalesce(array_agg(s.entry_id), '{}') into served_before
    from kb_store.served_entry s
    where s.entry_id = any (approved);

    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), at), closed_by = of_run, closed_reason = x.reason
    from kb_store.plan_removal x
    where x.run_id = listed and x.entry_id = any (approved) and v.entry_id = x.entry_id and upper_inf(v.recorded);
    perform kb_store.close_versions(of_run, at, approved, 'absent');
    -- pages that are proven over and waited with what they gave
    perform kb_store.forget_pages(of_run, array(
        select p.page_id
        from kb_store.page p
        where p.source_id = of_source and kb_store.is_proven_gone(p.last_outcome, p.last_attempt, p.missing_since)
            and exists (
                select from kb_store.draft d where d.reading_id = p.reading_id and d.entry_id = any (approved)
            )
    ));
    perform kb_store.serve_entries(approved, at);
    perform kb_store.tell_decision(of_run, at, approved, served_before);

    delete from kb_store.plan_removal x where x.run_id = listed;
    update kb_store.run r
    set state = case when (r.pages ->> 'failed')::int > 0 then 'partial' else 'published' end,
        verdict = r.verdict || to_jsonb(array[format('approved by run %s', of_run)])
    where r.run_id = listed and r.state = 'held';
    perform kb_store.wake_listeners(told);
    return query select n, n = any (approved) from unnest(held) n order by 1;
end
$$;

COMMENT ON FUNCTION kb_store.approve(of_run bigint, listed bigint) IS 'Publishes the removals that a run holds, as far as they still are so; which were, and which stay.';

CREATE FUNCTION kb_store.arabic_forms(word text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
declare
    -- Larkey, Ballesteros, Connell, "Light stemming for Arabic information retrieval" (2007): conjunction, article and
    -- endings come off
    stem constant text := regexp_replace(
        regexp_replace(word, '^(?:و?(?:ال|بال|كال|فال|لل)(?=..)|و(?=...))', ''),
        '^(..+?)(?:ها|ان|ات|ون|ين|يه|ه|ي)+$', '\1'
    );
    consonants constant text := translate(stem, 'اويء', '');
    forms text := stem || ':@';
begin
    -- by its consonants alone a broken plural meets its singular (زيوت and زيت, أسعار and سعر)
    if length(consonants) >= 2 then
        forms := forms || ' ـ' || consonants || ':@';
    end if;
    -- a joined preposition cannot be told from a first letter, so both readings stand. Two consonants of the second
    -- tell too little: بطارية, a battery, would meet إطار, a tyre
    if stem ~ '^[بلفك]...' then
        forms := forms || ' ' || substr(stem, 2) || ':@';
        if length(consonants) >= 4 then
            forms := forms || ' ـ' || substr(consonants, 2) || ':@';
        end if;
    end if;
    return forms;
end
$_$;

COMMENT ON FUNCTION kb_store.arabic_forms(word text) IS 'What an Arabic word is found by, its stem and its consonants, as a tsvector is written, with @ for its place.';

CREATE FUNCTION kb_store.arabic_lexemes(plain text[]) RETURNS TABLE(place bigint, terms tsvector)
    LANGUAGE sql IMMUTABLE ROWS 100 PARALLEL SAFE
    AS $$
    with word as materialized (
        select p.place, w.word, w.position
        from unnest(plain) with ordinality p(plain, place)
        cross join lateral string_to_table(regexp_replace(p.plain, '[^ء-ي ][^ء-ي]*', ' ', 'g'), ' ')
            with ordinality w(word, position)
        where p.plain ~ '[ء-ي]' and length(w.word) between 1 and 1000 -- a tsvector takes no longer ones
    ),
    -- a word is analysed once, however many texts it stands in
    formed as materialized (
        select d.word, kb_store.arabic_forms(d.word) as forms from (select distinct w.word from word w) d
    )
    select w.place, string_agg(replace(f.forms, '@', w.position::text), ' ')::tsvector
    from word w
    join formed f using (word)
    group by w.place
$$;

COMMENT ON FUNCTION kb_store.arabic_lexemes(plain text[]) IS 'What the Arabic words of plain texts are found by, for each text that has any, by its place among them.';

CREATE FUNCTION kb_store.asked_terms(query text) RETURNS TABLE(lexeme text, lexeme_id integer, rarity double precision)
    LANGUAGE sql STABLE ROWS 10
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET jit TO 'off'
    AS $$
    -- How rare a word is would tell a session limited to some sources what stands in the others: for such a one the
    -- texts that it may see are counted, once with all terms and those that hold any once with each; for the others
    -- the counts are kept.
    with session as materialized (
        select v.sources, exists (select from kb_store.source s where s.source_id <> all (coalesce(v.sources, '{}'))) as limited
        from (select kb_store.visible_sources() as sources) v
    ),
    word as materialized (
        select q.lexeme, l.lexeme_id, coalesce(l.passages, 0) as passages
        from unnest(tsvector_to_array(kb_store.lexemes(query))) q(lexeme)
        left join kb_store.lexeme l on l.lexeme = q.lexeme and l.passages > 0
    ),
    visible as materialized (
        select p.weights
        from (
            select distinct c.passage_id
            from session v
            join kb_store.served_entry e on e.source_id = any (v.sources)
            join kb_store.served_chunk c using (entry_id)
            where v.limited
        ) c
        join kb_store.served_passage p using (passage_id)
    ),
    holding as materialized (
        select v.weights
        from visible v
        where v.weights <#> (
            select ('{' || string_agg(w.lexeme_id || ':1', ',' order by w.lexeme_id) || '}/1000000000')::sparsevec from word w
        ) < 0
    ),
    counted as (
        select w.lexeme, w.lexeme_id,
            case when v.limited then (select count(*) from visible) else s.passages end as texts,
            case
                when v.limited and w.lexeme_id is not null then (
                    select count(*) from holding h where h.weights <#> ('{' || w.lexeme_id || ':1}/1000000000')::sparsevec < 0
                )
                when v.limited then 0
                else w.passages
            end as holding
        from word w
        cross join session v
        cross join kb_store.lexical_statistic s
    )
    select c.lexeme, case when c.holding > 0 then c.lexeme_id end, ln(1 + (c.texts - c.holding + 0.5) / (c.holding + 0.5))
    from counted c
$$;

COMMENT ON FUNCTION kb_store.asked_terms(query text) IS 'What a query asks for, and how rare each of it is among the texts that this session may see (the inverse document frequency of BM25); without a number: none of them holds it.';

CREATE FUNCTION kb_store.asked_vector(query text, given public.vector) RETURNS public.vector
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    given_model constant text := nullif(current_setting('kb.model', true), '');
    active kb_store.model;
begin
    select m.* into active from kb_store.model m where m.active;
    if given is null then
        return case when kb_store.covered_languages(query) is not null then kb_store.query_vector(query) end;
    end if;
    if active.model_id is null then
        raise exception 'this base has no embedding model yet: there is nothing to compare an embedding with'
            using errcode = '22023', hint = 'Search without one, or sync a source first.';
    end if;
    -- whoever embeds a query can say by which model: a switch in between is then an error, never a wrong comparison
    if given_model not in (active.name, active.identity) then
        raise exception 'the embedding is of model %, queries are compared with %', given_model, active.name
            using errcode = 'KB005', hint = 'Embed the query with that model: select * from kb.active_model()';
    end if;
    if vector_dims(given) <> active.dimensions then
        raise exception 'the embedding has % dimensions; the active model''s have %', vector_dims(given), active.dimensions
            using errcode = '22023', hint = 'select * from kb.active_model()';
    end if;
    if vector_norm(given) = 0 then
        raise exception 'the embedding is all zeros: it points nowhere' using errcode = '22023';
    end if;
    return l2_normalize(given);
end
$$;

COMMENT ON FUNCTION kb_store.asked_vector(query text, given public.vector) IS 'The unit vector a query is compared by: the one given, if it can be one of the active model''s, else one made of the query''s words where that model covers its language; null: none is to be had.';

CREATE FUNCTION kb_store.begin_decision(of_run bigint) RETURNS timestamp with time zone
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION kb_store.begin_decision(of_run bigint) IS 'The instant at which a person''s word takes effect, its run''s lease held and the clock''s changes told. For callers that hold the lock of the feed.';

CREATE FUNCTION kb_store.believed_at(known_at timestamp with time zone) RETURNS TABLE(entry_id bigint, version_id bigint, source_id integer, kind text, languages text[], category text[], price numeric, valid tstzmultirange, ttl interval, verified_at timestamp with time zone, freshness interval)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select e.entry_id, v.version_id, e.source_id, e.kind,
        v.language || array(select n.language from kb_store.version_variant n where n.version_id = v.version_id order by 1),
        v.category, v.price, v.valid - coalesce(w.periods, '{}'),
        case
            when not upper_inf(v.valid) then null
            when e.kind = 'offer' then coalesce(l.ttl, s.ttl)
            else coalesce(l.ttl_pages, s.ttl_pages)
        end,
        coalesce(n.verified_at, lower(v.recorded)), coalesce(l.freshness, s.freshness)
    from kb_store.version v
    join kb_store.entry e using (entry_id)
    join kb_store.source s using (source_id)
    left join kb_store.withheld_then(believed_at.known_at) w on w.entry_id = e.entry_id
    left join lateral (
        select l.* from kb_store.source_limit l
        where l.source_id = s.source_id and l.known_at <= believed_at.known_at
        order by l.known_at desc
        limit 1
    ) l on true
    left join lateral (
        select n.verified_at from kb_store.verification n
        where n.entry_id = e.entry_id and n.known_at between lower(v.recorded) and believed_at.known_at
        order by n.known_at desc
        limit 1
    ) n on true
    where v.recorded @> believed_at.known_at
$$;

COMMENT ON FUNCTION kb_store.believed_at(known_at timestamp with time zone) IS 'What served_entry would have held at that instant, and what had ended by then: each entry as it was believed to be.';

CREATE FUNCTION kb_store.believed_before(of_source integer, back_to bigint) RETURNS TABLE(entry_id bigint, version_id bigint, now_id bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    -- entries of which something else is believed now; null: nothing was, or is
    with believed as (
        select v.entry_id, v.version_id, v.content_hash
        from kb_store.entry e
        join kb_store.version v using (entry_id)
        where e.source_id = of_source and v.run_id < back_to and (v.closed_by is null or v.closed_by >= back_to)
    ),
    open as (
        select v.entry_id, v.version_id, v.content_hash
        from kb_store.entry e
        join kb_store.version v using (entry_id)
        where e.source_id = of_source and upper_inf(v.recorded)
    )
    select coalesce(b.entry_id, o.entry_id), b.version_id, o.version_id
    from believed b
    full join open o using (entry_id)
    where b.content_hash is distinct from o.content_hash
$$;

COMMENT ON FUNCTION kb_store.believed_before(of_source integer, back_to bigint) IS 'Entries of a source of which something else was believed before that run than is now, with both versions.';

CREATE FUNCTION kb_store.changed_pages(of_run bigint) RETURNS TABLE(url text, kind text, source text, new_bytes boolean, now jsonb, before jsonb, given bigint, live bigint, kept bigint, said bigint, known boolean, says_empty boolean, lasting boolean, moved_to text, settled boolean, expected bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with answered as materialized (
        select a.url, a.fetched_at, a.reading_id, a.body_sha256, null as moved_to
        from kb_store.attempt a
        where a.run_id = of_run and a.outcome in ('ok', 'not_modified', 'empty_extraction')
    ),
    told as (
        select n.* from answered n
        union all
        -- what a page that moved says, it says at its new address
        select a.url, a.fetched_at, n.reading_id, n.body_sha256, a.final_url
        from kb_store.attempt a
        join answered n on n.url = a.final_url
        where a.run_id = of_run and a.outcome = 'moved'
    ),
    changed as materialized (
        select a.url, a.fetched_at, a.reading_id, a.moved_to, p.reading_id as believed, s.source_id, s.kind, s.name,
            a.moved_to is not null or (a.body_sha256 is not null and a.body_sha256 is distinct from p.body_sha256)
                as new_bytes,
            t.reading_id is not null as settled,
            d.features as now, b.features as before, d.findings @> '[{"rule": "listing-empty"}]' as says_empty,
            coalesce(p.empty_since <= a.fetched_at - interval '24 hours', false) as lasting
        from kb_store.run r
        join kb_store.source s using (source_id)
        cross join told a
        join kb_store.page p on p.source_id = r.source_id and p.url = a.url
        left join kb_store.page t on t.source_id = r.source_id and t.url = a.moved_to
        join kb_store.reading d on d.reading_id = a.reading_id
        left join kb_store.reading b on b.reading_id = p.reading_id
        where r.run_id = of_run and p.reading_id is distinct from a.reading_id
            and (a.moved_to is null or p.reading_id is not null)
    ),
    given as materialized (
        select c.url, count(*) as offers
        from changed c
        join kb_store.draft o on o.reading_id = c.reading_id and o.content ->> 'kind' = 'offer'
        group by c.url
    ),
    -- offers that the page gave and that are not over by their own end
    live as materialized (
        select distinct on (c.url, s.entry_id) c.url, c.reading_id, s.entry_id, o.key, v.title
        from changed c
        join kb_store.draft o on o.reading_id = c.believed and o.content ->> 'kind' = 'offer'
        join kb_store.served_entry s on s.entry_id = o.entry_id
        join kb_store.version v on v.version_id = s.version_id
        where upper_inf(s.valid) or upper(s.valid) > c.fetched_at
    ),
    lived as materialized (
        select l.url, count(*) as offers from live l group by l.url
    ),
    kept as materialized (
        select l.url, count(*) as offers, array_agg(l.entry_id) as entries
        from live l
        where exists (
            select from kb_store.draft o
            where o.reading_id = l.reading_id and o.content ->> 'kind' = 'offer'
                -- by key, or by name where a key was lost; planning looks closer
                and (o.key = l.key or lower(o.content ->> 'title') = lower(l.title))
        )
        group by l.url
    ),
    -- the kinds of address of which new pages came, and how many of their believed pages gave offers
    history as (
        select kb_store.pages_like(p.url) as pages, count(*) as known, count(o.reading_id) as gave,
            count(o.reading_id) filter (where a.reading_id = p.reading_id) as give
        from kb_store.run r
        join kb_store.page p on p.source_id = r.source_id and p.reading_id is not null
        left join kb_store.attempt a on a.run_id = r.run_id and a.url = p.url
        left join (
            select distinct d.reading_id
            from kb_store.draft d
            join kb_store.entry e using (entry_id)
            where e.kind = 'offer'
        ) o on o.reading_id = p.reading_id
        where r.run_id = of_run and exists (select from changed c where c.believed is null)
        group by kb_store.pages_like(p.url)
    ),
    -- most of them did, and nothing of the kind gives any in this run
    silent as materialized (
        select h.pages, h.gave
        from history h
        where h.gave * 2 > h.known and h.give = 0
            and not exists (select from given g where kb_store.pages_like(g.url) = h.pages)
    ),
    -- pages that give less than half of that: is what is missing still in their text?
    text as materialized (
        select c.url, string_agg(lower(b ->> 'text'), ' ') as told
        from changed c
        join lived l using (url)
        left join given g using (url)
        join kb_store.draft o on o.reading_id = c.reading_id
        cross join lateral jsonb_array_elements(o.content -> 'blocks') b
        where coalesce(g.offers, 0) * 2 < l.offers
        group by c.url
    ),
    said as (
        select l.url, count(*) as offers
        from live l
        join text t using (url)
        left join kept k using (url)
        where l.entry_id <> all (coalesce(k.entries, '{}')) and position(lower(l.title) in t.told) > 0
        group by l.url
    )
    select c.url, c.kind, c.name, c.new_bytes, c.now, c.before, coalesce(g.offers, 0),
        coalesce(l.offers, 0), coalesce(k.offers, 0), coalesce(s.offers, 0),
        c.believed is not null, c.says_empty, c.lasting, c.moved_to, c.settled,
        case when c.believed is null then coalesce(h.gave, 0) else 0 end
    from changed c
    left join given g using (url)
    left join lived l using (url)
    left join kept k using (url)
    left join said s using (url)
    left join silent h on h.pages = kb_store.pages_like(c.url)
    order by c.url
$$;

COMMENT ON FUNCTION kb_store.changed_pages(of_run bigint) IS 'Pages that this run found to say, where they are or where they moved, something else than is believed of them, with what decides whether it may be: features and yields.';

CREATE FUNCTION kb_store.check_instants(as_of timestamp with time zone, known_at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if as_of is null or known_at is null then
        raise exception 'as_of and known_at must both be given' using errcode = '22004';
    end if;
end
$$;

COMMENT ON FUNCTION kb_store.check_instants(as_of timestamp with time zone, known_at timestamp with time zone) IS 'Raises 22004 when one of the instants of a question about the past is null.';

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

CREATE FUNCTION kb_store.clear_doubts(of_run bigint, back_to bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- which of the runs missed it is not kept: what was missed is to be missed anew
    update kb_store.entry e
    set absent_runs = 0, absent_since = null
    from kb_store.run r
    where r.run_id = of_run and e.source_id = r.source_id and e.absent_runs > 0;

    update kb_store.page p
    set missing_since = case when p.missing_since <> all (f.looks) then p.missing_since end,
        empty_since = case when p.empty_since <> all (f.looks) then p.empty_since end
    from kb_store.run r
    cross join lateral (
        select a.url, array_agg(a.fetched_at) as looks
        from kb_store.run o
        join kb_store.attempt a using (run_id)
        where o.source_id = r.source_id and o.run_id >= back_to and o.run_id < of_run
        group by a.url
    ) f
    where r.run_id = of_run and p.source_id = r.source_id and p.url = f.url
        and (p.missing_since = any (f.looks) or p.empty_since = any (f.looks));
$$;

COMMENT ON FUNCTION kb_store.clear_doubts(of_run bigint, back_to bigint) IS 'Runs that are undone are no witnesses: doubts of entries and pages that began with them are over.';

CREATE FUNCTION kb_store.close_versions(of_run bigint, at timestamp with time zone, which bigint[], reason text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), close_versions.at), closed_by = of_run, closed_reason = reason
    where v.entry_id = any (which) and upper_inf(v.recorded);

    update kb_store.entry e
    set absent_runs = 0, absent_since = null
    where e.entry_id = any (which) and e.absent_runs > 0;
$$;

COMMENT ON FUNCTION kb_store.close_versions(of_run bigint, at timestamp with time zone, which bigint[], reason text) IS 'Ends what is believed of some entries; they are no suspects any more.';

CREATE FUNCTION kb_store.code_lexemes(plain text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    -- what is joined by hyphens or slashes is also one word (5W-30 and 5W30, wi-fi and wifi); what mixes letters and
    -- digits also stands for its parts (205/55R16 and 205/55 R16, 10000km and 10000 km); a decimal is one number
    select coalesce(array_to_tsvector(array_agg(distinct f.form)), '')
    from (
        select translate(m[1], '-/', '') as form
        from regexp_matches(plain, '[a-z0-9]+(?:[-/][a-z0-9]+)+', 'g') m
        union all
        select part[1]
        from regexp_matches(plain, '[a-z0-9]*(?:[a-z][0-9]|[0-9][a-z])[a-z0-9]*', 'g') m
        cross join lateral regexp_matches(m[1], '[a-z]{2,}|[0-9]{2,}', 'g') part
        union all
        select m[1]
        from regexp_matches(plain, '[0-9]+(?:\.[0-9]+)+', 'g') m
    ) f
    where length(f.form) <= 40 -- longer ones are no codes: paths of addresses, keys
$$;

COMMENT ON FUNCTION kb_store.code_lexemes(plain text) IS 'What codes, compounds and decimals of a plain text are found by, beside their pieces.';

CREATE FUNCTION kb_store.compare_plan(of_run bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    update kb_store.plan_entry p
    set action = case
        when v.version_id is null and exists (select from kb_store.version h where h.entry_id = p.entry_id) then 'restored'
        when v.version_id is null then 'added'
        when v.content_hash = p.content_hash then 'unchanged'
        when n.until > o.until then 'extended'
        when n.until < o.until then 'shortened'
        else 'changed'
    end
    from kb_store.plan_entry q
    left join kb_store.version v on v.entry_id = q.entry_id and upper_inf(v.recorded)
    -- what holds at no time has ended before all else
    cross join lateral (
        select case when isempty(v.valid) then '-infinity' else coalesce(upper(v.valid), 'infinity') end as until
    ) o
    cross join lateral (
        select case when isempty(q.valid) then '-infinity' else coalesce(upper(q.valid), 'infinity') end as until
    ) n
    where p.run_id = of_run and q.run_id = p.run_id and q.key = p.key;
$$;

COMMENT ON FUNCTION kb_store.compare_plan(of_run bigint) IS 'Finds for each planned entry what publishing does to it.';

CREATE FUNCTION kb_store.compared_vectors(direction public.vector, most integer) RETURNS kb_store.leg[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
begin
    return array(
        select (n.passage_id, 1 - n.distance)::kb_store.leg
        from (
            -- sub-selects are evaluated once, a variable for each text
            select v.passage_id, v.vector <=> (select direction::halfvec) as distance
            from kb_store.served_vector v
            where v.model_id = (select m.model_id from kb_store.model m where m.active)
            order by 2
            limit most
        ) n
        order by n.distance
    );
end
$$;

COMMENT ON FUNCTION kb_store.compared_vectors(direction public.vector, most integer) IS 'The texts in service that are nearest to a query by its vector, live and wanted or not: each is compared.';

CREATE FUNCTION kb_store.confidence(asked public.sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[], made boolean) RETURNS real
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select kb_store.likelihood(
        kb_store.answer_features(asked, information, words, vectors),
        kb_store.answer_weights(
            case when coalesce(cardinality(vectors), 0) = 0 then 'words' when made then 'made' else 'given' end
        )
    )
$$;

COMMENT ON FUNCTION kb_store.confidence(asked public.sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[], made boolean) IS 'How surely a query is answered, 0..1, by the best hundred of either leg; made: its vector was made in the base.';

CREATE FUNCTION kb_store.counted_lexemes(which bigint[]) RETURNS TABLE(passage_id bigint, times integer, lexemes integer[])
    LANGUAGE sql STABLE
    AS $$
    select p.passage_id, n.times, array_agg(l.lexeme_id)
    from kb_store.passage p
    cross join lateral unnest(p.terms) t
    cross join lateral (select coalesce(cardinality(t.positions), 1) as times) n
    join kb_store.lexeme l using (lexeme)
    where p.passage_id = any (which)
    group by p.passage_id, n.times
$$;

COMMENT ON FUNCTION kb_store.counted_lexemes(which bigint[]) IS 'The lexemes of texts by number, together those that stand in a text equally often.';

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

CREATE FUNCTION kb_store.covered_passages(of_model integer) RETURNS TABLE(passage_id bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select s.passage_id
    from kb_store.served_passage s
    where exists (
        select from kb_store.served_chunk c
        join kb_store.model m on m.languages = '{}' or c.language = any (m.languages || array['und'])
        where c.passage_id = s.passage_id and m.model_id = of_model
    )
$$;

COMMENT ON FUNCTION kb_store.covered_passages(of_model integer) IS 'Texts in service in a language that the model covers.';

CREATE FUNCTION kb_store.drifted_passages() RETURNS bigint[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- a share of them at a time, so that no publication of a large base computes all weights anew: by a tenth more or
    -- less hardly any ranking differs
    select coalesce(array_agg(d.passage_id), '{}')
    from (
        select s.passage_id
        from (
            select total_length::real / greatest(passages, 1) as average from kb_store.lexical_statistic
        ) a
        join kb_store.served_passage s on s.pivot < greatest(a.average, 1) / 1.1 or s.pivot > greatest(a.average, 1) * 1.1
        limit 2000
    ) d
$$;

COMMENT ON FUNCTION kb_store.drifted_passages() IS 'Served texts whose weights rest on an average length that is no longer so; two thousand of them at most.';

CREATE FUNCTION kb_store.drop_plan(of_run bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    delete from kb_store.plan_entry where run_id = of_run;
    delete from kb_store.plan_removal where run_id = of_run;
$$;

COMMENT ON FUNCTION kb_store.drop_plan(of_run bigint) IS 'Forgets what a run meant to do and did not: its next look plans anew.';

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
    select kb_store.drop_plan(of_run) where final_state in ('planned', 'failed', 'cancelled');
    update kb_store.run set state = final_state, finished_at = clock_timestamp() where run_id = of_run;
    update kb_store.source set lease_run = null, lease_until = null where lease_run = of_run;
$$;

COMMENT ON FUNCTION kb_store.end_run(of_run bigint, final_state text) IS 'Ends a run and gives its lease back.';

CREATE FUNCTION kb_store.enter_passages(which bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
begin
    -- one statement: taking the texts' lexemes apart is most of the work, and is done once
    with counted as materialized (
        select * from kb_store.counted_lexemes(which)
    ),
    known as (
        update kb_store.lexeme l
        set passages = l.passages + n.passages
        from (
            select e.lexeme_id, count(*)::int as passages
            from counted c
            cross join lateral unnest(c.lexemes) e(lexeme_id)
            group by e.lexeme_id
        ) n
        where l.lexeme_id = n.lexeme_id
    ),
    text as (
        select t.passage_id, coalesce(sum(c.times * cardinality(c.lexemes)), 0) as length
        from unnest(which) t(passage_id)
        left join counted c using (passage_id)
        group by t.passage_id
    ),
    average as (
        update kb_store.lexical_statistic s
        set passages = s.passages + n.passages, total_length = s.total_length + n.length
        from (select count(*) as passages, coalesce(sum(t.length), 0) as length from text t) n
        returning greatest(s.total_length::real / greatest(s.passages, 1), 1)::real as pivot
    )
    insert into kb_store.served_passage (passage_id, length, pivot, weights)
    select t.passage_id, t.length, a.pivot,
        ('{' || string_agg(kb_store.written_weights(c.lexemes, c.times, t.length, a.pivot), ',') || '}/1000000000')::sparsevec
    from text t
    cross join average a
    left join counted c using (passage_id)
    group by t.passage_id, t.length, a.pivot;
end
$$;

COMMENT ON FUNCTION kb_store.enter_passages(which bigint[]) IS 'Brings texts into service that are not: with them the statistics of BM25, and by these the weights of their terms.';

CREATE FUNCTION kb_store.exact_legs(at timestamp with time zone, asked public.sparsevec, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[]) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET jit TO 'off'
    AS $$
begin
    with live as materialized (
        select c.passage_id, bool_or(covered = '{}' or c.language = any (covered || array['und'])) as votes
        from kb_store.served_entry e
        join kb_store.served_chunk c using (entry_id)
        where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
            and (c.valid is null or c.valid @> at)
            and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
            and ((wanted).language is null or c.language = (wanted).language)
        group by c.passage_id
    )
    select
        array(
            select (w.passage_id, w.points)::kb_store.leg
            from (
                select p.passage_id, -(p.weights <#> asked) as points
                from live
                join kb_store.served_passage p using (passage_id)
                where asked is not null
                offset 0 -- computed once a text, not once more to compare and once more to sort
            ) w
            where w.points > 0
            order by w.points desc
            limit 100
        ),
        array(
            select (n.passage_id, n.points)::kb_store.leg
            from (
                select v.passage_id, 1 - (v.vector <=> direction::halfvec) as points
                from live
                join kb_store.served_vector v using (passage_id)
                where live.votes and direction is not null
                    and v.model_id = (select m.model_id from kb_store.model m where m.active)
                offset 0
            ) n
            order by n.points desc
            limit 100
        )
    into words, vectors;
end
$$;

COMMENT ON FUNCTION kb_store.exact_legs(at timestamp with time zone, asked public.sparsevec, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[]) IS 'The hundred texts nearest to a query by its words and by its vector, each text that is live and wanted compared.';

CREATE FUNCTION kb_store.expire() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    told constant bigint := kb_store.lock_feed();
    -- after the lock, not before: waiting for it takes time
    ended constant bigint := kb_store.sweep(clock_timestamp());
begin
    perform kb_store.wake_listeners(told);
    perform kb_store.thin_verifications(clock_timestamp());
    perform kb_store.forget_demand(clock_timestamp());
    return ended;
end
$$;

COMMENT ON FUNCTION kb_store.expire() IS 'Housekeeping: takes what has ended out of the index and tells the change feed what the clock changed. No answer waits for it.';

CREATE FUNCTION kb_store.explain_entry(at timestamp with time zone, which bigint) RETURNS TABLE(step integer, rule text, passed boolean, detail text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION kb_store.explain_entry(at timestamp with time zone, which bigint) IS 'Each check that an entry passes or not before it is served, in order, with what it saw; nothing quotable of the entry.';

CREATE FUNCTION kb_store.explain_query(at timestamp with time zone, which bigint, query text, direction public.vector, made boolean) RETURNS TABLE(step integer, rule text, passed boolean, detail text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    with seen as materialized (
        select * from kb_store.explain_state(at, which)
    ),
    passage as materialized (
        select p.passage_sha256, p.terms
        from seen s
        join kb_store.chunk c using (version_id)
        join kb_store.passage p using (passage_id)
        where c.valid is null or c.valid @> at
    ),
    term as (
        select q.lexeme, exists (select from passage p where q.lexeme = any (tsvector_to_array(p.terms))) as stands,
            round(q.rarity::numeric, 2) as rarity
        from kb_store.asked_terms(query) q
    ),
    matched as (
        select coalesce(bool_or(stands), false) as any_stands,
            string_agg(format('%s %s', lexeme, rarity), ', ' order by rarity desc, lexeme) filter (where stands) as standing,
            string_agg(lexeme, ', ' order by lexeme) filter (where not stands) as lacking
        from term
    ),
    meaning as (
        select max(m.name) as model, max(1 - (e.vector <=> direction::halfvec)) as cosine,
            kb_store.covered_languages(query) as covered
        from kb_store.model m
        left join passage p on direction is not null
        left join kb_store.embedding e on e.model_id = m.model_id and e.passage_sha256 = p.passage_sha256
        where m.active
    ),
    hit as (
        select h.*, row_number() over (order by h.score desc, h.chunk_id) as place, count(*) over () as hits,
            max(h.score) over () as best
        from kb_store.search_live(
            at, query, direction, 100, kb_store.wanted_of(null, null, null, null, null, null), made => made
        ) h
    ),
    own as (
        select h.* from hit h join kb_store.chunk c using (chunk_id) join seen s using (version_id)
    )
    select c.step, c.rule, c.passed, c.detail
    from seen s
    cross join matched m
    cross join meaning n
    left join own o on true
    cross join lateral (
        values
        (10, 'terms', m.any_stands, concat_ws('; ', 'in its text, by rarity: ' || m.standing, 'not in its text: ' || m.lacking,
            case when m.standing is null and m.lacking is null then 'the query has no word that counts' end)),
        (11, 'vector', coalesce(o.vector_score, n.cosine) is not null and n.covered is not null, case
            when direction is null then 'no vector of the query was to be had: words alone decide'
            when n.covered is null then format('%s was not made for the language of the query: words alone decide', n.model)
            else format('cosine %s with its nearest text, by %s', coalesce(round(n.cosine::numeric, 3)::text, 'unknown'), n.model)
                || case when made then ', the query''s made of its words' else '' end
                || case when n.covered <> '{}' and not s.languages && (n.covered || array['und'])
                    then ', which has no vote on texts of this language' else '' end
        end),
        (12, 'rank', coalesce(o.place <= 8, false), case
            when not s.serves then 'not served, so no hit'
            when o.place is null then 'not among the hits: nothing of the query is in it, or a hundred others are nearer'
            else format('hit %s of %s; eight are returned unless more are asked for', o.place, o.hits)
        end),
        (13, 'threshold', coalesce(o.best >= kb_store.answerable_from(), false), case
            when o.place is null then 'no hit, no score'
            else format('score %s, by words %s, by vector %s; the best hit has %s, and answers from %s on',
                round(o.score::numeric, 3), round(o.text_score::numeric, 3),
                coalesce(round(o.vector_score::numeric, 3)::text, 'none'), round(o.best::numeric, 3),
                kb_store.answerable_from())
        end),
        (14, 'filters', true, format('kept by kind %s, source %s, language %s%s; any other leaves it out',
            s.kind, s.source, array_to_string(s.languages, ' or '),
            coalesce(', category ' || nullif(array_to_string(s.category, ' or '), ''), ', no category')))
    ) c(step, rule, passed, detail)
    order by 1
$$;

COMMENT ON FUNCTION kb_store.explain_query(at timestamp with time zone, which bigint, query text, direction public.vector, made boolean) IS 'How far an entry answers a query: the terms it holds, its vector, its place among the hits and whether they answer.';

CREATE FUNCTION kb_store.explain_state(at timestamp with time zone, which bigint) RETURNS TABLE(entry_id bigint, kind text, source text, zone text, freshness interval, absent_runs integer, absent_since timestamp with time zone, version_id bigint, recorded tstzrange, run_id bigint, closed_by bigint, closed_reason text, valid tstzmultirange, validity text, url text, languages text[], category text[], quotes text, ttl interval, verified_at timestamp with time zone, occasion tstzrange, serves boolean)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select e.entry_id, e.kind, s.name, s.zone, s.freshness, e.absent_runs, e.absent_since,
        v.version_id, v.recorded, v.run_id, v.closed_by, v.closed_reason, v.valid,
        v.validity, v.url, v.language || array(
            select n.language from kb_store.version_variant n where n.version_id = v.version_id order by 1
        ), v.category, q.quotes, t.ttl, t.verified_at,
        -- the range that holds or comes next, else the last
        coalesce(
            kb_store.range_at(v.valid, explain_state.at),
            (select r from unnest(v.valid) r order by lower(r) desc nulls last limit 1)
        ),
        coalesce(kb_store.is_live(l.valid, l.ttl, l.verified_at, explain_state.at), false)
    from kb_store.entry e
    join kb_store.source s using (source_id)
    join lateral (
        select * from kb_store.version n where n.entry_id = e.entry_id order by n.version_id desc limit 1
    ) v on true
    left join kb_store.served_entry l on l.version_id = v.version_id
    cross join lateral (
        select coalesce(l.verified_at, max(p.last_verified), lower(v.recorded)) as verified_at,
            coalesce(l.ttl, case
                when not upper_inf(v.valid) then null
                when e.kind = 'offer' then s.ttl
                else s.ttl_pages
            end) as ttl
        from kb_store.draft d
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = e.source_id
        where d.entry_id = e.entry_id
    ) t
    cross join lateral (
        -- the words a date was read from, and no others: an offer that is over must not be quoted by its explanation
        select string_agg(format('«%s» (%s)', left(x ->> 'text', 120), x ->> 'rule'), '; ' order by n) as quotes
        from jsonb_array_elements(v.evidence) with ordinality j(x, n)
        where x ->> 'field' = 'window'
    ) q
    where e.entry_id = which and e.source_id = any (kb_store.visible_sources())
$$;

COMMENT ON FUNCTION kb_store.explain_state(at timestamp with time zone, which bigint) IS 'What the checks of an entry look at, at that instant; no row when there is none or this session may not see it.';

CREATE FUNCTION kb_store.fallen_yields(at timestamp with time zone) RETURNS TABLE(source_id integer, url text, given bigint, missing bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    -- offers that one of the last readings of a page gave, that are not over by their own end, and that no page gives
    -- now; what was withdrawn for that counts for a week
    with believed as materialized (
        select distinct on (e.entry_id) e.source_id, e.entry_id, v.valid, v.recorded, v.closed_reason
        from kb_store.entry e
        join kb_store.version v using (entry_id)
        where e.kind = 'offer'
        order by e.entry_id, v.version_id desc
    ),
    missed as materialized (
        select b.source_id, b.entry_id
        from believed b
        where not isempty(b.valid) and (upper_inf(b.valid) or upper(b.valid) > at)
            and (upper_inf(b.recorded) or (b.closed_reason = 'absent' and upper(b.recorded) > at - interval '168 hours'))
            and not exists (
                select from kb_store.draft d
                join kb_store.page p on p.reading_id = d.reading_id
                where d.entry_id = b.entry_id and p.source_id = b.source_id
            )
    ),
    lately as (
        select r.page_id, r.reading_id, row_number() over (partition by r.page_id order by r.reading_id desc) as age
        from kb_store.reading r
        where r.outcome = 'ok' and exists (select from missed)
    ),
    loss as (
        select p.page_id, count(distinct m.entry_id) as missing
        from lately l
        join kb_store.page p on p.page_id = l.page_id and p.reading_id <> l.reading_id
        join kb_store.draft d on d.reading_id = l.reading_id
        join missed m on m.entry_id = d.entry_id and m.source_id = p.source_id
        where l.age <= 5
        group by p.page_id
    )
    select p.source_id, p.url, n.given, l.missing
    from loss l
    join kb_store.page p using (page_id)
    left join lateral (
        select count(*) as given
        from kb_store.draft d
        where d.reading_id = p.reading_id and d.content ->> 'kind' = 'offer'
    ) n on true
    where l.missing >= 2 and l.missing > n.given
$$;

COMMENT ON FUNCTION kb_store.fallen_yields(at timestamp with time zone) IS 'Pages that lately gave offers of which more are missing now than are left.';

CREATE FUNCTION kb_store.findings(at timestamp with time zone) RETURNS TABLE(source text, rule text, url text, entry_id bigint, message text, quote text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
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

COMMENT ON FUNCTION kb_store.findings(at timestamp with time zone) IS 'What a person should look at now: conflicts, doubtful dates, offers without end or category, pages that give less.';

CREATE FUNCTION kb_store.forget(before timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
declare
    -- runs below this one had all ended by then
    kept constant bigint := coalesce(
        (select min(r.run_id) from kb_store.run r where r.finished_at is null or r.finished_at >= before),
        (select max(r.run_id) + 1 from kb_store.run r)
    );
    versions bigint[];
    texts bigint[];
begin
    perform from kb_store.run r where r.run_id < kept and not r.forgotten limit 1;
    if not found then
        return 0;
    end if;
    delete from kb_store.page_before b where b.run_id < kept;
    delete from kb_store.draft_before b where b.run_id < kept;
    perform kb_store.forget_captures(kept);

    select coalesce(array_agg(v.version_id), '{}') into versions from kb_store.version v where v.closed_by < kept;
    delete from kb_store.change c where c.version_id = any (versions);
    delete from kb_store.version_variant n where n.version_id = any (versions);
    with cut as (
        delete from kb_store.chunk c where c.version_id = any (versions) returning c.passage_id
    )
    select coalesce(array_agg(distinct cut.passage_id), '{}') into texts from cut;
    perform kb_store.forget_texts(texts);
    delete from kb_store.version v where v.version_id = any (versions);
    perform kb_store.forget_looks(before);

    update kb_store.run r set forgotten = true where r.run_id < kept and not r.forgotten;
    return cardinality(versions);
end
$$;

COMMENT ON FUNCTION kb_store.forget(before timestamp with time zone) IS 'Deletes the versions that were closed before that instant, and what was kept to undo the runs that had ended by then; how many versions. What is believed stays, however old.';

CREATE FUNCTION kb_store.forget_captures(kept bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    delete from kb_store.attempt a where a.run_id < kept;

    delete from kb_store.reading d
    where d.run_id < kept
        and not exists (select from kb_store.page p where p.reading_id = d.reading_id)
        and not exists (select from kb_store.attempt a where a.reading_id = d.reading_id)
        and not exists (select from kb_store.page_before b where (b.state ->> 'reading_id')::bigint = d.reading_id)
        and not exists (select from kb_store.draft_before b where b.reading_id = d.reading_id);

    delete from kb_store.body o
    where not exists (select from kb_store.page p where p.body_sha256 = o.body_sha256)
        and not exists (select from kb_store.attempt a where a.body_sha256 = o.body_sha256)
        and not exists (select from kb_store.reading d where d.body_sha256 = o.body_sha256)
        and not exists (select from kb_store.page_before b where (b.state ->> 'body_sha256')::bytea = o.body_sha256);
$$;

COMMENT ON FUNCTION kb_store.forget_captures(kept bigint) IS 'Deletes what earlier runs than that fetched and read, unless a page, a later run or the undoing of one still needs it.';

CREATE FUNCTION kb_store.forget_demand(at timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    delete from kb_store.demand d
    where d.day < (forget_demand.at at time zone 'UTC')::date - case when d.question is null then 30 else 365 end
$$;

COMMENT ON FUNCTION kb_store.forget_demand(at timestamp with time zone) IS 'Forgets unanswered questions after a year, and after a month those asked too seldom to be kept in words.';

CREATE FUNCTION kb_store.forget_looks(before timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    -- the last look until then is what was known from then on
    delete from kb_store.verification v
    using (
        select n.entry_id, max(n.known_at) as known_at
        from kb_store.verification n
        where n.known_at <= before
        group by n.entry_id
    ) last
    where v.entry_id = last.entry_id and v.known_at <= last.known_at
        and (
            v.known_at < last.known_at
            or not exists (select from kb_store.version x where x.entry_id = v.entry_id)
        );
$$;

COMMENT ON FUNCTION kb_store.forget_looks(before timestamp with time zone) IS 'Deletes the looks at entries that say nothing any more of what was known from that instant on.';

CREATE FUNCTION kb_store.forget_pages(of_run bigint, which bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    insert into kb_store.page_before (run_id, page_id, state)
    select of_run, p.page_id, to_jsonb(p)
    from kb_store.page p
    where p.page_id = any (which)
    on conflict do nothing;

    update kb_store.page
    set etag = null, last_modified = null, body_sha256 = null, observed_at = null, links = null, reading_id = null
    where page_id = any (which);
$$;

COMMENT ON FUNCTION kb_store.forget_pages(of_run bigint, which bigint[]) IS 'Keeps nothing of some pages for the next look, so that they are fetched and read whole if they come back; a rollback can.';

CREATE FUNCTION kb_store.forget_texts(which bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with idle as (
        delete from kb_store.passage p
        where p.passage_id = any (which)
            and not exists (select from kb_store.chunk c where c.passage_id = p.passage_id)
            and not exists (select from kb_store.served_passage s where s.passage_id = p.passage_id)
            -- nor does a run at work mean to publish it
            and not exists (select from kb_store.plan_chunk c where c.passage_sha256 = p.passage_sha256)
        returning p.passage_sha256
    )
    delete from kb_store.embedding e using idle where e.passage_sha256 = idle.passage_sha256;
$$;

COMMENT ON FUNCTION kb_store.forget_texts(which bigint[]) IS 'Deletes those of some texts, and their vectors, that nothing holds any more.';

CREATE FUNCTION kb_store.fuse(words kb_store.leg[], vectors kb_store.leg[], vote real) RETURNS TABLE(passage_id bigint, fused double precision, points real, cosine real)
    LANGUAGE sql IMMUTABLE ROWS 200
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- each leg's best hundred stretched to 0..1; a leg of words that is not full reaches down to zero
    with word as (
        select w.passage_id, w.points, max(w.points) over () as high,
            case when count(*) over () < 100 then 0 else min(w.points) over () end as low
        from unnest(words) w
    ),
    vector as (
        select v.passage_id, v.points, max(v.points) over () as high, min(v.points) over () as low
        from unnest(vectors) v
    )
    select coalesce(w.passage_id, v.passage_id),
        coalesce((w.points - w.low) / nullif(w.high - w.low, 0), (w.points is not null)::int) * (1 - vote)
            + coalesce((v.points - v.low) / nullif(v.high - v.low, 0), (v.points is not null)::int) * vote,
        coalesce(w.points, 0), v.points
    from word w
    full join vector v using (passage_id)
$$;

COMMENT ON FUNCTION kb_store.fuse(words kb_store.leg[], vectors kb_store.leg[], vote real) IS 'What either leg found, in one order: the sum of their points, scaled per query; `vote` is the vectors'' weight.';

CREATE FUNCTION kb_store.general_weights(path text) RETURNS double precision[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN CASE WHEN (path = 'words'::text) THEN ARRAY[1.5, 4.2, '-0.6'::numeric, 2.1] ELSE ARRAY['-0.5'::numeric, 4.2, '-0.6'::numeric, 9.0] END;

COMMENT ON FUNCTION kb_store.general_weights(path text) IS 'What the features of an answer weigh in a base that was not calibrated, or is too small to be.';

CREATE FUNCTION kb_store.grant_sources(login text, sources text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    unknown text;
begin
    if not exists (select from pg_roles r where r.rolname = login) then
        raise exception 'there is no login %', login using errcode = '22023', hint = 'Make it first: create role … login';
    end if;
    select string_agg(n, ', ') into unknown
    from unnest(sources) n
    where not exists (select from kb_store.source s where s.name = n);
    if unknown is not null then
        raise exception 'there is no source %', unknown using errcode = '22023',
            hint = 'A source is known once it was synced: select source from kb.freshness()';
    end if;
    delete from kb_store.source_grant g where g.grantee = login;
    insert into kb_store.source_grant (grantee, source_id)
    select login, null where sources is not null
    union
    select login, s.source_id from kb_store.source s where s.name = any (sources);
end
$$;

COMMENT ON FUNCTION kb_store.grant_sources(login text, sources text[]) IS 'Limits a login to those sources and no others, from its next call on; none: it sees nothing; null: it sees all. Raises 22023.';

CREATE FUNCTION kb_store.hits_at(at timestamp with time zone, known_at timestamp with time zone, query text, query_embedding public.vector, max_results integer, wanted kb_store.wanted, min_score real) RETURNS SETOF kb_store.hit
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
    direction constant vector := kb_store.asked_vector(hits_at.query, hits_at.query_embedding);
    degraded constant boolean := direction is null and kb_store.covered_languages(hits_at.query) is not null;
begin
    return query
    select e.entry_id, c.chunk_id, e.kind, s.name, coalesce(n.url, v.url), coalesce(n.title, v.title), c.heading, c.body,
        coalesce(c.language, v.language), v.category, v.price, v.currency, lower(w.range), upper(w.range),
        case when c.valid is null then v.validity else 'stated' end, e.verified_at,
        e.verified_at + coalesce(e.freshness, s.freshness) <= hits_at.at,
        h.score, h.vector_score, h.text_score,
        max(h.score) over () >= kb_store.answerable_from(),
        degraded
    from kb_store.search_live(
        hits_at.at, hits_at.query, direction, hits_at.max_results, hits_at.wanted, hits_at.known_at,
        made => hits_at.query_embedding is null
    ) h
    join kb_store.chunk c using (chunk_id)
    join kb_store.version v using (version_id)
    -- looked up one by one: a join would go through all that there is
    cross join lateral (
        select k.* from kb_store.known_entries(hits_at.known_at) k where k.entry_id = v.entry_id offset 0
    ) e
    left join kb_store.version_variant n on n.version_id = v.version_id and n.language = c.language
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(coalesce(e.valid * c.valid, e.valid), hits_at.at) as range) w
    where hits_at.min_score is null or h.score >= hits_at.min_score
    order by h.score desc, c.chunk_id;
end
$$;

COMMENT ON FUNCTION kb_store.hits_at(at timestamp with time zone, known_at timestamp with time zone, query text, query_embedding public.vector, max_results integer, wanted kb_store.wanted, min_score real) IS 'What answers a query at that instant among what is served or, where `known_at` is given, was believed then.';

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

CREATE TABLE kb_store.served_chunk (
    chunk_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    passage_id bigint NOT NULL,
    valid tstzmultirange,
    language text NOT NULL,
    ordinal integer NOT NULL
);

COMMENT ON TABLE kb_store.served_chunk IS 'Chunks of served entries.';

COMMENT ON COLUMN kb_store.served_chunk.chunk_id IS 'The chunk.';

COMMENT ON COLUMN kb_store.served_chunk.entry_id IS 'Its entry.';

COMMENT ON COLUMN kb_store.served_chunk.passage_id IS 'The text by which it is found.';

COMMENT ON COLUMN kb_store.served_chunk.valid IS 'A window of its own, within its entry''s.';

COMMENT ON COLUMN kb_store.served_chunk.language IS 'The language it speaks for.';

COMMENT ON COLUMN kb_store.served_chunk.ordinal IS 'Its place in the version, from 0.';

CREATE FUNCTION kb_store.in_context(words kb_store.leg[], chunks kb_store.served_chunk[], asked public.sparsevec, at timestamp with time zone) RETURNS kb_store.leg[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
begin
    -- A text cut into chunks says one thing in one and the next in another, and a question asks for both: half of a
    -- chunk's points are those of its entry around it, two chunks on either side, weighed as one text. For the best
    -- hundred only. (SciFact's training questions, words alone: nDCG@10 0.687 without, 0.700 with; fused 0.733 and 0.741.)
    return array(
        with term as materialized (
            select t.number, ('{' || split_part(t.part, ':', 1) || ':1}/1000000000')::sparsevec as alone,
                split_part(t.part, ':', 2)::real as idf
            from unnest(string_to_array(substr(split_part(asked::text, '}', 1), 2), ',')) with ordinality t(part, number)
            order by 3 desc
            limit 64 -- of a long text those that tell most: what a call costs has a bound
        ),
        place as materialized (
            -- what stands in many places mostly has the same neighbours
            select distinct on (c.passage_id) c.passage_id, c.entry_id, c.ordinal, c.language
            from unnest(chunks) c
            order by c.passage_id, c.chunk_id
        ),
        near as materialized (
            select p.passage_id, t.weights, t.length, 1.2 * (0.25 + 0.75 * t.length / t.pivot) as saturation, t.holds
            from place p
            cross join lateral (
                select n.weights, n.length, n.pivot, n.weights <#> asked < 0 as holds
                from kb_store.served_chunk s
                join kb_store.served_passage n using (passage_id)
                where s.entry_id = p.entry_id and s.ordinal between p.ordinal - 2 and p.ordinal + 2
                    and s.language = p.language and (s.valid is null or s.valid @> at) and n.weights is not null
                offset 0
            ) t
        ),
        counted as (
            -- how often a term stands in each, by its weight there
            select n.passage_id, t.idf, sum(w.weight * n.saturation / (2.2 - w.weight)) as times
            from (select h.* from near h where h.holds offset 0) n -- many hold none of the terms
            cross join term t
            cross join lateral (select -(n.weights <#> t.alone) as weight offset 0) w
            where w.weight > 0
            group by n.passage_id, t.number, t.idf
        ),
        around as (
            select c.passage_id, sum(c.idf * c.times * 2.2 / (c.times + 1.2 * (0.25 + 0.75 * z.length / z.usual))) as points
            from counted c
            join (
                select n.passage_id, sum(n.length) as length,
                    1.5 * (select greatest(s.total_length::real / greatest(s.passages, 1), 1) from kb_store.lexical_statistic s) as usual
                from near n
                group by n.passage_id
            ) z using (passage_id)
            group by c.passage_id
        )
        select (f.passage_id, (f.points + coalesce(a.points, f.points)) / 2)::kb_store.leg
        from unnest(words) f
        left join around a using (passage_id)
        order by (f.points + coalesce(a.points, f.points)) / 2 desc, f.passage_id
    );
end
$$;

COMMENT ON FUNCTION kb_store.in_context(words kb_store.leg[], chunks kb_store.served_chunk[], asked public.sparsevec, at timestamp with time zone) IS 'What was found by its words, each with the points of its entry''s text around it: a question asks for more than one chunk says.';

CREATE FUNCTION kb_store.is_in_script(query text, language text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((query ~ '[\u0600-\u06ff\u0750-\u077f]'::text) = (language = ANY (ARRAY['ar'::text, 'fa'::text, 'ur'::text, 'ps'::text, 'ckb'::text, 'sd'::text, 'ug'::text])));

COMMENT ON FUNCTION kb_store.is_in_script(query text, language text) IS 'Is a text of that language written as the query is, in Arabic letters or in others? A query with any asks in them.';

CREATE FUNCTION kb_store.is_live(valid tstzmultirange, ttl interval, verified_at timestamp with time zone, at timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((valid @> at) AND ((ttl IS NULL) OR ((verified_at + ttl) > at)));

COMMENT ON FUNCTION kb_store.is_live(valid tstzmultirange, ttl interval, verified_at timestamp with time zone, at timestamp with time zone) IS 'Is it true at that instant? The one predicate every answer rests on.';

CREATE FUNCTION kb_store.is_proven_gone(outcome text, fetched_at timestamp with time zone, missing_since timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- 410 says so, and what moved stands at its new address, which was looked at; a second 404 counts when it comes at
    -- least an hour after the first, and so does a second look that is sent out of the source: a site whose domain is
    -- parked or whose door is shut for an hour sends every page to one that nobody looks at
    select coalesce(
        outcome in ('gone', 'moved')
        or (outcome in ('missing', 'soft_404', 'moved_off_scope') and missing_since <= fetched_at - interval '1 hour'),
        false
    )
$$;

COMMENT ON FUNCTION kb_store.is_proven_gone(outcome text, fetched_at timestamp with time zone, missing_since timestamp with time zone) IS 'Does this outcome prove that the page is over?';

CREATE FUNCTION kb_store.is_wanted(source_id integer, kind text, category text[], price numeric, wanted kb_store.wanted) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((source_id = ANY ((wanted).sources)) AND (((wanted).category IS NULL) OR (category && (wanted).category)) AND (((wanted).kind IS NULL) OR (kind = ANY ((wanted).kind))) AND (((wanted).min_price IS NULL) OR (price >= (wanted).min_price)) AND (((wanted).max_price IS NULL) OR (price <= (wanted).max_price)));

COMMENT ON FUNCTION kb_store.is_wanted(source_id integer, kind text, category text[], price numeric, wanted kb_store.wanted) IS 'Does an entry pass the filters of a call? What has no price passes no bound of price; the language is that of its texts.';

CREATE FUNCTION kb_store.known_entries(known_at timestamp with time zone) RETURNS TABLE(entry_id bigint, version_id bigint, source_id integer, kind text, languages text[], category text[], price numeric, valid tstzmultirange, ttl interval, verified_at timestamp with time zone, freshness interval)
    LANGUAGE sql STABLE
    AS $$
    select e.entry_id, e.version_id, e.source_id, e.kind, e.languages, e.category, e.price, e.valid, e.ttl, e.verified_at,
        null::interval
    from kb_store.served_entry e
    where known_at is null
    union all
    select b.entry_id, b.version_id, b.source_id, b.kind, b.languages, b.category, b.price, b.valid, b.ttl, b.verified_at,
        b.freshness
    from kb_store.believed_at(known_at) b
    where known_at is not null
$$;

COMMENT ON FUNCTION kb_store.known_entries(known_at timestamp with time zone) IS 'The entries that are served or, where an instant is given, were believed then: the one source of answers about either.';

CREATE FUNCTION kb_store.language_asked(query text, wanted text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select case
        when wanted ~ '^[a-z]{2,8}$' then wanted
        when found.least = found.greatest then found.least
        else 'und'
    end
    -- the only language served that is written so
    from (
        select min(c.language) as least, max(c.language) as greatest
        from kb_store.served_chunk c
        where c.language <> 'und' and kb_store.is_in_script(query, c.language)
    ) found
$_$;

COMMENT ON FUNCTION kb_store.language_asked(query text, wanted text) IS 'In which language a question was asked, as far as its letters and the base tell.';

CREATE FUNCTION kb_store.latin_lexemes(plain text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
declare
    -- the parser is given nothing but words: of a sign between them it would make a path, a host or a minus
    words constant tsvector := to_tsvector(
        'pg_catalog.english'::regconfig,
        regexp_replace(
            plain,
            '[\u0001-\u001f\u0021-\u002f\u003a-\u0060\u007b-\u007fء-ي][\u0001-\u002f\u003a-\u0060\u007b-\u007fء-ي]*', ' ', 'g'
        )
    );
begin
    if plain !~ '[a-z0-9][-/][a-z0-9]|[a-z][0-9]|[0-9][a-z]|[0-9]\.[0-9]' then
        return words;
    end if;
    return words || kb_store.code_lexemes(plain);
end
$$;

COMMENT ON FUNCTION kb_store.latin_lexemes(plain text) IS 'What all but the Arabic words of a plain text is found by: English stems, words as written, codes whole and in pieces.';

CREATE FUNCTION kb_store.leave_passages(which bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    update kb_store.lexeme l
    set passages = l.passages - n.passages
    from (
        select t.lexeme, count(*)::int as passages
        from kb_store.passage p
        cross join lateral unnest(tsvector_to_array(p.terms)) t(lexeme)
        where p.passage_id = any (which)
        group by t.lexeme
    ) n
    where l.lexeme = n.lexeme;
    with gone as (
        delete from kb_store.served_passage where passage_id = any (which) returning length
    )
    update kb_store.lexical_statistic s
    set passages = s.passages - n.passages, total_length = s.total_length - n.length
    from (select count(*) as passages, coalesce(sum(g.length), 0) as length from gone g) n
$$;

COMMENT ON FUNCTION kb_store.leave_passages(which bigint[]) IS 'Takes texts out of service, and out of the statistics of BM25.';

CREATE FUNCTION kb_store.length_in_lexemes(terms tsvector) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select coalesce(sum(coalesce(cardinality(t.positions), 1)), 0)::int from unnest(terms) t
$$;

COMMENT ON FUNCTION kb_store.length_in_lexemes(terms tsvector) IS 'How many lexemes a text has, each as often as it stands there.';

CREATE FUNCTION kb_store.lexemes(written text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
declare
    plain constant text := kb_store.plain_text(written);
    found constant tsvector := kb_store.latin_lexemes(plain);
begin
    if plain !~ '[ء-ي]' then
        return found;
    end if;
    return found || coalesce((select a.terms from kb_store.arabic_lexemes(array[plain]) a), '');
end
$$;

COMMENT ON FUNCTION kb_store.lexemes(written text) IS 'What a text or a query is found by: English stems, Arabic stems and consonants, codes whole and in pieces. A text as long as a chunk keeps every count; of a lexeme that stands more than 256 times PostgreSQL counts so many.';

CREATE FUNCTION kb_store.lexemes_of(written text[]) RETURNS SETOF tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    with text as materialized (
        select t.place, kb_store.plain_text(t.written) as plain from unnest(written) with ordinality t(written, place)
    )
    select kb_store.latin_lexemes(t.plain) || coalesce(a.terms, '')
    from text t
    left join kb_store.arabic_lexemes(array(select o.plain from text o order by o.place)) a using (place)
    order by t.place
$$;

COMMENT ON FUNCTION kb_store.lexemes_of(written text[]) IS 'kb_store.lexemes of each of many texts, in their order: where they are Arabic, in half the time or less.';

CREATE FUNCTION kb_store.likelihood(features double precision[], weights double precision[]) RETURNS real
    LANGUAGE sql IMMUTABLE STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- the logistic function; beyond 30 it is one, and exp would overflow far out
    select (1 / (1 + exp(-greatest(least(sum(f * w), 30), -30))))::real from unnest(features, weights) x(f, w)
$$;

COMMENT ON FUNCTION kb_store.likelihood(features double precision[], weights double precision[]) IS 'The logistic function of the weighted sum of features, 0..1.';

CREATE FUNCTION kb_store.live_among(at timestamp with time zone, covered text[], wanted kb_store.wanted, INOUT leg kb_store.leg[], OUT chunks kb_store.served_chunk[]) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
begin
    with live as materialized (
        select n.passage_id, n.points, s.chunks
        from (select f.* from unnest(leg) f order by f.points desc) n
        -- looked up one by one until there are enough: a join would go through all that there is
        cross join lateral (
            select array_agg(c) as chunks
            from kb_store.served_chunk c
            join kb_store.served_entry e using (entry_id)
            where c.passage_id = n.passage_id
                and kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
                and (c.valid is null or c.valid @> at)
                and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
                and ((wanted).language is null or c.language = (wanted).language)
                and (covered = '{}' or c.language = any (covered || array['und']))
        ) s
        where s.chunks is not null
        order by n.points desc
        limit 100
    )
    select
        array(select (l.passage_id, l.points)::kb_store.leg from live l order by l.points desc),
        array(select c::kb_store.served_chunk from live l cross join lateral unnest(l.chunks) c)
    into leg, chunks;
end
$$;

COMMENT ON FUNCTION kb_store.live_among(at timestamp with time zone, covered text[], wanted kb_store.wanted, INOUT leg kb_store.leg[], OUT chunks kb_store.served_chunk[]) IS 'The hundred nearest of a leg among what is live, wanted and in a covered language, and the chunks in which they stand.';

CREATE FUNCTION kb_store.live_legs(at timestamp with time zone, asked public.sparsevec, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[], OUT chunks kb_store.served_chunk[]) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    most constant int := kb_store.worth_asking(at, wanted);
    word record;
    vector record;
    enough boolean := false;
begin
    if most > 0 then
        words := kb_store.nearest_words(asked, most);
        vectors := case when direction is not null then kb_store.nearest_vectors(at, direction, covered, wanted, most) end;
        word := kb_store.live_among(at, '{}', wanted, words);
        vector := kb_store.live_among(at, covered, wanted, vectors);
        enough := (cardinality(word.leg) = 100 or cardinality(words) < most)
            and (direction is null or cardinality(vector.leg) = 100);
    end if;
    -- few in all, or too few were met: most of what is near is over, or not wanted
    if not enough then
        select e.words, e.vectors into words, vectors from kb_store.exact_legs(at, asked, direction, covered, wanted) e;
        word := kb_store.live_among(at, '{}', wanted, words);
        vector := kb_store.live_among(at, covered, wanted, vectors);
    end if;
    words := kb_store.in_context(word.leg, word.chunks, asked, at);
    vectors := vector.leg;
    chunks := word.chunks || vector.chunks;
end
$$;

COMMENT ON FUNCTION kb_store.live_legs(at timestamp with time zone, asked public.sparsevec, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[], OUT chunks kb_store.served_chunk[]) IS 'The hundred texts nearest to a query by its words and by its vector, among those live and wanted, and the chunks in which they stand, some twice: each text is compared while they are few, or where the nearest are too few of them.';

CREATE FUNCTION kb_store.lock_feed() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    -- one writer of the change feed and the statistics at a time: numbers become visible in order. A row, not an
    -- advisory lock: that a bot could hold
    perform from kb_store.lexical_statistic for update;
    return (select coalesce(max(c.change_id), 0) from kb_store.change c);
end
$$;

COMMENT ON FUNCTION kb_store.lock_feed() IS 'Waits to be the only writer of the change feed, until the end of the transaction; the last number in it.';

CREATE FUNCTION kb_store.nearest_vectors(at timestamp with time zone, direction public.vector, covered text[], wanted kb_store.wanted, most integer) RETURNS kb_store.leg[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET jit TO 'off'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '200'
    SET "hnsw.max_scan_tuples" TO '40000'
    SET "hnsw.scan_mem_multiplier" TO '4'
    AS $_$
declare
    active kb_store.model;
    found kb_store.leg[];
begin
    select m.* into strict active from kb_store.model m where m.active;
    if active.indexed_to = 0 then
        return kb_store.compared_vectors(direction, most);
    end if;
    -- the numbers of the active model stand in the statement itself, and nothing else ever does: only then is it known to
    -- be answered by the index. What the index does not hold yet is compared one by one
    execute format(
        $sql$
        with live as not materialized (
            select c.passage_id
            from kb_store.served_chunk c
            join kb_store.served_entry e using (entry_id)
            where kb_store.is_live(e.valid, e.ttl, e.verified_at, $1)
                and (c.valid is null or c.valid @> $1)
                and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, $4)
                and (($4).language is null or c.language = ($4).language)
                and ($3 = '{}' or c.language = any ($3 || array['und']))
        ),
        indexed as materialized (
            select v.passage_id, v.vector::halfvec(%1$s) <=> $2::halfvec(%1$s) as distance
            from kb_store.served_vector v
            where v.model_id = %2$s and v.passage_id <= %3$s
                and exists (select from live l where l.passage_id = v.passage_id)
            order by v.vector::halfvec(%1$s) <=> $2::halfvec(%1$s)
            limit 100
        ),
        later as materialized (
            select n.passage_id, n.distance
            from (
                select v.passage_id, v.vector <=> $2::halfvec as distance
                from kb_store.served_vector v
                where v.model_id = %2$s and v.passage_id > %3$s
                order by 2
                limit greatest($5, 2000)
            ) n
            where exists (select from live l where l.passage_id = n.passage_id)
            order by n.distance
            limit 100
        )
        select array(
            select (n.passage_id, 1 - n.distance)::kb_store.leg
            from (select * from indexed union all select * from later) n
            order by n.distance
            limit 100
        )
        $sql$,
        active.dimensions, active.model_id, active.indexed_to
    ) into found using at, direction, covered, wanted, most;
    return found;
end
$_$;

COMMENT ON FUNCTION kb_store.nearest_vectors(at timestamp with time zone, direction public.vector, covered text[], wanted kb_store.wanted, most integer) IS 'The texts nearest to a query by its vector: a hundred of those live and wanted by the active model''s index, fewer when
    too few of the nearest are; without an index as many as it is worth asking of, live and wanted or not.';

CREATE FUNCTION kb_store.nearest_words(asked public.sparsevec, most integer) RETURNS kb_store.leg[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
begin
    return array(
        select (n.passage_id, -n.distance)::kb_store.leg
        from (
            select p.passage_id, p.weights <#> asked as distance
            from kb_store.served_passage p
            order by 2
            limit most
        ) n
        where n.distance < 0
        order by n.distance
    );
end
$$;

COMMENT ON FUNCTION kb_store.nearest_words(asked public.sparsevec, most integer) IS 'The texts in service that are nearest to a query by its words, live and wanted or not: weighing each takes less than asking that of each.';

CREATE FUNCTION kb_store.number_endings() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform from kb_store.run r where r.ending is null and r.state in ('held', 'failed') limit 1;
    if not found then
        return;
    end if;
    -- one at a time, so that the numbers become visible in order. Not when a run ends: a sync waits for no webhook
    perform kb_store.lock_feed();
    update kb_store.run r
    set ending = n.ending
    from (
        select u.run_id,
            (select coalesce(max(k.ending), 0) from kb_store.run k) + row_number() over (order by u.finished_at, u.run_id)
                as ending
        from kb_store.run u
        where u.ending is null and u.state in ('held', 'failed')
    ) n
    where r.run_id = n.run_id;
end
$$;

COMMENT ON FUNCTION kb_store.number_endings() IS 'Numbers the runs that ended held or failed since it was last called, in the order in which they ended.';

CREATE FUNCTION kb_store.offers_at(at timestamp with time zone, known_at timestamp with time zone, upcoming boolean, max_results integer, wanted kb_store.wanted) RETURNS SETOF kb_store.offer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select e.entry_id, s.name, t.url, t.title, t.description, v.category, v.price, v.currency, v.price_before,
        v.discount_percent, v.code, t.image_url, t.terms, t.language, lower(w.range), upper(w.range), v.validity,
        e.verified_at, e.verified_at + coalesce(e.freshness, s.freshness) <= offers_at.at
    from kb_store.known_entries(offers_at.known_at) e
    join kb_store.version v using (version_id)
    cross join lateral kb_store.text_of(v.version_id, (wanted).language) t
    join kb_store.source s on s.source_id = e.source_id
    cross join lateral (select kb_store.range_at(e.valid, offers_at.at) as range) w
    where e.kind = 'offer'
        and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
        and ((wanted).language is null or (wanted).language = any (e.languages))
        and (
            kb_store.is_live(e.valid, e.ttl, e.verified_at, offers_at.at)
            -- what has not begun is not yet subject to a ttl
            or (offers_at.upcoming and lower(w.range) > offers_at.at)
        )
    order by coalesce(lower(w.range) > offers_at.at, false), upper(w.range) nulls last, e.entry_id
    limit offers_at.max_results
$$;

COMMENT ON FUNCTION kb_store.offers_at(at timestamp with time zone, known_at timestamp with time zone, upcoming boolean, max_results integer, wanted kb_store.wanted) IS 'Offers live at that instant among what is served or, where `known_at` is given, was believed then.';

CREATE FUNCTION kb_store.pages_like(url text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- pages of a kind differ by numbers and by the last part of their address
    select substring(url from '^[^/]*/*[^/?#]*') || regexp_replace(
        regexp_replace(rtrim(regexp_replace(url, '^[^/]*/*[^/?#]*|[?#].*$', '', 'g'), '/'), '[^/]+$', '*'),
        '[0-9]+', '*', 'g'
    )
$_$;

COMMENT ON FUNCTION kb_store.pages_like(url text) IS 'An address with * where it differs from those of other pages of its kind.';

CREATE FUNCTION kb_store.passed_bounds(until timestamp with time zone, of_source integer) RETURNS TABLE(at timestamp with time zone, change text, entry_id bigint, version_id bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with served as materialized (
        select s.entry_id, s.version_id, s.valid, s.told_until, s.verified_at + s.ttl as lapse
        from kb_store.served_entry s
        where of_source is null or s.source_id = of_source
    ),
    occasion as (
        select s.*, lower(r) as starts, upper(r) as ends from served s cross join lateral unnest(s.valid) r
    )
    select o.starts, 'activated', o.entry_id, o.version_id
    from occasion o
    where o.starts > o.told_until and o.starts <= until and (o.lapse is null or o.lapse > o.starts)
    union all
    -- what had lapsed before has been told to be over
    select o.ends, 'expired', o.entry_id, o.version_id
    from occasion o
    where o.ends > o.told_until and o.ends <= until and (o.lapse is null or o.lapse >= o.ends)
    union all
    select o.lapse, 'expired', o.entry_id, o.version_id
    from occasion o
    where o.lapse > o.told_until and o.lapse <= until
        and (o.starts is null or o.starts < o.lapse) and (o.ends is null or o.ends > o.lapse)
$$;

COMMENT ON FUNCTION kb_store.passed_bounds(until timestamp with time zone, of_source integer) IS 'What the clock did to served entries since the change feed last told of each, up to that instant; null: of all sources.';

CREATE FUNCTION kb_store.past_chunks(at timestamp with time zone, known_at timestamp with time zone, wanted kb_store.wanted) RETURNS SETOF kb_store.served_chunk
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select c.chunk_id, e.entry_id, c.passage_id, c.valid, coalesce(c.language, e.languages[1]), c.ordinal
    from kb_store.believed_at(known_at) e
    join kb_store.chunk c using (version_id)
    where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
        and (c.valid is null or c.valid @> at)
        and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
        and ((wanted).language is null or coalesce(c.language, e.languages[1]) = (wanted).language)
$$;

COMMENT ON FUNCTION kb_store.past_chunks(at timestamp with time zone, known_at timestamp with time zone, wanted kb_store.wanted) IS 'The chunks that were live and wanted at an instant, by what was believed then.';

CREATE FUNCTION kb_store.past_legs(at timestamp with time zone, known_at timestamp with time zone, query text, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[], OUT chunks kb_store.served_chunk[]) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    chunks := array(select c from kb_store.past_chunks(at, known_at, wanted) c);
    words := kb_store.past_words(chunks, query);
    vectors := array(
        select (p.passage_id, 1 - (e.vector <=> direction::halfvec))::kb_store.leg
        from (
            select distinct c.passage_id
            from unnest(chunks) c
            where direction is not null and (covered = '{}' or c.language = any (covered || array['und']))
        ) c
        join kb_store.passage p using (passage_id)
        join kb_store.embedding e using (passage_sha256)
        where e.model_id = (select m.model_id from kb_store.model m where m.active)
        order by e.vector <=> direction::halfvec
        limit 100
    );
end
$$;

COMMENT ON FUNCTION kb_store.past_legs(at timestamp with time zone, known_at timestamp with time zone, query text, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[], OUT chunks kb_store.served_chunk[]) IS 'The hundred texts nearest to a query by its words and by its vector among what was believed at an instant, each compared, and the chunks believed then.';

CREATE FUNCTION kb_store.past_words(chunks kb_store.served_chunk[], query text) RETURNS kb_store.leg[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with chunk as materialized (
        select * from unnest(chunks)
    ),
    -- rarities as they are now: what they were is not kept, and no text is left out by them
    asked as materialized (
        select t.lexeme, t.rarity as idf, greatest(s.total_length::real / greatest(s.passages, 1), 1) as average
        from kb_store.asked_terms(query) t
        cross join kb_store.lexical_statistic s
    ),
    counted as materialized (
        select p.passage_id, a.lexeme, a.idf, a.average, coalesce(cardinality(t.positions), 1) as times
        from (select distinct passage_id from chunk) c
        join kb_store.passage p using (passage_id)
        cross join lateral unnest(p.terms) t
        join asked a on a.lexeme = t.lexeme
    ),
    found as materialized (
        select c.passage_id, sum(c.idf * c.times * 2.2 / (c.times + 1.2 * (0.25 + 0.75 * l.length / c.average))) as points
        from counted c
        join (
            select p.passage_id, kb_store.length_in_lexemes(p.terms) as length
            from (select distinct passage_id from counted) h
            join kb_store.passage p using (passage_id)
            offset 0 -- counted once a text
        ) l using (passage_id)
        group by c.passage_id
        order by points desc
        limit 100
    ),
    -- as kb_store.in_context weighs what is served: half of the points are those of the entry's text around
    near as materialized (
        select p.passage_id, c.passage_id as neighbour
        from (
            select distinct on (passage_id) c.*
            from found f
            join chunk c using (passage_id)
            order by passage_id, chunk_id
        ) p
        join chunk c on c.entry_id = p.entry_id and c.language = p.language
            and c.ordinal between p.ordinal - 2 and p.ordinal + 2
    ),
    size as (
        select n.passage_id, sum(kb_store.length_in_lexemes(p.terms)) as length
        from near n
        join kb_store.passage p on p.passage_id = n.neighbour
        group by n.passage_id
    ),
    around as (
        select t.passage_id,
            sum(t.idf * t.times * 2.2 / (t.times + 1.2 * (0.25 + 0.75 * s.length / (1.5 * t.average)))) as points
        from (
            select n.passage_id, c.lexeme, c.idf, c.average, sum(c.times) as times
            from near n
            join counted c on c.passage_id = n.neighbour
            group by n.passage_id, c.lexeme, c.idf, c.average
        ) t
        join size s using (passage_id)
        group by t.passage_id
    )
    select array(
        select (f.passage_id, (f.points + a.points) / 2)::kb_store.leg
        from found f
        join around a using (passage_id)
        order by f.points + a.points desc, f.passage_id
    )
$$;

COMMENT ON FUNCTION kb_store.past_words(chunks kb_store.served_chunk[], query text) IS 'The hundred texts nearest to a query by its words among chunks of the past, each compared.';

CREATE FUNCTION kb_store.plain_text(written text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
declare
    plain text := written;
begin
    -- Told character by character, so that every server sees the same words: what a letter is depends on a database's
    -- locale, and with "C" an Arabic question mark belongs to the word before it. Decomposing splits off accents,
    -- diacritics and the hamza of a letter, which are then left out with tatweel and what is invisible.
    if octet_length(written) <> length(written) then
        plain := regexp_replace(
            regexp_replace(
                normalize(written, NFKD),
                '[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed'
                '\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+', '', 'g'
            ),
            '[\u0080-\u00b4\u00b6-\u00bf\u00d7\u00f7\u0600-\u060b\u060d-\u060f\u061b-\u061f\u066a\u066d\u06d4'
            '\u2000-\u2bff\u2e00-\u2e7f\u3000-\u303f\ufd3e\ufd3f\U0001f000-\U0001faff]+', ' ', 'g'
        );
        -- translate compares each character with each of its list: what few texts have waits until one has it
        plain := replace(replace(replace(plain, 'ة', 'ه'), 'ى', 'ي'), '،', ',');
        if plain ~ '[٠-٩۰-۹٬٫یک]' then
            plain := translate(plain, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٬٫یک', '01234567890123456789,.يك');
        end if;
    end if;
    plain := lower(plain);
    if plain ~ '[0-9],[0-9]' then -- a comma within a number groups its digits
        plain := regexp_replace(plain, '([0-9]),(?=[0-9]{3}(?![0-9]))', '\1', 'g');
    end if;
    return plain;
end
$$;

COMMENT ON FUNCTION kb_store.plain_text(written text) IS 'A text with one form for each letter, digit and sign: lower case, without accents, hamzas and diacritics.';

CREATE FUNCTION kb_store.probe(query text, direction public.vector) RETURNS double precision[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    asked constant record := kb_store.query_terms(query);
    legs constant record := kb_store.live_legs(
        clock_timestamp(), asked.weights, direction, kb_store.covered_languages(query),
        kb_store.wanted_of(null, null, null, null, null, null)
    );
begin
    return kb_store.answer_features(asked.weights, asked.information, legs.words, legs.vectors);
end
$$;

COMMENT ON FUNCTION kb_store.probe(query text, direction public.vector) IS 'Features of the answer to a question by which a base is calibrated.';

CREATE FUNCTION kb_store.publish(of_run bigint) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    told constant bigint := kb_store.lock_feed();
    at timestamptz;
    concerned bigint[];
begin
    perform kb_store.hold_lease(of_run);
    perform kb_store.refuse_paused(r.source_id) from kb_store.run r where r.run_id = of_run;
    -- a clock set back must not close a version before it was opened, nor open one before the last was closed
    select greatest(clock_timestamp(), max(w.at)) into at
    from (
        select lower(v.recorded) + interval '1 microsecond' as at
        from kb_store.run r
        join kb_store.entry e using (source_id)
        join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
        where r.run_id = of_run
        union all
        select upper(v.recorded)
        from kb_store.plan_entry p
        join kb_store.version v using (entry_id)
        where p.run_id = of_run and p.action = 'restored'
    ) w;
    concerned := kb_store.publish_at(of_run, at);
    perform kb_store.wake_listeners(told);
    return concerned;
end
$$;

COMMENT ON FUNCTION kb_store.publish(of_run bigint) IS 'Publishes a run''s plan whole, in the caller''s transaction, and returns the entries it concerned; raises KB001 without the lease, KB005 for a paused source.';

CREATE FUNCTION kb_store.publish_at(of_run bigint, at timestamp with time zone) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
declare
    concerned bigint[];
    served_before bigint[];
    lapsed_before bigint[];
begin
    -- what the clock did until now belongs to what was known until now
    perform kb_store.sweep(at, r.source_id) from kb_store.run r where r.run_id = of_run;
    perform kb_store.remember(of_run);
    perform kb_store.publish_versions(of_run, at);
    perform kb_store.publish_identities(of_run);
    perform kb_store.restate_withheld(of_run, at);
    perform kb_store.publish_removals(of_run, at);
    perform kb_store.publish_pages(of_run);

    select array_agg(entry_id) into concerned
    from (
        select entry_id from kb_store.plan_entry where run_id = of_run and action <> 'unchanged'
        union
        select entry_id from kb_store.plan_removal where run_id = of_run and not held
        union
        -- what is withheld of one is withheld of what it was found to be the same as
        select p.entry_id from kb_store.plan_removal x join kb_store.plan_entry p using (run_id, key) where x.run_id = of_run
    ) c;
    select coalesce(array_agg(s.entry_id), '{}'),
        coalesce(array_agg(s.entry_id) filter (where s.valid @> at and s.verified_at + s.ttl <= at), '{}')
    into served_before, lapsed_before
    from kb_store.served_entry s
    where s.entry_id = any (concerned);
    perform kb_store.serve_entries(concerned, at);
    perform kb_store.stamp_verified(of_run, at);
    perform kb_store.announce(of_run, at, served_before, lapsed_before);

    update kb_store.source s
    set last_verified = at
    from kb_store.run r
    where r.run_id = of_run and s.source_id = r.source_id
        -- who pushes to a source is its only witness
        and ((r.complete and r.kind = 'sync') or r.kind = 'push');

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

COMMENT ON FUNCTION kb_store.publish_at(of_run bigint, at timestamp with time zone) IS 'Publishes a run''s plan as at that instant; for callers that hold the lock of the feed and the run''s lease.';

CREATE FUNCTION kb_store.publish_identities(of_run bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    update kb_store.draft d
    set entry_id = p.entry_id, identified_by = n.recipe
    from kb_store.plan_draft n
    join kb_store.plan_entry p using (run_id, key)
    where n.run_id = of_run and d.reading_id = n.reading_id and d.ordinal = n.ordinal
        and (d.entry_id, d.identified_by) is distinct from (p.entry_id, n.recipe);

    insert into kb_store.entry_mark (entry_id, mark)
    select distinct p.entry_id, m.mark
    from kb_store.plan_draft n
    join kb_store.plan_entry p using (run_id, key)
    join kb_store.draft_mark m on m.reading_id = n.reading_id and m.ordinal = n.ordinal
    where n.run_id = of_run and m.mark !~ '^(own|link):'
    on conflict do nothing;

    -- what is gone from a page, and not merely said anew
    insert into kb_store.entry_mark (entry_id, mark, former)
    with gone as materialized (
        select d.entry_id, d.reading_id, d.ordinal
        from kb_store.run r
        join kb_store.page p using (source_id)
        left join kb_store.effective_readings(of_run) e on e.page_id = p.page_id
        join kb_store.draft d on d.reading_id = p.reading_id
        where r.run_id = of_run and e.reading_id is distinct from p.reading_id and d.entry_id is not null
            and not exists (select from kb_store.draft n where n.reading_id = e.reading_id and n.key = d.key)
    )
    select distinct g.entry_id, m.mark, true
    from gone g
    join kb_store.draft_mark m using (reading_id, ordinal)
    where m.mark !~ '^(own|link):'
    on conflict (entry_id, mark) do update set former = true;

    update kb_store.entry e
    set joined_into = p.entry_id
    from kb_store.plan_removal x
    join kb_store.plan_entry p using (run_id, key)
    where x.run_id = of_run and x.reason = 'joined' and e.entry_id = x.entry_id;

    -- what now leads to another entry leads to this one no more; an entry that was taken in keeps what it was known
    -- by, should that have been a mistake
    delete from kb_store.entry_mark m
    using (
        select p.entry_id, o.mark, r.source_id
        from kb_store.run r
        join kb_store.plan_draft n using (run_id)
        join kb_store.plan_entry p using (run_id, key)
        join kb_store.draft_mark o on o.reading_id = n.reading_id and o.ordinal = n.ordinal
        where r.run_id = of_run and o.mark ~ '^(key|alternate|sku):'
    ) held
    join kb_store.entry e on e.source_id = held.source_id
    where m.mark = held.mark and m.entry_id = e.entry_id and e.entry_id <> held.entry_id and e.joined_into is null
        and not exists (
            select from kb_store.plan_draft n
            join kb_store.plan_entry p using (run_id, key)
            join kb_store.draft_mark o on o.reading_id = n.reading_id and o.ordinal = n.ordinal
            where n.run_id = of_run and p.entry_id = m.entry_id and o.mark = m.mark
        );
$$;

COMMENT ON FUNCTION kb_store.publish_identities(of_run bigint) IS 'Makes what a plan found out about identity what is known: which entry each draft speaks of, and by what entries are known.';

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
        moved_to = null,
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
        moved_to = case when r.kind = 'reindex' then p.moved_to end,
        reading_id = coalesce(a.reading_id, p.reading_id)
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome = 'not_modified'
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url;

    -- proven gone: nothing of it is kept for the next look, so that it is fetched whole if it comes back
    update kb_store.page p
    set missing_since = coalesce(p.missing_since, a.fetched_at),
        moved_to = case when a.outcome = 'moved' then a.final_url end,
        etag = null, last_modified = null, body_sha256 = null, observed_at = null, links = null, reading_id = null
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url
        and kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)
        -- unless a person is to say whether what it gave goes: until then it is looked for, and judged, again
        and not exists (
            select from kb_store.draft d
            join kb_store.plan_removal x on x.run_id = of_run and x.entry_id = d.entry_id and x.held
            where d.reading_id = p.reading_id
        );

    update kb_store.page p
    set empty_since = coalesce(p.empty_since, a.fetched_at)
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id
        -- a doubt; a body that broke off on its way was never read
        and (a.outcome = 'empty_extraction' or (a.outcome = 'truncated' and a.reading_id is not null))
    where r.run_id = of_run and p.source_id = r.source_id and p.url = a.url and p.empty_since is null;

    update kb_store.page p
    set missing_since = coalesce(p.missing_since, a.fetched_at)
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome in ('missing', 'soft_404', 'moved_off_scope')
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
    SET enable_nestloop TO 'off'
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
    set key = p.key, kind = p.kind, joined_into = null
    from kb_store.plan_entry p
    where p.run_id = of_run and e.entry_id = p.entry_id
        and (e.key, e.kind, e.joined_into) is distinct from (p.key, p.kind, null::bigint);

    update kb_store.version v
    set recorded = tstzrange(lower(v.recorded), at), closed_by = of_run, closed_reason = 'replaced'
    from kb_store.plan_entry p
    where p.run_id = of_run and p.action in ('changed', 'extended', 'shortened')
        and v.entry_id = p.entry_id and upper_inf(v.recorded);

    -- the same said in other places makes no version; where it stands is known all the same
    update kb_store.version v
    set evidence = p.evidence
    from kb_store.plan_entry p
    where p.run_id = of_run and p.action = 'unchanged'
        and v.entry_id = p.entry_id and upper_inf(v.recorded) and v.evidence is distinct from p.evidence;

    insert into kb_store.version (
        entry_id, recorded, valid, validity, url, title, description, language, category, price, price_before,
        currency, discount_percent, code, image_url, terms, evidence, content_hash, run_id
    )
    select p.entry_id, tstzrange(at, null), p.valid, p.validity, p.url, p.title, p.description, p.language, p.category,
        p.price, p.price_before, p.currency, p.discount_percent, p.code, p.image_url, p.terms, p.evidence,
        p.content_hash, of_run
    from kb_store.plan_entry p
    where p.run_id = of_run and p.action <> 'unchanged';

    insert into kb_store.version_variant (version_id, language, url, title, description, image_url, terms)
    select v.version_id, n.language, n.url, n.title, n.description, n.image_url, n.terms
    from kb_store.plan_entry p
    join kb_store.version v on v.entry_id = p.entry_id and upper_inf(v.recorded)
    join kb_store.plan_variant n on n.run_id = p.run_id and n.key = p.key
    where p.run_id = of_run and p.action <> 'unchanged';

    insert into kb_store.chunk (version_id, ordinal, heading, body, page, passage_id, valid, language)
    select v.version_id, c.ordinal, c.heading, c.body, c.page, t.passage_id, c.valid, c.language
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
    -- weights: rarity of each lexeme that a text holds; information: the sum over all lexemes asked, those never seen
    -- counted as the rarest, so that a question about something else scores low. Rounded, as how a session writes its
    -- floats must not matter
    select
        ('{' || string_agg(t.lexeme_id || ':' || round(t.rarity::numeric, 4), ',' order by t.lexeme_id)
            filter (where t.lexeme_id is not null) || '}/1000000000')::sparsevec,
        sum(t.rarity)
    from kb_store.asked_terms(query) t
$$;

COMMENT ON FUNCTION kb_store.query_terms(query text, OUT weights public.sparsevec, OUT information double precision) IS 'A query as a sparse vector of term rarities, and how much it asks for in all.';

CREATE FUNCTION kb_store.query_vector(query text) RETURNS public.vector
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    -- a model reads only so much of a text, and so does this: what a call costs has a bound
    with word as (
        select w.word, count(*) as times
        from unnest(kb_store.query_words(left(query, 1000))) as w(word)
        group by w.word
    ),
    piece as (
        select m.model_id, w.times, coalesce(known.pieces, kb_store.word_pieces(m.model_id, w.word)) as pieces
        from kb_store.model m
        cross join word w
        left join lateral (
            select array[p.piece] as pieces
            from kb_store.query_piece p
            where p.model_id = m.model_id and p.piece = w.word
        ) known on true
        where m.active and kb_store.covered_languages(query) is not null
    ),
    total as (
        select sum(p.vector::vector) as vector
        from piece w
        cross join unnest(w.pieces) as u(piece)
        cross join generate_series(1, w.times)
        join kb_store.query_piece p on p.model_id = w.model_id and p.piece = u.piece
    )
    select l2_normalize(t.vector) from total t where vector_norm(t.vector) > 0
$$;

COMMENT ON FUNCTION kb_store.query_vector(query text) IS 'The query''s vector by the active model, made by the database itself; unit length. Null: none is to be had.';

CREATE FUNCTION kb_store.query_words(query text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN array_remove(regexp_split_to_array(regexp_replace(regexp_replace(NORMALIZE(lower(query), NFKD), '[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]'::text, ''::text, 'g'::text), '([\u3400-\u9fff])'::text, ' \1 '::text, 'g'::text), '[\u0001-/:-@\[-`{-\u00bf\u00d7\u00f7\u02b0-\u02ff\u060c\u061b\u061f\u066a-\u066d\u06d4\u2000-\u2bff\u2e00-\u2e7f\u3000-\u303f\ufe00-\ufe6f\uff00-\uff0f\ufff0-\uffff\U0001f000-\U0001faff]+'::text), ''::text);

COMMENT ON FUNCTION kb_store.query_words(query text) IS 'The words of a text as queries are made from them: lower case, without accents and punctuation, in order.';

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

CREATE FUNCTION kb_store.refuse_paused(of_source integer) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    this record;
begin
    select s.name, s.paused into this from kb_store.source s where s.source_id = of_source;
    if this.paused is not null then
        raise exception '%: paused, %', this.name, this.paused
            using errcode = 'KB005', hint = format('When it may be looked at again: freshet resume %s', this.name);
    end if;
end
$$;

COMMENT ON FUNCTION kb_store.refuse_paused(of_source integer) IS 'Raises KB005, with the way out, for a source that a person paused.';

CREATE FUNCTION kb_store.remember(of_run bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    insert into kb_store.page_before (run_id, page_id, state)
    select of_run, p.page_id, to_jsonb(p)
    from kb_store.run r
    join kb_store.page p using (source_id)
    left join kb_store.effective_readings(of_run) e using (page_id)
    where r.run_id = of_run and e.reading_id is distinct from p.reading_id;

    insert into kb_store.draft_before (run_id, reading_id, ordinal, entry_id)
    select of_run, d.reading_id, d.ordinal, d.entry_id
    from kb_store.plan_draft n
    join kb_store.plan_entry p using (run_id, key)
    join kb_store.draft d on d.reading_id = n.reading_id and d.ordinal = n.ordinal
    where n.run_id = of_run and d.entry_id is distinct from p.entry_id and d.entry_id is not null;
$$;

COMMENT ON FUNCTION kb_store.remember(of_run bigint) IS 'Keeps what a run is about to change of its pages and drafts, for a rollback.';

CREATE FUNCTION kb_store.remove_source(of_run bigint) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
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

COMMENT ON FUNCTION kb_store.remove_source(of_run bigint) IS 'Withdraws all of the run''s source and pauses it; the entries that were believed until then.';

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

CREATE FUNCTION kb_store.reopen_versions(of_run bigint, at timestamp with time zone, which bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- a copy each: what was believed when stays as it was
    insert into kb_store.version (
        entry_id, recorded, valid, validity, url, title, description, language, category, price, price_before,
        currency, discount_percent, code, image_url, terms, evidence, content_hash, run_id
    )
    select v.entry_id, tstzrange(reopen_versions.at, null), v.valid, v.validity, v.url, v.title, v.description, v.language,
        v.category, v.price, v.price_before, v.currency, v.discount_percent, v.code, v.image_url, v.terms, v.evidence,
        v.content_hash, of_run
    from kb_store.version v
    where v.version_id = any (which);

    insert into kb_store.version_variant (version_id, language, url, title, description, image_url, terms)
    select n.version_id, t.language, t.url, t.title, t.description, t.image_url, t.terms
    from kb_store.version v
    join kb_store.version n on n.entry_id = v.entry_id and upper_inf(n.recorded)
    join kb_store.version_variant t on t.version_id = v.version_id
    where v.version_id = any (which);

    insert into kb_store.chunk (version_id, ordinal, heading, body, page, passage_id, valid, language)
    select n.version_id, c.ordinal, c.heading, c.body, c.page, c.passage_id, c.valid, c.language
    from kb_store.version v
    join kb_store.version n on n.entry_id = v.entry_id and upper_inf(n.recorded)
    join kb_store.chunk c on c.version_id = v.version_id
    where v.version_id = any (which);

    update kb_store.entry e
    set joined_into = null
    from kb_store.version v
    where v.version_id = any (which) and e.entry_id = v.entry_id and e.joined_into is not null;
$$;

COMMENT ON FUNCTION kb_store.reopen_versions(of_run bigint, at timestamp with time zone, which bigint[]) IS 'Makes closed versions what is believed of their entries again, of which nothing is believed now.';

CREATE FUNCTION kb_store.repair() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    told constant bigint := kb_store.lock_feed();
    -- after the lock, not before: waiting for it takes time
    at constant timestamptz := clock_timestamp();
begin
    -- what the clock did until now belongs to what was known until now
    insert into kb_store.change (at, change, entry_id, version_id)
    select b.at, b.change, b.entry_id, b.version_id from kb_store.passed_bounds(at, null) b
    on conflict do nothing;

    -- what is served follows from what is believed
    delete from kb_store.served_entry;
    delete from kb_store.served_passage;
    update kb_store.lexeme set passages = 0 where passages <> 0;
    update kb_store.lexical_statistic set passages = 0, total_length = 0;
    perform kb_store.serve_entries(array_agg(v.entry_id), at) from kb_store.version v where upper_inf(v.recorded);

    -- and the feed from what is served
    insert into kb_store.change (at, change, entry_id, version_id)
    select at, m.change, m.entry_id, m.version_id from kb_store.untold() m
    on conflict do nothing;

    -- runs that nobody leads, leases that nobody holds, plans that nobody carries out
    update kb_store.source s
    set lease_run = null, lease_until = null
    where not exists (select from kb_store.run r where r.run_id = s.lease_run and r.state = 'running')
        or s.lease_until > at + interval '1 hour';
    update kb_store.run r
    set state = 'failed', finished_at = at, verdict = r.verdict || to_jsonb(array['ended by a repair: nobody led it'])
    where r.state = 'running' and not exists (select from kb_store.source s where s.lease_run = r.run_id);
    delete from kb_store.plan_entry p using kb_store.run r where r.run_id = p.run_id and r.state <> 'running';
    delete from kb_store.plan_removal p using kb_store.run r where r.run_id = p.run_id and r.state <> 'running' and not p.held;
    perform kb_store.wake_listeners(told);
end
$$;

COMMENT ON FUNCTION kb_store.repair() IS 'Makes all that follows from what is believed anew: served rows, term weights, the last word of the feed; and ends what nobody leads.';

CREATE FUNCTION kb_store.restate_withheld(of_run bigint, at timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION kb_store.restate_withheld(of_run bigint, at timestamp with time zone) IS 'Counts as changed what says the same and is withheld or served otherwise, for it was found to be one with what a person withdrew, or two.';

CREATE FUNCTION kb_store.restore(which bigint, decided_by text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    told constant bigint := kb_store.lock_feed();
    -- a clock set back must not end a word before it was said
    at constant timestamptz := (
        select greatest(clock_timestamp(), max(lower(w.recorded)) + interval '1 microsecond')
        from kb_store.withdrawal w
        where w.entry_id = which and upper_inf(w.recorded)
    );
    same constant bigint[] := kb_store.same_as(which);
begin
    perform kb_store.sweep(at, e.source_id) from kb_store.entry e where e.entry_id = which;
    update kb_store.withdrawal w
    set recorded = tstzrange(lower(w.recorded), at), revoked_by = restore.decided_by
    where w.entry_id = which and upper_inf(w.recorded) and w.period @> at;
    if not found then
        return false;
    end if;
    perform kb_store.serve_entries(same, at);
    insert into kb_store.change (at, change, entry_id, version_id)
    select at, 'restored', s.entry_id, s.version_id
    from kb_store.served_entry s
    where s.entry_id = any (same) and (s.ttl is null or s.verified_at + s.ttl > at)
    on conflict do nothing;
    perform kb_store.wake_listeners(told);
    return true;
end
$$;

COMMENT ON FUNCTION kb_store.restore(which bigint, decided_by text) IS 'Takes back that a person withdrew an entry: from now on what its source says holds; false: it was not withdrawn.';

CREATE FUNCTION kb_store.restore_pages(of_run bigint, back_to bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- a rollback can be rolled back too
    insert into kb_store.page_before (run_id, page_id, state)
    select distinct on (p.page_id) of_run, p.page_id, to_jsonb(p)
    from kb_store.run r
    join kb_store.page p using (source_id)
    join kb_store.page_before b on b.page_id = p.page_id and b.run_id >= back_to and b.run_id < of_run
    where r.run_id = of_run
    on conflict do nothing;
    insert into kb_store.draft_before (run_id, reading_id, ordinal, entry_id)
    select distinct on (d.reading_id, d.ordinal) of_run, d.reading_id, d.ordinal, d.entry_id
    from kb_store.draft_before b
    join kb_store.draft d using (reading_id, ordinal)
    join kb_store.run r on r.run_id = b.run_id
    where b.run_id >= back_to and b.run_id < of_run and d.entry_id is not null
        and r.source_id = (select o.source_id from kb_store.run o where o.run_id = of_run)
    on conflict do nothing;

    update kb_store.page p
    set last_verified = s.last_verified, missing_since = s.missing_since, empty_since = s.empty_since,
        final_url = s.final_url, etag = s.etag, last_modified = s.last_modified, media_type = s.media_type,
        charset = s.charset, unavailable_after = s.unavailable_after, body_sha256 = s.body_sha256,
        observed_at = s.observed_at, links = s.links, linked = s.linked, moved_to = s.moved_to, reading_id = s.reading_id
    from (
        select distinct on (b.page_id) b.page_id, b.state
        from kb_store.page_before b
        join kb_store.run r using (run_id)
        where b.run_id >= back_to and b.run_id < of_run
            and r.source_id = (select o.source_id from kb_store.run o where o.run_id = of_run)
        order by b.page_id, b.run_id
    ) f
    cross join lateral jsonb_populate_record(null::kb_store.page, f.state) s
    where p.page_id = f.page_id;

    -- which entry a draft speaks of is found anew by the next look, beginning from what it was
    update kb_store.draft d
    set entry_id = f.entry_id, identified_by = null
    from (
        select distinct on (b.reading_id, b.ordinal) b.reading_id, b.ordinal, b.entry_id
        from kb_store.draft_before b
        join kb_store.run r using (run_id)
        where b.run_id >= back_to and b.run_id < of_run
            and r.source_id = (select o.source_id from kb_store.run o where o.run_id = of_run)
        order by b.reading_id, b.ordinal, b.run_id
    ) f
    where d.reading_id = f.reading_id and d.ordinal = f.ordinal;
$$;

COMMENT ON FUNCTION kb_store.restore_pages(of_run bigint, back_to bigint) IS 'Makes what is known of pages, and of which entries they speak, what it was before that run, so that the next look meets every difference anew.';

CREATE FUNCTION kb_store.rollback(of_run bigint, back_to bigint) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
declare
    told constant bigint := kb_store.lock_feed();
    at constant timestamptz := kb_store.begin_decision(of_run);
    of_source constant int := (select r.source_id from kb_store.run r where r.run_id = of_run);
    changed bigint[];
    wanted bigint[];
    served_before bigint[];
begin
    select coalesce(array_agg(b.entry_id), '{}'), coalesce(array_agg(b.version_id) filter (where b.version_id is not null), '{}')
    into changed, wanted
    from kb_store.believed_before(of_source, back_to) b;
    select coalesce(array_agg(s.entry_id), '{}') into served_before
    from kb_store.served_entry s
    where s.entry_id = any (changed);

    perform kb_store.close_versions(of_run, at, changed, 'rolled_back');
    perform kb_store.reopen_versions(of_run, at, wanted);
    perform kb_store.restore_pages(of_run, back_to);
    perform kb_store.clear_doubts(of_run, back_to);
    delete from kb_store.plan_removal x
    using kb_store.run r
    where r.run_id = x.run_id and r.source_id = of_source and x.run_id >= back_to;
    update kb_store.run r
    set verdict = r.verdict || to_jsonb(array[format('rolled back by run %s', of_run)]),
        state = case when r.state <> 'held' then r.state when (r.pages ->> 'failed')::int > 0 then 'partial' else 'published' end
    where r.source_id = of_source and r.run_id >= back_to and r.run_id < of_run and r.state in ('published', 'partial', 'held');
    update kb_store.source s
    set paused = format('rolled back to before run %s by run %s', back_to, of_run)
    where s.source_id = of_source;
    -- pages that carry an entry may be others now: when it was verified is told by them
    perform kb_store.serve_entries(changed, at);
    perform kb_store.tell_decision(of_run, at, changed, served_before);
    perform kb_store.wake_listeners(told);
    return changed;
end
$$;

COMMENT ON FUNCTION kb_store.rollback(of_run bigint, back_to bigint) IS 'Makes what was believed of the run''s source before another run what is believed again, and pauses the source; the entries concerned.';

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

CREATE FUNCTION kb_store.same_as(which bigint) RETURNS bigint[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with recursive found as (
        select e.entry_id, e.joined_into from kb_store.entry e where e.entry_id = which
        union
        select e.entry_id, e.joined_into from found f join kb_store.entry e on e.entry_id = f.joined_into
    )
    select coalesce(array_agg(f.entry_id), '{}') from found f
$$;

COMMENT ON FUNCTION kb_store.same_as(which bigint) IS 'An entry and what it was found to be the same as, however often that was found of it since.';

CREATE FUNCTION kb_store.search_live(at timestamp with time zone, query text, direction public.vector, max_results integer, wanted kb_store.wanted, known_at timestamp with time zone DEFAULT NULL::timestamp with time zone, made boolean DEFAULT false) RETURNS TABLE(chunk_id bigint, score real, vector_score real, text_score real)
    LANGUAGE plpgsql STABLE ROWS 10
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
    asked constant record := kb_store.query_terms(query);
    covered constant text[] := kb_store.covered_languages(query);
    legs record;
    vote constant real := case
        when direction is null or covered is null then 0
        when asked.weights is null and known_at is null then 1
        else 0.4
    end;
begin
    if known_at is null then
        legs := kb_store.live_legs(at, asked.weights, case when vote > 0 then direction end, covered, wanted);
    else
        legs := kb_store.past_legs(at, known_at, query, case when vote > 0 then direction end, covered, wanted);
    end if;
    return query
    with candidate as (
        select c.chunk_id, c.entry_id, f.fused, f.cosine,
            least(coalesce(f.points / nullif(asked.information, 0), 0), 1)::real as share,
            max(f.fused) over (partition by c.entry_id) as best,
            kb_store.is_in_script(query, c.language) as in_script
        from kb_store.fuse(legs.words, legs.vectors, vote) f
        join unnest(legs.chunks) c using (passage_id)
        where f.fused > 0
    ),
    hit as (
        -- one entry does not fill the list: its best chunk stands for it, in the script of the query where it has one
        -- that says about as much
        select distinct on (c.entry_id) c.chunk_id, c.best, coalesce(c.cosine, 0) as cosine, c.share
        from candidate c
        order by c.entry_id, (c.in_script and c.fused >= 0.5 * c.best) desc, c.fused desc, c.chunk_id
    ),
    ranked as (
        select h.*, row_number() over (order by h.best desc, h.chunk_id) as place from hit h
    ),
    -- how sure the answer is gives the first hit's score, its rivals have their share of it
    first as materialized (
        select r.best, kb_store.confidence(asked.weights, asked.information, legs.words, legs.vectors, made) as strength
        from ranked r
        where r.place = 1
    )
    select r.chunk_id,
        least(greatest(f.strength * r.best / f.best, 0), 1)::real,
        case when vote > 0 then greatest(r.cosine, 0) end,
        r.share
    from ranked r
    cross join first f
    where r.place <= max_results
    order by r.place;
end
$$;

COMMENT ON FUNCTION kb_store.search_live(at timestamp with time zone, query text, direction public.vector, max_results integer, wanted kb_store.wanted, known_at timestamp with time zone, made boolean) IS 'Chunks that answer a query among what is live at that instant and wanted, best first, one an entry: BM25 and vectors fused by scaled scores. `direction`: the query''s unit vector, of the active model. `known_at`: by what was believed then instead of what is served. `made`: the direction was made in the base.';

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
        entry_id, version_id, source_id, kind, languages, category, price, valid, ttl, verified_at, told_until
    )
    select e.entry_id, v.version_id, e.source_id, e.kind,
        v.language || array(select n.language from kb_store.version_variant n where n.version_id = v.version_id order by 1),
        v.category, v.price, w.valid, t.ttl, s.verified_at, at
    from kb_store.entry e
    join kb_store.source src using (source_id)
    join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
    cross join lateral (select v.valid - kb_store.withheld(e.entry_id) as valid) w
    cross join lateral (
        select case
            when not upper_inf(v.valid) then null
            when e.kind = 'offer' then src.ttl
            else src.ttl_pages
        end as ttl
    ) t
    cross join lateral (
        select coalesce(
            max(p.last_verified),
            -- no page carries it now: to serve it again, as a rollback may, is not to have seen it
            (select n.verified_at from kb_store.verification n where n.entry_id = e.entry_id order by n.known_at desc limit 1),
            lower(v.recorded)
        ) as verified_at
        from kb_store.draft d
        join kb_store.page p on p.reading_id = d.reading_id and p.source_id = e.source_id
        where d.entry_id = e.entry_id
    ) s
    where e.entry_id = any (which) and not isempty(w.valid) and (upper_inf(w.valid) or upper(w.valid) > at);

    insert into kb_store.verification (entry_id, known_at, verified_at)
    select s.entry_id, at, s.verified_at
    from kb_store.served_entry s
    where s.entry_id = any (which)
    on conflict (entry_id, known_at) do update set verified_at = excluded.verified_at;

    insert into kb_store.served_chunk (chunk_id, entry_id, passage_id, valid, language, ordinal)
    select c.chunk_id, s.entry_id, c.passage_id, c.valid, coalesce(c.language, s.languages[1]), c.ordinal
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

    perform kb_store.leave_passages(leaving);
    perform kb_store.enter_passages(entering);
    perform kb_store.weigh_passages(kb_store.drifted_passages());

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

CREATE FUNCTION kb_store.source_profiles(of_source integer) RETURNS TABLE(language text, pages integer, titles text[], anchors bigint[], classes bigint[], types text[], ended real)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with own as materialized (
        -- the latest few hundred believed pages of each language tell as much as all
        select s.language, s.features
        from (
            select r.language, r.features,
                row_number() over (partition by r.language order by p.last_verified desc nulls last, p.page_id) as place
            from kb_store.page p
            join kb_store.reading r using (reading_id)
            where p.source_id = of_source and r.features is not null
        ) s
        where s.place <= 200
    ),
    sized as (
        select o.language, count(*) as pages, avg((o.features ->> 'ended')::boolean::int)::real as ended
        from own o
        group by o.language
    ),
    shared as (
        select o.language, f.name, v.value
        from own o
        join sized s using (language)
        cross join lateral unnest(array['titles', 'anchors', 'classes', 'types']) f (name)
        cross join lateral jsonb_array_elements_text(o.features -> f.name) v
        group by o.language, f.name, v.value, s.pages
        having count(*) >= s.pages * 0.6
    )
    select s.language, s.pages::int,
        coalesce(array_agg(h.value) filter (where h.name = 'titles'), '{}'),
        coalesce(array_agg(h.value::bigint) filter (where h.name = 'anchors'), '{}'),
        coalesce(array_agg(h.value::bigint) filter (where h.name = 'classes'), '{}'),
        coalesce(array_agg(h.value) filter (where h.name = 'types'), '{}'),
        s.ended
    from sized s
    left join shared h using (language)
    -- what one or two pages share is those pages
    where s.pages >= 3
    group by s.language, s.pages, s.ended
$$;

COMMENT ON FUNCTION kb_store.source_profiles(of_source integer) IS 'What most believed pages of a source share, by language: titles, anchors, classes, types, whether their source is closed.';

CREATE FUNCTION kb_store.source_states() RETURNS TABLE(source text, paused text, last_run bigint, last_state text, held bigint, held_why jsonb, missing bigint, withdrawn bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select s.name, s.paused, last.run_id, last.state, coalesce(h.removals, 0), h.verdict,
        (
            select count(*)
            from kb_store.page p
            where p.source_id = s.source_id and p.reading_id is not null and p.missing_since is not null
                and not kb_store.is_proven_gone(p.last_outcome, p.last_attempt, p.missing_since)
        ),
        (
            select count(*)
            from kb_store.withdrawal w
            join kb_store.entry e using (entry_id)
            where e.source_id = s.source_id and upper_inf(w.recorded) and w.period @> clock_timestamp()
        )
    from kb_store.source s
    left join lateral (
        select r.run_id, r.state
        from kb_store.run r
        where r.source_id = s.source_id and r.kind = 'sync' and r.finished_at is not null and r.state <> 'planned'
        order by r.run_id desc
        limit 1
    ) last on true
    left join lateral (
        select count(*) as removals, (array_agg(r.verdict order by r.run_id desc))[1] as verdict
        from kb_store.plan_removal x
        join kb_store.run r using (run_id)
        where r.source_id = s.source_id and x.held
        having count(*) > 0
    ) h on true
    where s.source_id = any (kb_store.visible_sources())
$$;

COMMENT ON FUNCTION kb_store.source_states() IS 'What waits for a person in each source: why it is paused, what came of its last sync, removals held and why, pages missing once that wait for another look, entries withdrawn by a person.';

CREATE FUNCTION kb_store.stamp_verified(of_run bigint, at timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with seen as (
        select s.entry_id, s.verified_at as before, max(a.fetched_at) as verified_at
        from kb_store.run r
        join kb_store.attempt a using (run_id)
        join kb_store.page p on p.source_id = r.source_id and p.url = a.url and p.last_verified = a.fetched_at
        join kb_store.draft d on d.reading_id = p.reading_id
        join kb_store.served_entry s on s.entry_id = d.entry_id
        where r.run_id = of_run
        group by s.entry_id
    ),
    stamped as (
        update kb_store.served_entry s
        set verified_at = n.verified_at,
            -- a look that came too late moves a lapse that has been told to an instant that is past as well
            told_until = case
                when n.before + s.ttl <= stamp_verified.at then greatest(s.told_until, stamp_verified.at)
                else s.told_until
            end
        from seen n
        where s.entry_id = n.entry_id and n.before < n.verified_at
        returning s.*, n.before
    ),
    kept as (
        insert into kb_store.verification (entry_id, known_at, verified_at)
        select s.entry_id, stamp_verified.at, s.verified_at from stamped s
        on conflict (entry_id, known_at) do update set verified_at = excluded.verified_at
    )
    -- it had lapsed: from this instant it is served again
    insert into kb_store.change (at, change, entry_id, version_id, run_id)
    select stamp_verified.at, 'restored', s.entry_id, s.version_id, of_run
    from stamped s
    where kb_store.is_live(s.valid, s.ttl, s.verified_at, stamp_verified.at)
        and not kb_store.is_live(s.valid, s.ttl, s.before, stamp_verified.at)
    order by s.entry_id
    on conflict do nothing
$$;

COMMENT ON FUNCTION kb_store.stamp_verified(of_run bigint, at timestamp with time zone) IS 'Records for served entries that a run has seen them, and tells the change feed which had lapsed; writes no vector index.';

CREATE FUNCTION kb_store.strayed_pages(of_run bigint) RETURNS TABLE(url text, outcome text, final_url text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    select a.url, a.outcome, a.final_url
    from kb_store.run r
    join kb_store.attempt a on a.run_id = r.run_id and a.outcome in ('moved', 'moved_off_scope')
    join kb_store.page p on p.source_id = r.source_id and p.url = a.url
    where r.run_id = of_run and p.reading_id is not null and a.final_url is not null
    order by a.url
$$;

COMMENT ON FUNCTION kb_store.strayed_pages(of_run bigint) IS 'Pages believed until now that send their visitors elsewhere.';

CREATE FUNCTION kb_store.sweep(at timestamp with time zone, of_source integer DEFAULT NULL::integer) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
declare
    ended bigint[];
begin
    insert into kb_store.change (at, change, entry_id, version_id)
    select b.at, b.change, b.entry_id, b.version_id
    from kb_store.passed_bounds(sweep.at, of_source) b
    order by b.at, b.entry_id
    -- a clock set back meets its bounds again
    on conflict do nothing;

    select array_agg(s.entry_id) into ended
    from kb_store.served_entry s
    where upper(s.valid) <= sweep.at and (of_source is null or s.source_id = of_source);
    -- only rows that a bound was found for: a sweep a minute must not write the whole table
    update kb_store.served_entry s
    set told_until = sweep.at
    where s.told_until < sweep.at
        and (of_source is null or s.source_id = of_source)
        and not s.entry_id = any (coalesce(ended, '{}'))
        and (
            s.verified_at + s.ttl between s.told_until and sweep.at
            or exists (
                select from unnest(s.valid) r
                where lower(r) between s.told_until and sweep.at or upper(r) between s.told_until and sweep.at
            )
        );
    perform kb_store.serve_entries(ended, sweep.at);
    return coalesce(cardinality(ended), 0);
end
$$;

COMMENT ON FUNCTION kb_store.sweep(at timestamp with time zone, of_source integer) IS 'Tells the change feed what the clock did up to that instant and takes what has ended out of the index; how many entries ended. For callers that hold the lock of the feed.';

CREATE FUNCTION kb_store.take_lease(of_source text, run_kind text, host text, pid integer, seconds double precision, permission text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION kb_store.take_lease(of_source text, run_kind text, host text, pid integer, seconds double precision, permission text) IS 'A new run of a source that nobody works on; raises KB002 naming the run that does, KB003 for an unknown source.';

CREATE FUNCTION kb_store.tell_decision(of_run bigint, at timestamp with time zone, which bigint[], served_before bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    insert into kb_store.change (at, change, entry_id, version_id, run_id)
    select tell_decision.at, c.change, c.entry_id, c.version_id, of_run
    from (
        select case
                when s.entry_id is null then 'withdrawn'
                -- what is believed again was verified too long ago to be served
                when s.verified_at + s.ttl <= tell_decision.at then 'expired'
                when not n.entry_id = any (served_before) then 'restored'
                when o.until < w.until then 'extended'
                when o.until > w.until then 'shortened'
                else 'changed'
            end as change,
            n.entry_id, coalesce(s.version_id, v.version_id) as version_id
        from unnest(which) n(entry_id)
        left join kb_store.served_entry s using (entry_id)
        -- what was believed until now
        left join lateral (
            select v.version_id, v.valid
            from kb_store.version v
            where v.entry_id = n.entry_id and v.version_id is distinct from s.version_id
            order by v.version_id desc
            limit 1
        ) v on true
        cross join lateral (select coalesce(upper(v.valid), 'infinity') as until) o
        cross join lateral (select coalesce(upper(s.valid), 'infinity') as until) w
        where s.entry_id is not null or n.entry_id = any (served_before)
    ) c
    order by c.entry_id
    on conflict do nothing
$$;

COMMENT ON FUNCTION kb_store.tell_decision(of_run bigint, at timestamp with time zone, which bigint[], served_before bigint[]) IS 'Writes to the change feed what a person''s word did to what is served.';

CREATE FUNCTION kb_store.text_of(of_version bigint, wanted text) RETURNS TABLE(language text, url text, title text, description text, image_url text, terms text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(n.language, v.language), coalesce(n.url, v.url), coalesce(n.title, v.title),
        case when n.language is null then v.description else n.description end,
        coalesce(n.image_url, v.image_url),
        case when n.language is null then v.terms else n.terms end
    from kb_store.version v
    left join kb_store.version_variant n on n.version_id = v.version_id and n.language = wanted
    where v.version_id = of_version
$$;

COMMENT ON FUNCTION kb_store.text_of(of_version bigint, wanted text) IS 'What a version says in a language it has; in its own when it has not, or none is wanted.';

CREATE FUNCTION kb_store.thin_verifications(at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    week_ago constant timestamptz := date_trunc('day', thin_verifications.at, 'UTC') - interval '168 hours';
    since timestamptz;
begin
    select c.done_until into since from kb_store.chore c where c.name = 'thin verifications';
    if since >= week_ago then
        return;
    end if;
    delete from kb_store.verification v
    where v.known_at >= coalesce(since, '-infinity') and v.known_at < week_ago
        and exists (
            select from kb_store.verification n
            where n.entry_id = v.entry_id and n.known_at > v.known_at
                and n.known_at < date_trunc('day', v.known_at, 'UTC') + interval '24 hours'
        );
    insert into kb_store.chore (name, done_until) values ('thin verifications', week_ago)
    on conflict (name) do update set done_until = excluded.done_until;
end
$$;

COMMENT ON FUNCTION kb_store.thin_verifications(at timestamp with time zone) IS 'Keeps of the looks of more than a week ago the last of each day; once a day, whoever calls how often.';

CREATE FUNCTION kb_store.told_at(instant timestamp with time zone, zone text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select to_char(instant at time zone zone, 'YYYY-MM-DD HH24:MI:SS') || ' ' || zone
$$;

COMMENT ON FUNCTION kb_store.told_at(instant timestamp with time zone, zone text) IS 'An instant for a person, in the zone of the source: the same in every session.';

CREATE FUNCTION kb_store.unmatched_pages() RETURNS TABLE(source_id integer, url text, message text, quote text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with silent as materialized (
        select p.source_id, p.page_id, p.url, x ->> 'message' as message, x ->> 'quote' as quote
        from kb_store.page p
        join kb_store.reading r using (reading_id)
        cross join lateral jsonb_array_elements(r.findings) x
        where x ->> 'rule' = 'no-offer-matched'
    ),
    -- all pages of their sources: did any reading that is kept give offers?
    known as materialized (
        select p.source_id, p.page_id, kb_store.pages_like(p.url) as pages,
            coalesce(bool_or(d.content ->> 'kind' = 'offer'), false) as gave
        from kb_store.page p
        join kb_store.reading r using (page_id)
        left join kb_store.draft d on d.reading_id = r.reading_id
        where p.source_id in (select s.source_id from silent s)
        group by p.source_id, p.page_id
    ),
    kinds as (
        select k.source_id, k.pages, count(*) filter (where k.gave) * 2 > count(*) as gave
        from known k
        group by k.source_id, k.pages
    ),
    sources as (
        select k.source_id, bool_or(k.gave) as gave from known k group by k.source_id
    )
    select s.source_id, s.url, s.message, s.quote
    from silent s
    join known k using (page_id)
    join kinds n on n.source_id = k.source_id and n.pages = k.pages
    join sources o on o.source_id = s.source_id
    where k.gave or n.gave or not o.gave
$$;

COMMENT ON FUNCTION kb_store.unmatched_pages() IS 'Pages on which the selectors match nothing although they should: the page gave offers, most pages of its kind did, or no page of the source does.';

CREATE FUNCTION kb_store.untold() RETURNS TABLE(entry_id bigint, version_id bigint, change text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- who follows the feed must have heard of all that is served, and that what is not served is over
    select coalesce(s.entry_id, c.entry_id), coalesce(s.version_id, c.version_id),
        case when s.entry_id is null then 'expired' else 'added' end
    from kb_store.served_entry s
    full join (
        select distinct on (c.entry_id) c.entry_id, c.version_id, c.change
        from kb_store.change c
        order by c.entry_id, c.change_id desc
    ) c using (entry_id)
    where c.entry_id is null or (s.entry_id is null and c.change not in ('expired', 'withdrawn'))
$$;

COMMENT ON FUNCTION kb_store.untold() IS 'What the change feed should have said and has not: entries served unheard of, and ends that were never told.';

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

CREATE FUNCTION kb_store.wake_listeners(told bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- one word a transaction: who listens asks kb.changes for all after the last number it has seen
    select pg_notify('kb_change', max(c.change_id)::text)
    from kb_store.change c
    where c.change_id > told
    having max(c.change_id) is not null
$$;

COMMENT ON FUNCTION kb_store.wake_listeners(told bigint) IS 'Sends NOTIFY kb_change with the last number of the feed, when there are any after that one.';

CREATE FUNCTION kb_store.wanted_of(category text[], language text, source text[], kind text[], min_price numeric, max_price numeric) RETURNS kb_store.wanted
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
    name text;
    longest int;
    listed text[];
    sources int[];
begin
    for name, listed in values ('category', category), ('source', source), ('kind', kind), ('language', array[language]) loop
        if cardinality(listed) > 1000 then
            raise exception '% has % values; the most is 1000', name, cardinality(listed) using errcode = '22023';
        end if;
        select max(length(l)) into longest from unnest(listed) l;
        if longest > 1000 then
            raise exception '% has a value of % characters; the most is 1000', name, longest using errcode = '22023';
        end if;
    end loop;
    select array_agg(s.source_id) into sources
    from kb_store.source s
    where s.source_id = any (kb_store.visible_sources()) and (source is null or s.name = any (source));
    return (coalesce(sources, '{}'), category, language, kind, min_price, max_price);
end
$$;

COMMENT ON FUNCTION kb_store.wanted_of(category text[], language text, source text[], kind text[], min_price numeric, max_price numeric) IS 'The filters of a call, its sources by number and only those that this session may see; raises 22023 when they are too many.';

CREATE FUNCTION kb_store.webhook_states(named text[]) RETURNS TABLE(name text, waiting bigint, waiting_since timestamp with time zone, failing_since timestamp with time zone, tries integer, next_try timestamp with time zone, reason text, stopped_at timestamp with time zone, delivered bigint, delivered_at timestamp with time zone, dead_letters bigint, last_dead jsonb)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION kb_store.webhook_states(named text[]) IS 'How each of those webhooks fares: what waits (a thousand changes at most are counted), since when and why it fails, what was given up; all null but the name: nothing has ever delivered to it.';

CREATE FUNCTION kb_store.weigh_passages(which bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
begin
    update kb_store.served_passage s
    set weights = w.weights, pivot = w.pivot
    from (
        select sp.passage_id, a.pivot,
            ('{' || string_agg(kb_store.written_weights(c.lexemes, c.times, sp.length, a.pivot), ',') || '}/1000000000')::sparsevec
                as weights
        from kb_store.served_passage sp
        cross join (
            select greatest(st.total_length::real / greatest(st.passages, 1), 1)::real as pivot
            from kb_store.lexical_statistic st
        ) a
        left join kb_store.counted_lexemes(which) c using (passage_id)
        where sp.passage_id = any (which)
        group by sp.passage_id, a.pivot
    ) w
    where s.passage_id = w.passage_id;
end
$$;

COMMENT ON FUNCTION kb_store.weigh_passages(which bigint[]) IS 'Computes the BM25 term weights of served texts, by the average length as it is now.';

CREATE FUNCTION kb_store.withdraw(which bigint, until timestamp with time zone, decided_by text) RETURNS timestamp with time zone
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    told constant bigint := kb_store.lock_feed();
    -- a clock set back must not end a word before it was said
    at constant timestamptz := (
        select greatest(clock_timestamp(), max(lower(w.recorded)) + interval '1 microsecond')
        from kb_store.withdrawal w
        where w.entry_id = which and upper_inf(w.recorded)
    );
    same constant bigint[] := kb_store.same_as(which);
    served_before bigint[];
begin
    if until <= at then
        raise exception '% is past', until using errcode = 'KB006';
    end if;
    perform kb_store.sweep(at, e.source_id) from kb_store.entry e where e.entry_id = which;
    select coalesce(array_agg(s.entry_id), '{}') into served_before
    from kb_store.served_entry s
    where s.entry_id = any (same) and kb_store.range_at(s.valid, at) is not null;

    update kb_store.withdrawal w
    set recorded = tstzrange(lower(w.recorded), at), revoked_by = withdraw.decided_by
    where w.entry_id = which and upper_inf(w.recorded);
    insert into kb_store.withdrawal (entry_id, period, recorded, decided_by)
    values (which, tstzrange(at, until), tstzrange(at, null), decided_by);
    perform kb_store.serve_entries(same, at);
    -- a bot that has just been told of it must hear of its end, whether or not it comes back by itself
    insert into kb_store.change (at, change, entry_id, version_id)
    select at, 'withdrawn', v.entry_id, v.version_id
    from kb_store.version v
    where v.entry_id = any (served_before) and upper_inf(v.recorded)
    on conflict do nothing;
    perform kb_store.wake_listeners(told);
    return at;
end
$$;

COMMENT ON FUNCTION kb_store.withdraw(which bigint, until timestamp with time zone, decided_by text) IS 'A person''s word: an entry is not served from now on, until then or, null, until restored; raises KB006 for an instant that is past.';

CREATE FUNCTION kb_store.withheld(which bigint) RETURNS tstzmultirange
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- from whenever: answers are of now, and a clock that is set back takes no word back
    select coalesce(range_agg(tstzrange(null, upper(w.period))), '{}')
    from kb_store.withdrawal w
    where upper_inf(w.recorded) and which = any (kb_store.same_as(w.entry_id))
$$;

COMMENT ON FUNCTION kb_store.withheld(which bigint) IS 'When an entry is not served because a person said so, whatever its source says.';

CREATE FUNCTION kb_store.withheld_then(known_at timestamp with time zone) RETURNS TABLE(entry_id bigint, periods tstzmultirange)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with recursive found as (
        select w.entry_id, w.period from kb_store.withdrawal w where w.recorded @> known_at
        union
        -- and of what it had been found to be the same as by then
        select e.joined_into, f.period
        from found f
        join kb_store.entry e using (entry_id)
        where exists (
            select from kb_store.version v
            where v.entry_id = e.entry_id and v.closed_reason = 'joined' and upper(v.recorded) <= known_at
        ) and e.joined_into is not null
    )
    select f.entry_id, range_agg(f.period) from found f group by f.entry_id
$$;

COMMENT ON FUNCTION kb_store.withheld_then(known_at timestamp with time zone) IS 'When entries are not served because a person said so, by what persons had said at that instant.';

CREATE FUNCTION kb_store.without_particulars(query text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with plain as (
        select regexp_replace(
            translate(lower(query), '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789'),
            -- what shows nothing or turns the direction of writing
            '[[:cntrl:]\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+', ' ', 'g'
        ) as said
    )
    select left(btrim(regexp_replace(
        regexp_replace(
            -- addresses of mail and of pages, names of accounts
            regexp_replace(said, '\S*@\S*|(https?://|www\.)\S*', ' ', 'g'),
            -- numbers of telephones, orders, plates and cards, however they are broken up; years go with them
            '\+?\d([ ().-]{0,2}\d){3,}', '#', 'g'
        ),
        '\s+', ' ', 'g'
    )), 200)
    from plain
$$;

COMMENT ON FUNCTION kb_store.without_particulars(query text) IS 'A question without addresses and without numbers of four digits or more, which could tell who asked it.';

CREATE FUNCTION kb_store.word_pieces(of_model integer, word text) RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    longest constant int := (select t.longest from kb_store.query_table t where t.model_id = of_model);
    place int := 1;
    found text;
    pieces text[] := '{}';
begin
    -- the longest piece that fits, one after the other, as WordPiece has it; where none goes on, the longest that
    -- begins a word; a character that has no piece is passed over
    while place <= length(word) loop
        select p.piece into found
        from generate_series(1, least(longest, length(word) - place + 1)) as n
        join kb_store.query_piece p on p.model_id = of_model
            and p.piece in (substr(word, place, n), case when place > 1 then '-' || substr(word, place, n) end)
        order by p.piece like '-%' desc, n desc
        limit 1;
        if found is not null then
            pieces := pieces || found;
        end if;
        place := place + greatest(length(ltrim(found, '-')), 1);
    end loop;
    return pieces;
end
$$;

COMMENT ON FUNCTION kb_store.word_pieces(of_model integer, word text) IS 'A word as the pieces a model''s query table knows it by; those that go on within a word begin with a hyphen.';

CREATE FUNCTION kb_store.worth_asking(at timestamp with time zone, wanted kb_store.wanted) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET jit TO 'off'
    AS $$
declare
    texts constant int := (select s.passages from kb_store.lexical_statistic s);
    -- below, what is wanted is looked up; above, all is gone through, or the index, and of the nearest alone is asked
    -- whether they are wanted. About where both take as long, at 5,000 texts and at 200,000
    few constant int := greatest(least(texts / 4, 5000), 100);
    everything constant boolean := (wanted).category is null and (wanted).language is null
        and (wanted).kind is null and (wanted).min_price is null and (wanted).max_price is null
        and cardinality((wanted).sources) = (select count(*) from kb_store.source);
begin
    if everything then
        return 250; -- what is over does not stay in service for long: nearly all is live
    end if;
    -- counted no further than needed: at once when most are wanted, by the filter's index when hardly any are
    return case when few < (
        select count(*)
        from (
            select
            from kb_store.served_entry e
            join kb_store.served_chunk c using (entry_id)
            where kb_store.is_live(e.valid, e.ttl, e.verified_at, at)
                and (c.valid is null or c.valid @> at)
                and kb_store.is_wanted(e.source_id, e.kind, e.category, e.price, wanted)
                and ((wanted).language is null or c.language = (wanted).language)
            limit few + 1
        ) n
    )
    -- enough to meet a hundred among them: one in four is wanted, or one in forty of many
    then greatest(texts / 50, 500) else 0 end;
end
$$;

COMMENT ON FUNCTION kb_store.worth_asking(at timestamp with time zone, wanted kb_store.wanted) IS 'Of how many of the texts nearest to a query it is asked whether they are live and wanted; 0: so few are that it is quicker to look them all up.';

CREATE FUNCTION kb_store.written_weights(lexemes integer[], times integer, length bigint, pivot real) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
declare
    -- Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), k1 1.2, b 0.75; the idf stands in the query
    weight constant text := (times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / pivot)))::real;
begin
    return array_to_string(lexemes, ':' || weight || ',') || ':' || weight;
end
$$;

COMMENT ON FUNCTION kb_store.written_weights(lexemes integer[], times integer, length bigint, pivot real) IS 'The BM25 weight of lexemes that stand so often in a text of that length, as part of what a sparsevec is written as.';

CREATE FUNCTION kb_store.yields(of_run bigint) RETURNS TABLE(pages text, count integer, before integer, now integer)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    with changed as materialized (
        select kb_store.pages_like(p.url) as pages, p.page_id, p.reading_id as before, e.reading_id as now
        from kb_store.run r
        join kb_store.page p using (source_id)
        join kb_store.effective_readings(of_run) e using (page_id)
        where r.run_id = of_run and p.reading_id is distinct from e.reading_id and p.reading_id is not null
    ),
    offers as (
        select d.reading_id, count(*) as given
        from kb_store.draft d
        where d.content ->> 'kind' = 'offer'
            and d.reading_id in (select before from changed union select now from changed)
        group by d.reading_id
    )
    select c.pages, count(*)::int, coalesce(sum(b.given), 0)::int, coalesce(sum(n.given), 0)::int
    from changed c
    left join offers b on b.reading_id = c.before
    left join offers n on n.reading_id = c.now
    group by c.pages
    having sum(b.given) > 0 or sum(n.given) > 0
    order by sum(b.given) desc nulls last, c.pages
    limit 50
$$;

COMMENT ON FUNCTION kb_store.yields(of_run bigint) IS 'Offers given before and now by the pages that a run finds to say something else, by kind of page.';

CREATE TABLE kb_store.api_key (
    key_id text NOT NULL,
    name text NOT NULL,
    secret_sha256 bytea NOT NULL,
    scope text[] NOT NULL,
    source text[],
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_used timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_key_key_id_check CHECK ((key_id ~ '^[a-z2-7]{8}$'::text)),
    CONSTRAINT api_key_name_check CHECK ((name <> ''::text)),
    CONSTRAINT api_key_scope_check CHECK (((cardinality(scope) > 0) AND (scope <@ '{read,write,audit}'::text[]))),
    CONSTRAINT api_key_secret_sha256_check CHECK ((octet_length(secret_sha256) = 32)),
    CONSTRAINT api_key_source_check CHECK ((cardinality(source) > 0))
);

COMMENT ON TABLE kb_store.api_key IS 'Keys of the HTTP door. Once one was made, every call needs one.';

COMMENT ON COLUMN kb_store.api_key.key_id IS 'The part of a key that is no secret.';

COMMENT ON COLUMN kb_store.api_key.name IS 'What a person calls it.';

COMMENT ON COLUMN kb_store.api_key.secret_sha256 IS 'SHA-256 of the whole key: 256 random bits need no slower hash.';

COMMENT ON COLUMN kb_store.api_key.scope IS 'What it allows: read (ask), write (push, approve), audit (ask about the past).';

COMMENT ON COLUMN kb_store.api_key.source IS 'Names of the sources it is limited to; null: all.';

COMMENT ON COLUMN kb_store.api_key.created_at IS 'When it was made.';

COMMENT ON COLUMN kb_store.api_key.last_used IS 'When it was last used, to the minute; null: never.';

COMMENT ON COLUMN kb_store.api_key.revoked_at IS 'When it was revoked; null: it holds.';

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

CREATE TABLE kb_store.calibration (
    model_id integer NOT NULL,
    path text NOT NULL,
    weights double precision[] NOT NULL,
    texts bigint NOT NULL,
    fitted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT calibration_path_check CHECK ((path = ANY (ARRAY['given'::text, 'made'::text, 'words'::text]))),
    CONSTRAINT calibration_texts_check CHECK ((texts > 0)),
    CONSTRAINT calibration_weights_check CHECK ((cardinality(weights) = 4))
);

COMMENT ON TABLE kb_store.calibration IS 'What the features of an answer weigh in this base, fitted to questions made of its own texts; laid so that half is where a bot may answer.';

COMMENT ON COLUMN kb_store.calibration.model_id IS 'The model served when it was fitted, with whose vectors.';

COMMENT ON COLUMN kb_store.calibration.path IS 'Where the query''s vector comes from: given by whoever asks, made in the base; words: there is none.';

COMMENT ON COLUMN kb_store.calibration.weights IS 'By kb_store.answer_features; the first of them stands alone.';

COMMENT ON COLUMN kb_store.calibration.texts IS 'Served texts then; fitted anew when they have become many more, or fewer.';

COMMENT ON COLUMN kb_store.calibration.fitted_at IS 'When it was fitted.';

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

CREATE TABLE kb_store.chore (
    name text NOT NULL,
    done_until timestamp with time zone NOT NULL
);

COMMENT ON TABLE kb_store.chore IS 'Housekeeping that need not be done at every sweep.';

COMMENT ON COLUMN kb_store.chore.name IS 'What is done.';

COMMENT ON COLUMN kb_store.chore.done_until IS 'Up to which instant of what it looks after it was done.';

CREATE TABLE kb_store.chunk (
    chunk_id bigint NOT NULL,
    version_id bigint NOT NULL,
    ordinal integer NOT NULL,
    heading text NOT NULL,
    body text NOT NULL,
    page integer,
    passage_id bigint NOT NULL,
    valid tstzmultirange,
    language text
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

COMMENT ON COLUMN kb_store.chunk.language IS 'Language of the variant it belongs to; null: that of its version.';

ALTER TABLE kb_store.chunk ALTER COLUMN chunk_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.chunk_chunk_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.dead_letter (
    webhook text NOT NULL,
    message text NOT NULL,
    event text NOT NULL,
    at timestamp with time zone NOT NULL,
    change_id bigint,
    run_id bigint,
    tries integer NOT NULL,
    reason text NOT NULL,
    given_up_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT dead_letter_check CHECK (((change_id IS NULL) <> (run_id IS NULL)))
);

COMMENT ON TABLE kb_store.dead_letter IS 'Messages that a webhook did not accept in all their tries; kept for thirty days.';

COMMENT ON COLUMN kb_store.dead_letter.webhook IS 'Which one.';

COMMENT ON COLUMN kb_store.dead_letter.message IS 'The message''s webhook-id.';

COMMENT ON COLUMN kb_store.dead_letter.event IS 'What it told.';

COMMENT ON COLUMN kb_store.dead_letter.at IS 'When that happened.';

COMMENT ON COLUMN kb_store.dead_letter.change_id IS 'The change it told of; the feed may have forgotten it.';

COMMENT ON COLUMN kb_store.dead_letter.run_id IS 'The run it told of.';

COMMENT ON COLUMN kb_store.dead_letter.tries IS 'How often it was tried.';

COMMENT ON COLUMN kb_store.dead_letter.reason IS 'Why the last try failed.';

COMMENT ON COLUMN kb_store.dead_letter.given_up_at IS 'When it was given up.';

CREATE TABLE kb_store.demand (
    day date NOT NULL,
    language text NOT NULL,
    question_sha256 bytea NOT NULL,
    asked integer NOT NULL,
    unanswered integer NOT NULL,
    best_score real NOT NULL,
    question text,
    CONSTRAINT demand_asked_check CHECK ((asked > 0)),
    CONSTRAINT demand_best_score_check CHECK (((best_score >= (0)::double precision) AND (best_score <= (1)::double precision))),
    CONSTRAINT demand_check CHECK (((unanswered >= 0) AND (unanswered <= asked))),
    CONSTRAINT demand_question_sha256_check CHECK ((length(question_sha256) = 32))
);

COMMENT ON TABLE kb_store.demand IS 'Questions that had no or a weak answer, by day. Only what was asked often enough is kept in words, and those without numbers and addresses.';

COMMENT ON COLUMN kb_store.demand.day IS 'Day in UTC.';

COMMENT ON COLUMN kb_store.demand.language IS 'Language asked for, or told by the letters; und: neither.';

COMMENT ON COLUMN kb_store.demand.question_sha256 IS 'Salted hash of its lexemes: the same words in another order are the same question.';

COMMENT ON COLUMN kb_store.demand.asked IS 'How often.';

COMMENT ON COLUMN kb_store.demand.unanswered IS 'How often of these nothing at all was found.';

COMMENT ON COLUMN kb_store.demand.best_score IS 'The highest score that a hit had.';

COMMENT ON COLUMN kb_store.demand.question IS 'Its words as last asked, without numbers and addresses; null: asked too seldom to be kept.';

CREATE TABLE kb_store.demand_setting (
    sole boolean DEFAULT true NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    salt uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT demand_setting_sole_check CHECK (sole)
);

COMMENT ON TABLE kb_store.demand_setting IS 'One row: whether unanswered questions are kept, as the project''s settings say.';

COMMENT ON COLUMN kb_store.demand_setting.sole IS 'There is one row.';

COMMENT ON COLUMN kb_store.demand_setting.enabled IS 'False: nothing is noted.';

COMMENT ON COLUMN kb_store.demand_setting.salt IS 'Goes into every hash, so that hashes of other bases say nothing of this one.';

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
    content jsonb NOT NULL,
    entry_id bigint,
    identified_by text
);

COMMENT ON TABLE kb_store.draft IS 'What one reading says about one entry.';

COMMENT ON COLUMN kb_store.draft.reading_id IS 'The reading.';

COMMENT ON COLUMN kb_store.draft.ordinal IS 'Place on the page, from 0.';

COMMENT ON COLUMN kb_store.draft.key IS 'Identity of the entry within the source.';

COMMENT ON COLUMN kb_store.draft.content IS 'The draft whole, as JSON: see pipelines.drafts.';

COMMENT ON COLUMN kb_store.draft.entry_id IS 'The entry it speaks of, as published; null: not published.';

COMMENT ON COLUMN kb_store.draft.identified_by IS 'The recipe by which that was found; null: not found by any.';

CREATE TABLE kb_store.draft_before (
    run_id bigint NOT NULL,
    reading_id bigint NOT NULL,
    ordinal integer NOT NULL,
    entry_id bigint NOT NULL
);

COMMENT ON TABLE kb_store.draft_before IS 'Drafts that a run found to speak of another entry, and of which they had spoken until then.';

COMMENT ON COLUMN kb_store.draft_before.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.draft_before.reading_id IS 'The draft''s reading.';

COMMENT ON COLUMN kb_store.draft_before.ordinal IS 'Its place in it.';

COMMENT ON COLUMN kb_store.draft_before.entry_id IS 'The entry it spoke of.';

CREATE TABLE kb_store.draft_mark (
    reading_id bigint NOT NULL,
    ordinal integer NOT NULL,
    mark text NOT NULL
);

COMMENT ON TABLE kb_store.draft_mark IS 'By what a draft may be known again elsewhere: see pipelines.store.identity.';

COMMENT ON COLUMN kb_store.draft_mark.reading_id IS 'The draft''s reading.';

COMMENT ON COLUMN kb_store.draft_mark.ordinal IS 'Its place in it.';

COMMENT ON COLUMN kb_store.draft_mark.mark IS 'Kind of mark, colon, value.';

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
    joined_into bigint,
    CONSTRAINT entry_absent_runs_check CHECK ((absent_runs >= 0)),
    CONSTRAINT entry_check CHECK (((absent_runs = 0) = (absent_since IS NULL))),
    CONSTRAINT entry_check1 CHECK ((joined_into <> entry_id)),
    CONSTRAINT entry_kind_check CHECK ((kind = ANY (ARRAY['offer'::text, 'page'::text, 'document'::text, 'record'::text])))
);

COMMENT ON TABLE kb_store.entry IS 'What may be quoted: an offer, a page, a document, a record.';

COMMENT ON COLUMN kb_store.entry.entry_id IS 'Key; the number bots see.';

COMMENT ON COLUMN kb_store.entry.source_id IS 'The source it comes from.';

COMMENT ON COLUMN kb_store.entry.key IS 'Identity within the source.';

COMMENT ON COLUMN kb_store.entry.kind IS 'What it is.';

COMMENT ON COLUMN kb_store.entry.absent_runs IS 'Complete healthy runs in a row that did not find it; above 0: suspect.';

COMMENT ON COLUMN kb_store.entry.absent_since IS 'The first of them.';

COMMENT ON COLUMN kb_store.entry.joined_into IS 'The entry it was found to be the same as; null: it stands for itself.';

ALTER TABLE kb_store.entry ALTER COLUMN entry_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.entry_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.entry_mark (
    entry_id bigint NOT NULL,
    mark text NOT NULL,
    former boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE kb_store.entry_mark IS 'Marks by which an entry was known: by these it keeps its number when an address changes.';

COMMENT ON COLUMN kb_store.entry_mark.entry_id IS 'The entry.';

COMMENT ON COLUMN kb_store.entry_mark.mark IS 'As in draft_mark.';

COMMENT ON COLUMN kb_store.entry_mark.former IS 'A place that had it is gone; what it held together stays so.';

CREATE TABLE kb_store.evaluation (
    evaluation_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    file text NOT NULL,
    questions_sha256 bytea NOT NULL,
    model text,
    measured jsonb NOT NULL,
    CONSTRAINT evaluation_questions_sha256_check CHECK ((length(questions_sha256) = 32))
);

COMMENT ON TABLE kb_store.evaluation IS 'What `freshet eval` measured, to be compared with the next time.';

COMMENT ON COLUMN kb_store.evaluation.evaluation_id IS 'Key; grows with time.';

COMMENT ON COLUMN kb_store.evaluation.at IS 'When it was measured.';

COMMENT ON COLUMN kb_store.evaluation.file IS 'Name of the file of questions, without its folder.';

COMMENT ON COLUMN kb_store.evaluation.questions_sha256 IS 'Hash of the file: another one means other questions.';

COMMENT ON COLUMN kb_store.evaluation.model IS 'Name of the model that was served; null: none.';

COMMENT ON COLUMN kb_store.evaluation.measured IS 'Each measure and its value, null where no question bears on it.';

ALTER TABLE kb_store.evaluation ALTER COLUMN evaluation_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.evaluation_evaluation_id_seq
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
    CONSTRAINT lexical_statistic_sole_check CHECK (sole)
);

COMMENT ON TABLE kb_store.lexical_statistic IS 'One row: what BM25 must know of all served texts.';

COMMENT ON COLUMN kb_store.lexical_statistic.sole IS 'There is one row.';

COMMENT ON COLUMN kb_store.lexical_statistic.passages IS 'Served texts.';

COMMENT ON COLUMN kb_store.lexical_statistic.total_length IS 'Their lengths in lexemes, summed.';

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
    indexed_to bigint DEFAULT 0 NOT NULL,
    CONSTRAINT model_dimensions_check CHECK (((dimensions >= 1) AND (dimensions <= 4000))),
    CONSTRAINT model_indexed_to_check CHECK ((indexed_to >= 0))
);

COMMENT ON TABLE kb_store.model IS 'Embedding models this base has vectors of.';

COMMENT ON COLUMN kb_store.model.model_id IS 'Key; a literal in every query and index.';

COMMENT ON COLUMN kb_store.model.identity IS 'Hash of id, revision, weights, dimensions and prompts: two models are the same when it is.';

COMMENT ON COLUMN kb_store.model.name IS 'Name a person knows it by.';

COMMENT ON COLUMN kb_store.model.dimensions IS 'Length of its vectors.';

COMMENT ON COLUMN kb_store.model.query_prompt IS 'Text it wants before a query.';

COMMENT ON COLUMN kb_store.model.languages IS 'Languages it covers; empty: all. In others its vote does not count.';

COMMENT ON COLUMN kb_store.model.active IS 'The one served; at most one.';

COMMENT ON COLUMN kb_store.model.indexed_to IS 'Its served vectors of texts up to this number stand in an index of nearest neighbours, later ones are compared one by one; 0: there is no index.';

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
    reading_id bigint,
    moved_to text
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

COMMENT ON COLUMN kb_store.page.moved_to IS 'Where it was found to have moved; null: it answers itself, or was never found moved.';

CREATE TABLE kb_store.page_before (
    run_id bigint NOT NULL,
    page_id bigint NOT NULL,
    state jsonb NOT NULL
);

COMMENT ON TABLE kb_store.page_before IS 'Pages that a run published another reading of, as they were until then.';

COMMENT ON COLUMN kb_store.page_before.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.page_before.page_id IS 'The page.';

COMMENT ON COLUMN kb_store.page_before.state IS 'Its row in page, by column.';

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
    analysis integer DEFAULT 0 NOT NULL,
    CONSTRAINT passage_passage_sha256_check CHECK ((length(passage_sha256) = 32))
);

COMMENT ON TABLE kb_store.passage IS 'A text as it is embedded and searched, once each however often it stands somewhere.';

COMMENT ON COLUMN kb_store.passage.passage_id IS 'Key.';

COMMENT ON COLUMN kb_store.passage.passage_sha256 IS 'SHA-256 of the text in UTF-8.';

COMMENT ON COLUMN kb_store.passage.content IS 'The exact text.';

COMMENT ON COLUMN kb_store.passage.terms IS 'Its lexemes with their places.';

COMMENT ON COLUMN kb_store.passage.analysis IS 'State of kb_store.lexemes its lexemes were made by; see kb_store.analysis.';

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
    valid tstzmultirange,
    language text
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

COMMENT ON COLUMN kb_store.plan_chunk.language IS 'As in chunk.';

CREATE TABLE kb_store.plan_draft (
    run_id bigint NOT NULL,
    reading_id bigint NOT NULL,
    ordinal integer NOT NULL,
    key text NOT NULL,
    recipe text NOT NULL
);

COMMENT ON TABLE kb_store.plan_draft IS 'Which planned entry a draft speaks of.';

COMMENT ON COLUMN kb_store.plan_draft.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.plan_draft.reading_id IS 'The draft''s reading.';

COMMENT ON COLUMN kb_store.plan_draft.ordinal IS 'Its place in it.';

COMMENT ON COLUMN kb_store.plan_draft.key IS 'The planned entry.';

COMMENT ON COLUMN kb_store.plan_draft.recipe IS 'The recipe by which that was found.';

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
    key text,
    CONSTRAINT plan_removal_check CHECK (((reason = 'joined'::text) = (key IS NOT NULL))),
    CONSTRAINT plan_removal_check1 CHECK ((NOT (held AND (reason = 'joined'::text)))),
    CONSTRAINT plan_removal_reason_check CHECK ((reason = ANY (ARRAY['gone'::text, 'missing'::text, 'absent'::text, 'removed'::text, 'joined'::text])))
);

COMMENT ON TABLE kb_store.plan_removal IS 'An entry a run means to close.';

COMMENT ON COLUMN kb_store.plan_removal.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.plan_removal.entry_id IS 'The entry.';

COMMENT ON COLUMN kb_store.plan_removal.reason IS 'Why.';

COMMENT ON COLUMN kb_store.plan_removal.held IS 'It waits for a person.';

COMMENT ON COLUMN kb_store.plan_removal.key IS 'The planned entry it was found to be the same as; null: none.';

CREATE TABLE kb_store.plan_variant (
    run_id bigint NOT NULL,
    key text NOT NULL,
    language text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    image_url text,
    terms text
);

COMMENT ON TABLE kb_store.plan_variant IS 'What an entry says in another language, as a run found it.';

COMMENT ON COLUMN kb_store.plan_variant.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.plan_variant.key IS 'The entry.';

COMMENT ON COLUMN kb_store.plan_variant.language IS 'As in version_variant.';

COMMENT ON COLUMN kb_store.plan_variant.url IS 'As in version_variant.';

COMMENT ON COLUMN kb_store.plan_variant.title IS 'As in version_variant.';

COMMENT ON COLUMN kb_store.plan_variant.description IS 'As in version_variant.';

COMMENT ON COLUMN kb_store.plan_variant.image_url IS 'As in version_variant.';

COMMENT ON COLUMN kb_store.plan_variant.terms IS 'As in version_variant.';

CREATE TABLE kb_store.probe (
    run_id bigint NOT NULL,
    url text NOT NULL,
    outcome text NOT NULL,
    fetched_at timestamp with time zone NOT NULL,
    final_url text,
    status integer,
    features jsonb
);

COMMENT ON TABLE kb_store.probe IS 'A run''s request for an address that cannot exist: no page of the source.';

COMMENT ON COLUMN kb_store.probe.run_id IS 'The run.';

COMMENT ON COLUMN kb_store.probe.url IS 'The made-up address.';

COMMENT ON COLUMN kb_store.probe.outcome IS 'How it ended, from the closed list of outcomes; ok means that the site tells no 404.';

COMMENT ON COLUMN kb_store.probe.fetched_at IS 'When the answer was complete.';

COMMENT ON COLUMN kb_store.probe.final_url IS 'Where redirects led.';

COMMENT ON COLUMN kb_store.probe.status IS 'HTTP status; null: no answer.';

COMMENT ON COLUMN kb_store.probe.features IS 'Outer marks of the answer, when it was an HTML page told with 200.';

CREATE TABLE kb_store.query_piece (
    model_id integer NOT NULL,
    piece text NOT NULL,
    vector public.halfvec NOT NULL
);

COMMENT ON TABLE kb_store.query_piece IS 'Words and pieces of words, and what each adds to the vector of a query that holds it.';

COMMENT ON COLUMN kb_store.query_piece.model_id IS 'The model that the vectors are fitted to.';

COMMENT ON COLUMN kb_store.query_piece.piece IS 'The piece; with a hyphen before it when it goes on within a word.';

COMMENT ON COLUMN kb_store.query_piece.vector IS 'What it adds; its length is its weight.';

CREATE TABLE kb_store.query_table (
    model_id integer NOT NULL,
    recipe text NOT NULL,
    longest integer NOT NULL,
    texts bigint NOT NULL,
    newest bigint NOT NULL,
    fitted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT query_table_longest_check CHECK ((longest > 0))
);

COMMENT ON TABLE kb_store.query_table IS 'Models for which the database can make a query''s vector by itself.';

COMMENT ON COLUMN kb_store.query_table.model_id IS 'The model whose queries are made.';

COMMENT ON COLUMN kb_store.query_table.recipe IS 'How it was fitted; by another recipe it is to be fitted anew.';

COMMENT ON COLUMN kb_store.query_table.longest IS 'Characters of the longest piece.';

COMMENT ON COLUMN kb_store.query_table.texts IS 'Texts in service, in languages of the model, when it was fitted.';

COMMENT ON COLUMN kb_store.query_table.newest IS 'The newest of them (passage); when many are newer it is to be fitted anew.';

COMMENT ON COLUMN kb_store.query_table.fitted_at IS 'When.';

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
    features jsonb,
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

COMMENT ON COLUMN kb_store.reading.features IS 'Outer marks of an HTML page, as pipelines.likeness describes them; null: no HTML, or read before they were kept.';

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
    judged jsonb DEFAULT '{}'::jsonb NOT NULL,
    forgotten boolean DEFAULT false NOT NULL,
    ending bigint,
    CONSTRAINT run_check CHECK (((state = 'running'::text) = (finished_at IS NULL))),
    CONSTRAINT run_kind_check CHECK ((kind = ANY (ARRAY['sync'::text, 'reindex'::text, 'push'::text, 'remove'::text, 'approve'::text, 'rollback'::text]))),
    CONSTRAINT run_state_check CHECK ((state = ANY (ARRAY['running'::text, 'planned'::text, 'published'::text, 'partial'::text, 'held'::text, 'failed'::text, 'cancelled'::text])))
);

COMMENT ON TABLE kb_store.run IS 'One look at one source, and what came of it.';

COMMENT ON COLUMN kb_store.run.run_id IS 'Key; the number a person names.';

COMMENT ON COLUMN kb_store.run.source_id IS 'The source looked at.';

COMMENT ON COLUMN kb_store.run.kind IS 'sync: from the source; reindex: from stored captures; push: one entry, by whoever may write to the source; a person''s word: remove: withdrew the source, approve: published what a run held, rollback: undid runs.';

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

COMMENT ON COLUMN kb_store.run.judged IS 'On what its verdict rests, in numbers: pages, failures in a row, what would be lost, offers by kind of page.';

COMMENT ON COLUMN kb_store.run.forgotten IS 'The retention has passed: what it closed and what it would need to be undone is deleted.';

COMMENT ON COLUMN kb_store.run.ending IS 'Its place among the runs that ended held or failed, by which webhooks are told of them in order; null: it did not, or no webhook has looked since.';

ALTER TABLE kb_store.run ALTER COLUMN run_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.run_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.served_entry (
    entry_id bigint NOT NULL,
    version_id bigint NOT NULL,
    source_id integer NOT NULL,
    kind text NOT NULL,
    category text[] NOT NULL,
    price numeric,
    valid tstzmultirange NOT NULL,
    ttl interval,
    verified_at timestamp with time zone NOT NULL,
    languages text[] NOT NULL,
    told_until timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

COMMENT ON TABLE kb_store.served_entry IS 'Entries that are live or may yet be.';

COMMENT ON COLUMN kb_store.served_entry.entry_id IS 'The entry.';

COMMENT ON COLUMN kb_store.served_entry.version_id IS 'Its open version.';

COMMENT ON COLUMN kb_store.served_entry.source_id IS 'Its source.';

COMMENT ON COLUMN kb_store.served_entry.kind IS 'What it is.';

COMMENT ON COLUMN kb_store.served_entry.category IS 'Its categories.';

COMMENT ON COLUMN kb_store.served_entry.price IS 'What it costs.';

COMMENT ON COLUMN kb_store.served_entry.valid IS 'When it is true.';

COMMENT ON COLUMN kb_store.served_entry.ttl IS 'How long it is served after being verified; null: its end is stated.';

COMMENT ON COLUMN kb_store.served_entry.verified_at IS 'When a page that carries it was last seen.';

COMMENT ON COLUMN kb_store.served_entry.languages IS 'Its languages, the version''s own first.';

COMMENT ON COLUMN kb_store.served_entry.told_until IS 'Bounds of its window up to this instant are in the change feed, or were passed before it was known; no answer depends on this.';

CREATE TABLE kb_store.served_passage (
    passage_id bigint NOT NULL,
    length integer NOT NULL,
    weights public.sparsevec,
    pivot real
);
ALTER TABLE ONLY kb_store.served_passage ALTER COLUMN weights SET STORAGE MAIN;

COMMENT ON TABLE kb_store.served_passage IS 'Texts in service and their BM25 term weights.';

COMMENT ON COLUMN kb_store.served_passage.passage_id IS 'The text.';

COMMENT ON COLUMN kb_store.served_passage.length IS 'Its length in lexemes.';

COMMENT ON COLUMN kb_store.served_passage.weights IS 'BM25 weight of each of its lexemes (k1 1.2, b 0.75); null: it has none.';

COMMENT ON COLUMN kb_store.served_passage.pivot IS 'Average length that its weights were computed with; null: never.';

CREATE TABLE kb_store.served_vector (
    model_id integer NOT NULL,
    passage_id bigint NOT NULL,
    vector public.halfvec NOT NULL
);
ALTER TABLE ONLY kb_store.served_vector ALTER COLUMN vector SET STORAGE PLAIN;

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
    source_id integer
);

COMMENT ON TABLE kb_store.source_grant IS 'Login roles limited to some sources; a role without a row may see all.';

COMMENT ON COLUMN kb_store.source_grant.grantee IS 'Name of the login role.';

COMMENT ON COLUMN kb_store.source_grant.source_id IS 'A source it may see; null: says no more than that the login is limited.';

CREATE TABLE kb_store.source_limit (
    source_id integer NOT NULL,
    known_at timestamp with time zone NOT NULL,
    freshness interval NOT NULL,
    ttl interval NOT NULL,
    ttl_pages interval NOT NULL
);

COMMENT ON TABLE kb_store.source_limit IS 'The limits that a source''s settings said, from each instant on.';

COMMENT ON COLUMN kb_store.source_limit.source_id IS 'The source.';

COMMENT ON COLUMN kb_store.source_limit.known_at IS 'Since when they said so.';

COMMENT ON COLUMN kb_store.source_limit.freshness IS 'As in source.';

COMMENT ON COLUMN kb_store.source_limit.ttl IS 'As in source.';

COMMENT ON COLUMN kb_store.source_limit.ttl_pages IS 'As in source.';

ALTER TABLE kb_store.source ALTER COLUMN source_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.source_source_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.verification (
    entry_id bigint NOT NULL,
    known_at timestamp with time zone NOT NULL,
    verified_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE kb_store.verification IS 'When each served entry was last seen, as known from each instant on: every look of the last week, before that the last of a day.';

COMMENT ON COLUMN kb_store.verification.entry_id IS 'The entry.';

COMMENT ON COLUMN kb_store.verification.known_at IS 'Since when that was known.';

COMMENT ON COLUMN kb_store.verification.verified_at IS 'As in served_entry.';

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
    CONSTRAINT version_closed_reason_check CHECK ((closed_reason = ANY (ARRAY['replaced'::text, 'gone'::text, 'missing'::text, 'absent'::text, 'removed'::text, 'joined'::text, 'rolled_back'::text]))),
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

CREATE TABLE kb_store.version_variant (
    version_id bigint NOT NULL,
    language text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    image_url text,
    terms text,
    CONSTRAINT version_variant_language_check CHECK ((language <> ALL (ARRAY[''::text, 'und'::text])))
);

COMMENT ON TABLE kb_store.version_variant IS 'What a version says in its other languages; what is not text is the version''s own.';

COMMENT ON COLUMN kb_store.version_variant.version_id IS 'The version.';

COMMENT ON COLUMN kb_store.version_variant.language IS 'Primary language tag; never the version''s own.';

COMMENT ON COLUMN kb_store.version_variant.url IS 'Where it stands in that language.';

COMMENT ON COLUMN kb_store.version_variant.title IS 'Title.';

COMMENT ON COLUMN kb_store.version_variant.description IS 'Short text.';

COMMENT ON COLUMN kb_store.version_variant.image_url IS 'A picture of it.';

COMMENT ON COLUMN kb_store.version_variant.terms IS 'Conditions.';

ALTER TABLE kb_store.version ALTER COLUMN version_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.version_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kb_store.webhook (
    name text NOT NULL,
    event text[] NOT NULL,
    told_change bigint NOT NULL,
    told_ending bigint NOT NULL,
    trying text,
    tries integer DEFAULT 0 NOT NULL,
    next_try timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    failing_since timestamp with time zone,
    reason text,
    stopped_at timestamp with time zone,
    delivered bigint DEFAULT 0 NOT NULL,
    delivered_at timestamp with time zone,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT webhook_check CHECK (((trying IS NULL) = (tries = 0))),
    CONSTRAINT webhook_event_check CHECK ((cardinality(event) > 0))
);

COMMENT ON TABLE kb_store.webhook IS 'A webhook of the project, and how far it has been told. Its address and its secret are kept nowhere here.';

COMMENT ON COLUMN kb_store.webhook.name IS 'As in freshet.toml.';

COMMENT ON COLUMN kb_store.webhook.event IS 'What it wants to be told.';

COMMENT ON COLUMN kb_store.webhook.told_change IS 'It has been told the change feed up to this number.';

COMMENT ON COLUMN kb_store.webhook.told_ending IS 'It has been told of runs that ended held or failed up to this one, by run.ending.';

COMMENT ON COLUMN kb_store.webhook.trying IS 'The message that was last tried in vain; null: the last one arrived, or was given up.';

COMMENT ON COLUMN kb_store.webhook.tries IS 'How often that was tried.';

COMMENT ON COLUMN kb_store.webhook.next_try IS 'It is left alone until then.';

COMMENT ON COLUMN kb_store.webhook.failing_since IS 'When the first of the tries failed since one last went well; null: the last one did.';

COMMENT ON COLUMN kb_store.webhook.reason IS 'Why the last one failed.';

COMMENT ON COLUMN kb_store.webhook.stopped_at IS 'When it said that it wants nothing more (410); null: it did not, or deliverers were started anew since.';

COMMENT ON COLUMN kb_store.webhook.delivered IS 'How many messages it has accepted.';

COMMENT ON COLUMN kb_store.webhook.delivered_at IS 'When it last accepted one.';

COMMENT ON COLUMN kb_store.webhook.seen_at IS 'When it was last found in freshet.toml, to the day.';

CREATE TABLE kb_store.withdrawal (
    withdrawal_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    period tstzrange NOT NULL,
    recorded tstzrange NOT NULL,
    decided_by text NOT NULL,
    revoked_by text,
    CONSTRAINT withdrawal_check CHECK ((upper_inf(recorded) = (revoked_by IS NULL))),
    CONSTRAINT withdrawal_period_check CHECK (((NOT isempty(period)) AND (NOT lower_inf(period)))),
    CONSTRAINT withdrawal_recorded_check CHECK (((NOT isempty(recorded)) AND (NOT lower_inf(recorded))))
);

COMMENT ON TABLE kb_store.withdrawal IS 'Entries that a person withdrew: what they are believed to say goes on being kept, and is not served.';

COMMENT ON COLUMN kb_store.withdrawal.withdrawal_id IS 'Key.';

COMMENT ON COLUMN kb_store.withdrawal.entry_id IS 'The entry; what it was found to be the same as is withdrawn with it.';

COMMENT ON COLUMN kb_store.withdrawal.period IS 'When it is not served; open above: until a person restores it.';

COMMENT ON COLUMN kb_store.withdrawal.recorded IS 'When that word held; open above: it does.';

COMMENT ON COLUMN kb_store.withdrawal.decided_by IS 'Who said so: user and machine.';

COMMENT ON COLUMN kb_store.withdrawal.revoked_by IS 'Who took it back, or said another; null: nobody.';

ALTER TABLE kb_store.withdrawal ALTER COLUMN withdrawal_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kb_store.withdrawal_withdrawal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY kb_store.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY kb_store.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (run_id, url);

ALTER TABLE ONLY kb_store.body
    ADD CONSTRAINT body_pkey PRIMARY KEY (body_sha256);

ALTER TABLE ONLY kb_store.calibration
    ADD CONSTRAINT calibration_pkey PRIMARY KEY (model_id, path);

ALTER TABLE ONLY kb_store.change
    ADD CONSTRAINT change_once UNIQUE (entry_id, at, change);

ALTER TABLE ONLY kb_store.change
    ADD CONSTRAINT change_pkey PRIMARY KEY (change_id);

ALTER TABLE ONLY kb_store.chore
    ADD CONSTRAINT chore_pkey PRIMARY KEY (name);

ALTER TABLE ONLY kb_store.chunk
    ADD CONSTRAINT chunk_pkey PRIMARY KEY (chunk_id);

ALTER TABLE ONLY kb_store.chunk
    ADD CONSTRAINT chunk_version_id_ordinal_key UNIQUE (version_id, ordinal);

ALTER TABLE ONLY kb_store.dead_letter
    ADD CONSTRAINT dead_letter_pkey PRIMARY KEY (webhook, message);

ALTER TABLE ONLY kb_store.demand
    ADD CONSTRAINT demand_pkey PRIMARY KEY (day, question_sha256, language);

ALTER TABLE ONLY kb_store.demand_setting
    ADD CONSTRAINT demand_setting_pkey PRIMARY KEY (sole);

ALTER TABLE ONLY kb_store.deployment
    ADD CONSTRAINT deployment_pkey PRIMARY KEY (sole);

ALTER TABLE ONLY kb_store.draft_before
    ADD CONSTRAINT draft_before_pkey PRIMARY KEY (run_id, reading_id, ordinal);

ALTER TABLE ONLY kb_store.draft_mark
    ADD CONSTRAINT draft_mark_pkey PRIMARY KEY (reading_id, ordinal, mark);

ALTER TABLE ONLY kb_store.draft
    ADD CONSTRAINT draft_pkey PRIMARY KEY (reading_id, ordinal);

ALTER TABLE ONLY kb_store.embedding
    ADD CONSTRAINT embedding_pkey PRIMARY KEY (model_id, passage_sha256);

ALTER TABLE ONLY kb_store.entry_mark
    ADD CONSTRAINT entry_mark_pkey PRIMARY KEY (entry_id, mark);

ALTER TABLE ONLY kb_store.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY kb_store.entry
    ADD CONSTRAINT entry_source_id_key_key UNIQUE (source_id, key);

ALTER TABLE ONLY kb_store.evaluation
    ADD CONSTRAINT evaluation_pkey PRIMARY KEY (evaluation_id);

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

ALTER TABLE ONLY kb_store.page_before
    ADD CONSTRAINT page_before_pkey PRIMARY KEY (run_id, page_id);

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

ALTER TABLE ONLY kb_store.plan_draft
    ADD CONSTRAINT plan_draft_pkey PRIMARY KEY (run_id, reading_id, ordinal);

ALTER TABLE ONLY kb_store.plan_entry
    ADD CONSTRAINT plan_entry_pkey PRIMARY KEY (run_id, key);

ALTER TABLE ONLY kb_store.plan_removal
    ADD CONSTRAINT plan_removal_pkey PRIMARY KEY (run_id, entry_id);

ALTER TABLE ONLY kb_store.plan_variant
    ADD CONSTRAINT plan_variant_pkey PRIMARY KEY (run_id, key, language);

ALTER TABLE ONLY kb_store.probe
    ADD CONSTRAINT probe_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY kb_store.query_piece
    ADD CONSTRAINT query_piece_pkey PRIMARY KEY (model_id, piece);

ALTER TABLE ONLY kb_store.query_table
    ADD CONSTRAINT query_table_pkey PRIMARY KEY (model_id);

ALTER TABLE ONLY kb_store.reading
    ADD CONSTRAINT reading_page_id_body_sha256_recipe_key UNIQUE (page_id, body_sha256, recipe);

ALTER TABLE ONLY kb_store.reading
    ADD CONSTRAINT reading_pkey PRIMARY KEY (reading_id);

ALTER TABLE ONLY kb_store.run
    ADD CONSTRAINT run_ending_key UNIQUE (ending);

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
    ADD CONSTRAINT source_grant_once UNIQUE NULLS NOT DISTINCT (grantee, source_id);

ALTER TABLE ONLY kb_store.source_limit
    ADD CONSTRAINT source_limit_pkey PRIMARY KEY (source_id, known_at);

ALTER TABLE ONLY kb_store.source
    ADD CONSTRAINT source_name_key UNIQUE (name);

ALTER TABLE ONLY kb_store.source
    ADD CONSTRAINT source_pkey PRIMARY KEY (source_id);

ALTER TABLE ONLY kb_store.verification
    ADD CONSTRAINT verification_pkey PRIMARY KEY (entry_id, known_at);

ALTER TABLE ONLY kb_store.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (version_id);

ALTER TABLE ONLY kb_store.version_variant
    ADD CONSTRAINT version_variant_pkey PRIMARY KEY (version_id, language);

ALTER TABLE ONLY kb_store.webhook
    ADD CONSTRAINT webhook_pkey PRIMARY KEY (name);

ALTER TABLE ONLY kb_store.withdrawal
    ADD CONSTRAINT withdrawal_pkey PRIMARY KEY (withdrawal_id);

CREATE UNIQUE INDEX api_key_name ON kb_store.api_key USING btree (name) WHERE (revoked_at IS NULL);

CREATE INDEX chunk_passage ON kb_store.chunk USING btree (passage_id);

CREATE INDEX demand_question ON kb_store.demand USING btree (question_sha256);

CREATE INDEX draft_before_draft ON kb_store.draft_before USING btree (reading_id, ordinal);

CREATE INDEX draft_entry ON kb_store.draft USING btree (entry_id);

CREATE INDEX draft_mark_mark ON kb_store.draft_mark USING btree (mark);

CREATE INDEX entry_mark_mark ON kb_store.entry_mark USING btree (mark);

CREATE INDEX evaluation_file ON kb_store.evaluation USING btree (file, evaluation_id);

CREATE UNIQUE INDEX model_active ON kb_store.model USING btree (active) WHERE active;

CREATE INDEX page_before_page ON kb_store.page_before USING btree (page_id);

CREATE INDEX page_reading ON kb_store.page USING btree (reading_id);

CREATE INDEX plan_draft_entry ON kb_store.plan_draft USING btree (run_id, key);

CREATE INDEX run_remembered ON kb_store.run USING btree (run_id) WHERE (NOT forgotten);

CREATE INDEX run_source ON kb_store.run USING btree (source_id, run_id DESC);

CREATE INDEX run_unnumbered ON kb_store.run USING btree (run_id) WHERE ((ending IS NULL) AND (state = ANY (ARRAY['held'::text, 'failed'::text])));

CREATE INDEX served_chunk_language ON kb_store.served_chunk USING btree (language);

CREATE INDEX served_chunk_passage ON kb_store.served_chunk USING btree (passage_id);

CREATE INDEX served_chunk_place ON kb_store.served_chunk USING btree (entry_id, ordinal);

CREATE INDEX served_entry_category ON kb_store.served_entry USING gin (category) WITH (fastupdate=off);

CREATE INDEX served_entry_kind ON kb_store.served_entry USING btree (kind);

CREATE INDEX served_entry_price ON kb_store.served_entry USING btree (price) WHERE (price IS NOT NULL);

CREATE INDEX served_entry_source ON kb_store.served_entry USING btree (source_id);

CREATE INDEX served_passage_pivot ON kb_store.served_passage USING btree (pivot);

CREATE INDEX verification_known_at ON kb_store.verification USING brin (known_at);

CREATE INDEX version_closed_by ON kb_store.version USING btree (closed_by) WHERE (closed_by IS NOT NULL);

CREATE INDEX version_entry ON kb_store.version USING btree (entry_id, version_id);

CREATE UNIQUE INDEX version_open ON kb_store.version USING btree (entry_id) WHERE upper_inf(recorded);

CREATE INDEX version_run ON kb_store.version USING btree (run_id);

CREATE UNIQUE INDEX withdrawal_open ON kb_store.withdrawal USING btree (entry_id) WHERE upper_inf(recorded);

ALTER TABLE ONLY kb_store.attempt
    ADD CONSTRAINT attempt_body_sha256_fkey FOREIGN KEY (body_sha256) REFERENCES kb_store.body(body_sha256);

ALTER TABLE ONLY kb_store.attempt
    ADD CONSTRAINT attempt_reading_id_fkey FOREIGN KEY (reading_id) REFERENCES kb_store.reading(reading_id);

ALTER TABLE ONLY kb_store.attempt
    ADD CONSTRAINT attempt_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.calibration
    ADD CONSTRAINT calibration_model_id_fkey FOREIGN KEY (model_id) REFERENCES kb_store.model(model_id) ON DELETE CASCADE;

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

ALTER TABLE ONLY kb_store.dead_letter
    ADD CONSTRAINT dead_letter_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id);

ALTER TABLE ONLY kb_store.dead_letter
    ADD CONSTRAINT dead_letter_webhook_fkey FOREIGN KEY (webhook) REFERENCES kb_store.webhook(name) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.draft_before
    ADD CONSTRAINT draft_before_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.draft_before
    ADD CONSTRAINT draft_before_reading_id_ordinal_fkey FOREIGN KEY (reading_id, ordinal) REFERENCES kb_store.draft(reading_id, ordinal) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.draft_before
    ADD CONSTRAINT draft_before_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.draft
    ADD CONSTRAINT draft_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.draft_mark
    ADD CONSTRAINT draft_mark_reading_id_ordinal_fkey FOREIGN KEY (reading_id, ordinal) REFERENCES kb_store.draft(reading_id, ordinal) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.draft
    ADD CONSTRAINT draft_reading_id_fkey FOREIGN KEY (reading_id) REFERENCES kb_store.reading(reading_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.embedding
    ADD CONSTRAINT embedding_model_id_fkey FOREIGN KEY (model_id) REFERENCES kb_store.model(model_id);

ALTER TABLE ONLY kb_store.entry
    ADD CONSTRAINT entry_joined_into_fkey FOREIGN KEY (joined_into) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.entry_mark
    ADD CONSTRAINT entry_mark_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.entry
    ADD CONSTRAINT entry_source_id_fkey FOREIGN KEY (source_id) REFERENCES kb_store.source(source_id);

ALTER TABLE ONLY kb_store.page_before
    ADD CONSTRAINT page_before_page_id_fkey FOREIGN KEY (page_id) REFERENCES kb_store.page(page_id);

ALTER TABLE ONLY kb_store.page_before
    ADD CONSTRAINT page_before_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.page
    ADD CONSTRAINT page_body_sha256_fkey FOREIGN KEY (body_sha256) REFERENCES kb_store.body(body_sha256);

ALTER TABLE ONLY kb_store.page
    ADD CONSTRAINT page_reading_id_fkey FOREIGN KEY (reading_id) REFERENCES kb_store.reading(reading_id);

ALTER TABLE ONLY kb_store.page
    ADD CONSTRAINT page_source_id_fkey FOREIGN KEY (source_id) REFERENCES kb_store.source(source_id);

ALTER TABLE ONLY kb_store.plan_chunk
    ADD CONSTRAINT plan_chunk_run_id_key_fkey FOREIGN KEY (run_id, key) REFERENCES kb_store.plan_entry(run_id, key) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.plan_draft
    ADD CONSTRAINT plan_draft_run_id_key_fkey FOREIGN KEY (run_id, key) REFERENCES kb_store.plan_entry(run_id, key) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.plan_entry
    ADD CONSTRAINT plan_entry_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.plan_entry
    ADD CONSTRAINT plan_entry_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.plan_removal
    ADD CONSTRAINT plan_removal_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.plan_removal
    ADD CONSTRAINT plan_removal_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.plan_removal
    ADD CONSTRAINT plan_removal_run_id_key_fkey FOREIGN KEY (run_id, key) REFERENCES kb_store.plan_entry(run_id, key) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.plan_variant
    ADD CONSTRAINT plan_variant_run_id_key_fkey FOREIGN KEY (run_id, key) REFERENCES kb_store.plan_entry(run_id, key) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.probe
    ADD CONSTRAINT probe_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.query_piece
    ADD CONSTRAINT query_piece_model_id_fkey FOREIGN KEY (model_id) REFERENCES kb_store.query_table(model_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.query_table
    ADD CONSTRAINT query_table_model_id_fkey FOREIGN KEY (model_id) REFERENCES kb_store.model(model_id) ON DELETE CASCADE;

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
    ADD CONSTRAINT source_grant_source_id_fkey FOREIGN KEY (source_id) REFERENCES kb_store.source(source_id);

ALTER TABLE ONLY kb_store.source
    ADD CONSTRAINT source_lease_run_fkey FOREIGN KEY (lease_run) REFERENCES kb_store.run(run_id);

ALTER TABLE ONLY kb_store.source_limit
    ADD CONSTRAINT source_limit_source_id_fkey FOREIGN KEY (source_id) REFERENCES kb_store.source(source_id) ON DELETE CASCADE;

ALTER TABLE ONLY kb_store.verification
    ADD CONSTRAINT verification_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.version
    ADD CONSTRAINT version_closed_by_fkey FOREIGN KEY (closed_by) REFERENCES kb_store.run(run_id);

ALTER TABLE ONLY kb_store.version
    ADD CONSTRAINT version_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

ALTER TABLE ONLY kb_store.version
    ADD CONSTRAINT version_run_id_fkey FOREIGN KEY (run_id) REFERENCES kb_store.run(run_id);

ALTER TABLE ONLY kb_store.version_variant
    ADD CONSTRAINT version_variant_version_id_fkey FOREIGN KEY (version_id) REFERENCES kb_store.version(version_id);

ALTER TABLE ONLY kb_store.withdrawal
    ADD CONSTRAINT withdrawal_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kb_store.entry(entry_id);

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

REVOKE ALL ON FUNCTION kb.entry(entry_id bigint, language text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.entry(entry_id bigint, language text) TO kb_reader;
GRANT ALL ON FUNCTION kb.entry(entry_id bigint, language text) TO kb_auditor;
GRANT ALL ON FUNCTION kb.entry(entry_id bigint, language text) TO kb_writer;

REVOKE ALL ON FUNCTION kb.explain(entry_id bigint, query text, query_embedding public.vector, OUT step integer, OUT rule text, OUT passed boolean, OUT detail text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.explain(entry_id bigint, query text, query_embedding public.vector, OUT step integer, OUT rule text, OUT passed boolean, OUT detail text) TO kb_reader;
GRANT ALL ON FUNCTION kb.explain(entry_id bigint, query text, query_embedding public.vector, OUT step integer, OUT rule text, OUT passed boolean, OUT detail text) TO kb_auditor;
GRANT ALL ON FUNCTION kb.explain(entry_id bigint, query text, query_embedding public.vector, OUT step integer, OUT rule text, OUT passed boolean, OUT detail text) TO kb_writer;

REVOKE ALL ON FUNCTION kb.freshness() FROM PUBLIC;
GRANT ALL ON FUNCTION kb.freshness() TO kb_reader;
GRANT ALL ON FUNCTION kb.freshness() TO kb_auditor;
GRANT ALL ON FUNCTION kb.freshness() TO kb_writer;

REVOKE ALL ON FUNCTION kb.note_demand(query text, language text, best_score real) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.note_demand(query text, language text, best_score real) TO kb_reader;
GRANT ALL ON FUNCTION kb.note_demand(query text, language text, best_score real) TO kb_auditor;
GRANT ALL ON FUNCTION kb.note_demand(query text, language text, best_score real) TO kb_writer;

REVOKE ALL ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer, min_price numeric, max_price numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer, min_price numeric, max_price numeric) TO kb_reader;
GRANT ALL ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer, min_price numeric, max_price numeric) TO kb_auditor;
GRANT ALL ON FUNCTION kb.offers(category text[], language text, source text[], upcoming boolean, max_results integer, min_price numeric, max_price numeric) TO kb_writer;

REVOKE ALL ON FUNCTION kb.offers_as_of(as_of timestamp with time zone, known_at timestamp with time zone, category text[], language text, source text[], upcoming boolean, max_results integer, min_price numeric, max_price numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.offers_as_of(as_of timestamp with time zone, known_at timestamp with time zone, category text[], language text, source text[], upcoming boolean, max_results integer, min_price numeric, max_price numeric) TO kb_auditor;

REVOKE ALL ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real, min_price numeric, max_price numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real, min_price numeric, max_price numeric) TO kb_reader;
GRANT ALL ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real, min_price numeric, max_price numeric) TO kb_auditor;
GRANT ALL ON FUNCTION kb.search(query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real, min_price numeric, max_price numeric) TO kb_writer;

REVOKE ALL ON FUNCTION kb.search_as_of(as_of timestamp with time zone, known_at timestamp with time zone, query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real, min_price numeric, max_price numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION kb.search_as_of(as_of timestamp with time zone, known_at timestamp with time zone, query text, query_embedding public.vector, max_results integer, category text[], language text, source text[], kind text[], min_score real, min_price numeric, max_price numeric) TO kb_auditor;

REVOKE ALL ON FUNCTION kb_store.absent_entries(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.absent_entries(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.affected_drafts(of_run bigint, identity_recipe text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.affected_drafts(of_run bigint, identity_recipe text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.analyse_anew() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.analyse_anew() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.analysis() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.analysis() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.announce(of_run bigint, at timestamp with time zone, served_before bigint[], lapsed_before bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.announce(of_run bigint, at timestamp with time zone, served_before bigint[], lapsed_before bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.answer_features(asked public.sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.answer_features(asked public.sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.answer_weights(path text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.answer_weights(path text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.answerable_from() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.answerable_from() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.apply_ttl(of_source text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.apply_ttl(of_source text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.approve(of_run bigint, listed bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.approve(of_run bigint, listed bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.arabic_forms(word text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.arabic_forms(word text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.arabic_lexemes(plain text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.arabic_lexemes(plain text[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.asked_terms(query text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.asked_terms(query text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.asked_vector(query text, given public.vector) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.asked_vector(query text, given public.vector) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.begin_decision(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.begin_decision(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.believed_at(known_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.believed_at(known_at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.believed_before(of_source integer, back_to bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.believed_before(of_source integer, back_to bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.changed_pages(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.changed_pages(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.check_instants(as_of timestamp with time zone, known_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.check_instants(as_of timestamp with time zone, known_at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.check_limits(query text, max_results integer, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.check_limits(query text, max_results integer, most integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.clear_doubts(of_run bigint, back_to bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.clear_doubts(of_run bigint, back_to bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.close_versions(of_run bigint, at timestamp with time zone, which bigint[], reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.close_versions(of_run bigint, at timestamp with time zone, which bigint[], reason text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.code_lexemes(plain text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.code_lexemes(plain text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.compare_plan(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.compare_plan(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.compared_vectors(direction public.vector, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.compared_vectors(direction public.vector, most integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.confidence(asked public.sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[], made boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.confidence(asked public.sparsevec, information double precision, words kb_store.leg[], vectors kb_store.leg[], made boolean) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.counted_lexemes(which bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.counted_lexemes(which bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.covered_languages(query text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.covered_languages(query text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.covered_passages(of_model integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.covered_passages(of_model integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.drifted_passages() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.drifted_passages() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.drop_plan(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.drop_plan(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.effective_readings(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.effective_readings(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.end_run(of_run bigint, final_state text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.end_run(of_run bigint, final_state text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.enter_passages(which bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.enter_passages(which bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.exact_legs(at timestamp with time zone, asked public.sparsevec, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.exact_legs(at timestamp with time zone, asked public.sparsevec, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.expire() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.expire() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.explain_entry(at timestamp with time zone, which bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.explain_entry(at timestamp with time zone, which bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.explain_query(at timestamp with time zone, which bigint, query text, direction public.vector, made boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.explain_query(at timestamp with time zone, which bigint, query text, direction public.vector, made boolean) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.explain_state(at timestamp with time zone, which bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.explain_state(at timestamp with time zone, which bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.fallen_yields(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.fallen_yields(at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.findings(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.findings(at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.forget(before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.forget(before timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.forget_captures(kept bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.forget_captures(kept bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.forget_demand(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.forget_demand(at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.forget_looks(before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.forget_looks(before timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.forget_pages(of_run bigint, which bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.forget_pages(of_run bigint, which bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.forget_texts(which bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.forget_texts(which bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.fuse(words kb_store.leg[], vectors kb_store.leg[], vote real) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.fuse(words kb_store.leg[], vectors kb_store.leg[], vote real) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.general_weights(path text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.general_weights(path text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.grant_sources(login text, sources text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.grant_sources(login text, sources text[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.hits_at(at timestamp with time zone, known_at timestamp with time zone, query text, query_embedding public.vector, max_results integer, wanted kb_store.wanted, min_score real) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.hits_at(at timestamp with time zone, known_at timestamp with time zone, query text, query_embedding public.vector, max_results integer, wanted kb_store.wanted, min_score real) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.hold_lease(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.hold_lease(of_run bigint) TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.served_chunk TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.in_context(words kb_store.leg[], chunks kb_store.served_chunk[], asked public.sparsevec, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.in_context(words kb_store.leg[], chunks kb_store.served_chunk[], asked public.sparsevec, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.is_in_script(query text, language text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.is_in_script(query text, language text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.is_live(valid tstzmultirange, ttl interval, verified_at timestamp with time zone, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.is_live(valid tstzmultirange, ttl interval, verified_at timestamp with time zone, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.is_proven_gone(outcome text, fetched_at timestamp with time zone, missing_since timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.is_proven_gone(outcome text, fetched_at timestamp with time zone, missing_since timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.is_wanted(source_id integer, kind text, category text[], price numeric, wanted kb_store.wanted) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.is_wanted(source_id integer, kind text, category text[], price numeric, wanted kb_store.wanted) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.known_entries(known_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.known_entries(known_at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.language_asked(query text, wanted text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.language_asked(query text, wanted text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.latin_lexemes(plain text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.latin_lexemes(plain text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.leave_passages(which bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.leave_passages(which bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.length_in_lexemes(terms tsvector) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.length_in_lexemes(terms tsvector) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.lexemes(written text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.lexemes(written text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.lexemes_of(written text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.lexemes_of(written text[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.likelihood(features double precision[], weights double precision[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.likelihood(features double precision[], weights double precision[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.live_among(at timestamp with time zone, covered text[], wanted kb_store.wanted, INOUT leg kb_store.leg[], OUT chunks kb_store.served_chunk[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.live_among(at timestamp with time zone, covered text[], wanted kb_store.wanted, INOUT leg kb_store.leg[], OUT chunks kb_store.served_chunk[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.live_legs(at timestamp with time zone, asked public.sparsevec, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[], OUT chunks kb_store.served_chunk[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.live_legs(at timestamp with time zone, asked public.sparsevec, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[], OUT chunks kb_store.served_chunk[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.lock_feed() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.lock_feed() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.nearest_vectors(at timestamp with time zone, direction public.vector, covered text[], wanted kb_store.wanted, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.nearest_vectors(at timestamp with time zone, direction public.vector, covered text[], wanted kb_store.wanted, most integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.nearest_words(asked public.sparsevec, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.nearest_words(asked public.sparsevec, most integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.number_endings() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.number_endings() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.offers_at(at timestamp with time zone, known_at timestamp with time zone, upcoming boolean, max_results integer, wanted kb_store.wanted) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.offers_at(at timestamp with time zone, known_at timestamp with time zone, upcoming boolean, max_results integer, wanted kb_store.wanted) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.pages_like(url text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.pages_like(url text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.passed_bounds(until timestamp with time zone, of_source integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.passed_bounds(until timestamp with time zone, of_source integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.past_chunks(at timestamp with time zone, known_at timestamp with time zone, wanted kb_store.wanted) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.past_chunks(at timestamp with time zone, known_at timestamp with time zone, wanted kb_store.wanted) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.past_legs(at timestamp with time zone, known_at timestamp with time zone, query text, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[], OUT chunks kb_store.served_chunk[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.past_legs(at timestamp with time zone, known_at timestamp with time zone, query text, direction public.vector, covered text[], wanted kb_store.wanted, OUT words kb_store.leg[], OUT vectors kb_store.leg[], OUT chunks kb_store.served_chunk[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.past_words(chunks kb_store.served_chunk[], query text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.past_words(chunks kb_store.served_chunk[], query text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.plain_text(written text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.plain_text(written text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.probe(query text, direction public.vector) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.probe(query text, direction public.vector) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish_at(of_run bigint, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish_at(of_run bigint, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish_identities(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish_identities(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish_pages(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish_pages(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish_removals(of_run bigint, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish_removals(of_run bigint, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.publish_versions(of_run bigint, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.publish_versions(of_run bigint, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.query_terms(query text, OUT weights public.sparsevec, OUT information double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.query_terms(query text, OUT weights public.sparsevec, OUT information double precision) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.query_vector(query text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.query_vector(query text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.query_words(query text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.query_words(query text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.range_at(valid tstzmultirange, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.range_at(valid tstzmultirange, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.refuse_paused(of_source integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.refuse_paused(of_source integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.remember(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.remember(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.remove_source(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.remove_source(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.renew_lease(of_run bigint, seconds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.renew_lease(of_run bigint, seconds double precision) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.reopen_versions(of_run bigint, at timestamp with time zone, which bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.reopen_versions(of_run bigint, at timestamp with time zone, which bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.repair() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.repair() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.restate_withheld(of_run bigint, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.restate_withheld(of_run bigint, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.restore(which bigint, decided_by text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.restore(which bigint, decided_by text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.restore_pages(of_run bigint, back_to bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.restore_pages(of_run bigint, back_to bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.rollback(of_run bigint, back_to bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.rollback(of_run bigint, back_to bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.run_captures(of_run bigint, source_recipe text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.run_captures(of_run bigint, source_recipe text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.same_as(which bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.same_as(which bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.search_live(at timestamp with time zone, query text, direction public.vector, max_results integer, wanted kb_store.wanted, known_at timestamp with time zone, made boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.search_live(at timestamp with time zone, query text, direction public.vector, max_results integer, wanted kb_store.wanted, known_at timestamp with time zone, made boolean) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.serve_entries(which bigint[], at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.serve_entries(which bigint[], at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.serve_passages(touched bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.serve_passages(touched bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.source_profiles(of_source integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.source_profiles(of_source integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.source_states() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.source_states() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.stamp_verified(of_run bigint, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.stamp_verified(of_run bigint, at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.strayed_pages(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.strayed_pages(of_run bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.sweep(at timestamp with time zone, of_source integer) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.sweep(at timestamp with time zone, of_source integer) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.take_lease(of_source text, run_kind text, host text, pid integer, seconds double precision, permission text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.take_lease(of_source text, run_kind text, host text, pid integer, seconds double precision, permission text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.tell_decision(of_run bigint, at timestamp with time zone, which bigint[], served_before bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.tell_decision(of_run bigint, at timestamp with time zone, which bigint[], served_before bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.text_of(of_version bigint, wanted text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.text_of(of_version bigint, wanted text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.thin_verifications(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.thin_verifications(at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.told_at(instant timestamp with time zone, zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.told_at(instant timestamp with time zone, zone text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.unmatched_pages() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.unmatched_pages() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.untold() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.untold() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.visible_sources() FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.visible_sources() TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.wake_listeners(told bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.wake_listeners(told bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.wanted_of(category text[], language text, source text[], kind text[], min_price numeric, max_price numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.wanted_of(category text[], language text, source text[], kind text[], min_price numeric, max_price numeric) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.webhook_states(named text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.webhook_states(named text[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.weigh_passages(which bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.weigh_passages(which bigint[]) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.withdraw(which bigint, until timestamp with time zone, decided_by text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.withdraw(which bigint, until timestamp with time zone, decided_by text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.withheld(which bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.withheld(which bigint) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.withheld_then(known_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.withheld_then(known_at timestamp with time zone) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.without_particulars(query text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.without_particulars(query text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.word_pieces(of_model integer, word text) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.word_pieces(of_model integer, word text) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.worth_asking(at timestamp with time zone, wanted kb_store.wanted) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.worth_asking(at timestamp with time zone, wanted kb_store.wanted) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.written_weights(lexemes integer[], times integer, length bigint, pivot real) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.written_weights(lexemes integer[], times integer, length bigint, pivot real) TO kb_writer;

REVOKE ALL ON FUNCTION kb_store.yields(of_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION kb_store.yields(of_run bigint) TO kb_writer;

GRANT SELECT ON TABLE kb_store.api_key TO kb_writer;

GRANT UPDATE(last_used) ON TABLE kb_store.api_key TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.attempt TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.body TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.calibration TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.change TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.change_change_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.chore TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.chunk TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.chunk_chunk_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.dead_letter TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.demand TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.demand_setting TO kb_writer;

GRANT SELECT ON TABLE kb_store.deployment TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.draft TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.draft_before TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.draft_mark TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.embedding TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.entry TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.entry_entry_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.entry_mark TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.evaluation TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.evaluation_evaluation_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.lexeme TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.lexeme_lexeme_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.lexical_statistic TO kb_writer;

GRANT SELECT ON TABLE kb_store.migration TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.model TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.model_model_id_seq TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.page TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.page_before TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.page_page_id_seq TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.passage TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.passage_passage_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.plan_chunk TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.plan_draft TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.plan_entry TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.plan_removal TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.plan_variant TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.probe TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.query_piece TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.query_table TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.reading TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.reading_reading_id_seq TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.run TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.run_run_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.served_entry TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.served_passage TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.served_vector TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.source TO kb_writer;

GRANT SELECT ON TABLE kb_store.source_grant TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.source_limit TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.source_source_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.verification TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.version TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.version_variant TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.version_version_id_seq TO kb_writer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kb_store.webhook TO kb_writer;

GRANT SELECT,INSERT,UPDATE ON TABLE kb_store.withdrawal TO kb_writer;

GRANT USAGE ON SEQUENCE kb_store.withdrawal_withdrawal_id_seq TO kb_writer;
