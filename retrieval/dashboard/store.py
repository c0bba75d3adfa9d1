"""What pages read beyond the functions of kb: runs, findings, captures, versions. Each statement is fixed.

Read as `kb_writer`, in a transaction that can only read, and narrowed to the sources of the caller's key by the same
rule as every function of kb (`kb_store.visible_sources`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, LiteralString

from fastapi import Request
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from pipelines.texts import clean
from retrieval.http.callers import Caller

__all__ = [
    "Row", "attempts", "capture", "changes", "clock", "earliest", "entries_at", "findings", "held", "held_of",
    "live_over_time", "matching", "pages", "run", "runs", "source", "versions",
]  # fmt: skip

Row = dict[str, Any]
_MOST = 200


@asynccontextmanager
async def _reading(request: Request, caller: Caller) -> AsyncIterator[AsyncConnection[Any]]:
    # no name is empty, so a comma alone names no source
    within = "" if caller.sources is None else ",".join(caller.sources) or ","
    async with request.app.state.store.connection() as conn, conn.transaction():
        await conn.execute("set transaction read only")
        await conn.execute("select set_config('kb.sources', %s, true), set_config('timezone', 'UTC', true)", (within,))
        yield conn


async def _rows(request: Request, caller: Caller, statement: LiteralString, **values: object) -> list[Row]:
    async with _reading(request, caller) as conn, conn.cursor(row_factory=dict_row) as cursor:
        storable = {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}
        return await (await cursor.execute(statement, storable)).fetchall()


async def _row(request: Request, caller: Caller, statement: LiteralString, **values: object) -> Row | None:
    return next(iter(await _rows(request, caller, statement, **values)), None)


async def clock(request: Request, caller: Caller) -> datetime:
    """The database's clock."""
    ((at,),) = [row.values() for row in await _rows(request, caller, "select clock_timestamp() as at")]
    instant: datetime = at
    return instant


# ---------------------------------------------------------------- runs


async def runs(request: Request, caller: Caller, source: str | None = None, most: int = 60) -> list[Row]:
    """Runs, the newest first."""
    return await _rows(request, caller, _RUNS, number=None, source=source, most=most)


async def run(request: Request, caller: Caller, number: int) -> Row | None:
    """One run; None: there is none for this caller."""
    return await _row(request, caller, _RUNS, number=number, source=None, most=1)


_RUNS: LiteralString = """
select r.run_id, s.name as source, r.kind, r.state, r.started_at, r.finished_at, r.complete, r.pages, r.entries,
    r.chunks, r.seconds, r.problems, r.verdict, r.judged, r.permission
from kb_store.run r
join kb_store.source s using (source_id)
where s.source_id = any (kb_store.visible_sources())
    and (%(number)s::bigint is null or r.run_id = %(number)s)
    and (%(source)s::text is null or s.name = %(source)s)
order by r.run_id desc
limit %(most)s
"""


async def attempts(request: Request, caller: Caller, number: int) -> list[Row]:
    """What a run met, page by page, failures first; pages that had not changed are not kept."""
    return await _rows(request, caller, _ATTEMPTS, number=number, most=_MOST)


_ATTEMPTS: LiteralString = """
select a.url, a.outcome, a.status, a.media_type, a.message, a.fetched_at, p.page_id, p.body_sha256 is not null as kept
from kb_store.attempt a
join kb_store.run r using (run_id)
left join kb_store.page p on p.source_id = r.source_id and p.url = a.url
where a.run_id = %(number)s and r.source_id = any (kb_store.visible_sources())
order by a.outcome in ('ok', 'not_modified', 'moved'), a.url
limit %(most)s
"""


async def held(request: Request, caller: Caller) -> list[Row]:
    """Runs whose removals wait for a person, each with its reasons and what it would remove."""
    return await _rows(request, caller, _HELD, number=None, most=_MOST)


async def held_of(request: Request, caller: Caller, number: int) -> Row | None:
    """The same of one run; None: nothing of it waits."""
    return await _row(request, caller, _HELD, number=number, most=_MOST)


_HELD: LiteralString = """
select r.run_id, s.name as source, r.started_at, r.verdict, h.total, h.removals
from kb_store.run r
join kb_store.source s using (source_id)
cross join lateral (
    select count(*) as total,
        coalesce(jsonb_agg(to_jsonb(l) - 'place' order by l.place) filter (where l.place <= %(most)s), '[]') as removals
    from (
        select row_number() over (order by v.url, x.entry_id) as place, x.entry_id, x.reason, e.kind, v.title, v.url,
            v.language, v.category, v.price, v.currency, upper(v.valid) as valid_until
        from kb_store.plan_removal x
        join kb_store.entry e using (entry_id)
        join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
        where x.run_id = r.run_id and x.held
    ) l
) h
where s.source_id = any (kb_store.visible_sources()) and h.total > 0
    and (%(number)s::bigint is null or r.run_id = %(number)s)
    and exists (select from kb_store.plan_removal x where x.run_id = r.run_id and x.held)
order by r.run_id desc
"""

# ---------------------------------------------------------------- sources and what was fetched of them


async def source(request: Request, caller: Caller, name: str) -> Row | None:
    """One source as the base knows it; None: there is none for this caller."""
    return await _row(request, caller, _SOURCE, name=name)


_SOURCE: LiteralString = """
select s.name, s.kind, s.zone, s.paused, extract(epoch from s.freshness)::bigint as freshness,
    extract(epoch from s.ttl)::bigint as ttl, extract(epoch from s.ttl_pages)::bigint as ttl_pages,
    (select coalesce(jsonb_object_agg(o.last_outcome, o.pages), '{}') from (
        select p.last_outcome, count(*) as pages from kb_store.page p where p.source_id = s.source_id group by 1
    ) o) as outcomes
from kb_store.source s
where s.name = %(name)s and s.source_id = any (kb_store.visible_sources())
"""


async def pages(request: Request, caller: Caller, name: str) -> list[Row]:
    """Pages of a source, what a person should look at first."""
    return await _rows(request, caller, _PAGES, name=name, most=_MOST)


_PAGES: LiteralString = """
select p.page_id, p.url, p.last_outcome, p.last_verified, p.last_attempt, p.media_type, b.size,
    coalesce(q.message, '') as message, coalesce(q.strikes, 0) as strikes
from kb_store.page p
join kb_store.source s using (source_id)
left join kb_store.body b using (body_sha256)
left join lateral (
    select r.message, r.strikes
    from kb_store.reading r
    where r.page_id = p.page_id and r.strikes > 0
    order by r.reading_id desc
    limit 1
) q on p.last_outcome in ('quarantined', 'parse_failed')
where s.name = %(name)s and s.source_id = any (kb_store.visible_sources())
order by p.last_outcome in ('ok', 'not_modified', 'moved'), p.url
limit %(most)s
"""


async def findings(request: Request, caller: Caller, name: str) -> list[Row]:
    """What a person should look at in a source: url, entry_id, rule, message, quote."""
    return await _rows(request, caller, _FINDINGS, name=name, most=_MOST)


_FINDINGS: LiteralString = """
select f.rule, f.url, f.entry_id, f.message, f.quote
from kb_store.findings(clock_timestamp()) f
where f.source = %(name)s
order by f.rule, f.url
limit %(most)s
"""


async def capture(request: Request, caller: Caller, page_id: int) -> Row | None:
    """The last good bytes of a page, as they are kept: compressed with zstd; None: there are none."""
    return await _row(request, caller, _CAPTURE, page=page_id)


_CAPTURE: LiteralString = """
select p.page_id, p.url, p.media_type, p.charset, p.observed_at, p.last_verified, s.name as source, b.size, b.content
from kb_store.page p
join kb_store.source s using (source_id)
join kb_store.body b using (body_sha256)
where p.page_id = %(page)s and s.source_id = any (kb_store.visible_sources())
"""

# ---------------------------------------------------------------- entries


async def entries_at(request: Request, caller: Caller, what: str) -> list[int]:
    """Numbers of the entries that this number or address names, few of them."""
    number = int(what) if what.isascii() and what.isdecimal() and len(what) < 19 else None
    return [row["entry_id"] for row in await _rows(request, caller, _AT, number=number, what=what)]


_AT: LiteralString = """
select e.entry_id
from kb_store.entry e
where e.source_id = any (kb_store.visible_sources())
    and (
        e.entry_id = %(number)s::bigint or e.key = %(what)s
        or exists (select from kb_store.version v where v.entry_id = e.entry_id and v.url = %(what)s)
    )
order by e.key = %(what)s desc, e.entry_id
limit 5
"""


async def versions(request: Request, caller: Caller, entry_id: int) -> list[Row]:
    """What was believed of an entry, oldest first."""
    return await _rows(request, caller, _VERSIONS, entry=entry_id)


_VERSIONS: LiteralString = """
select v.version_id, v.run_id, lower(v.recorded) as recorded_from, upper(v.recorded) as recorded_until,
    v.closed_reason, v.url, v.title, v.description, v.language, v.category, v.price, v.price_before, v.currency,
    v.discount_percent, v.code, v.terms, lower(v.valid) as valid_from, upper(v.valid) as valid_until, v.validity, t.text
from kb_store.version v
join kb_store.entry e using (entry_id)
cross join lateral (
    select string_agg(c.body, chr(10) order by c.ordinal) as text
    from kb_store.chunk c
    where c.version_id = v.version_id
) t
where v.entry_id = %(entry)s and e.source_id = any (kb_store.visible_sources())
order by v.version_id
"""


async def changes(request: Request, caller: Caller, before: int | None, most: int) -> list[Row]:
    """The change feed backwards, each change with the version it became and the one before, as JSON."""
    return await _rows(request, caller, _CHANGES, before=before, most=most)


_CHANGES: LiteralString = """
select c.change_id, c.at, c.change, c.entry_id, c.run_id, e.kind, s.name as source, v.title, v.url, v.language,
    became.said as after, was.said as before
from kb_store.change c
join kb_store.entry e using (entry_id)
join kb_store.source s using (source_id)
join kb_store.version v using (version_id)
cross join lateral (
    select to_jsonb(v) || jsonb_build_object(
        'valid_from', lower(v.valid), 'valid_until', upper(v.valid),
        'text', (select string_agg(k.body, chr(10) order by k.ordinal) from kb_store.chunk k
            where k.version_id = v.version_id)
    ) as said
) became
left join lateral (
    select to_jsonb(o) || jsonb_build_object(
        'valid_from', lower(o.valid), 'valid_until', upper(o.valid),
        'text', (select string_agg(k.body, chr(10) order by k.ordinal) from kb_store.chunk k
            where k.version_id = o.version_id)
    ) as said
    from kb_store.version o
    where o.entry_id = c.entry_id and o.version_id < c.version_id
    order by o.version_id desc
    limit 1
) was on c.change in ('changed', 'extended', 'shortened')
where s.source_id = any (kb_store.visible_sources())
    and (%(before)s::bigint is null or c.change_id < %(before)s)
order by c.change_id desc
limit %(most)s
"""

# ---------------------------------------------------------------- over time


async def live_over_time(request: Request, caller: Caller) -> list[tuple[datetime, int]]:
    """How many offers were live, by what was known then, at even steps of the last month."""
    return [(row["at"], row["live"]) for row in await _rows(request, caller, _LIVE)]


# Each point is what kb.offers answered then.
_LIVE: LiteralString = """
with span as materialized (
    select clock_timestamp() as until,
        greatest(min(lower(v.recorded)), clock_timestamp() - interval '30 days') as since
    from kb_store.version v
    join kb_store.entry e using (entry_id)
    where e.source_id = any (kb_store.visible_sources())
)
select t.at, (
    select count(*)
    from kb_store.offers_at(t.at, t.at, false, 10000, kb_store.wanted_of(null, null, null, null, null, null))
) as live
from span
cross join lateral (select since + (until - since) * (n / 30.0) as at from generate_series(0, 30) n) t
where since is not null
order by t.at
"""


async def earliest(request: Request, caller: Caller) -> datetime | None:
    """Since when anything is known; None: nothing is."""
    found = await _row(request, caller, _EARLIEST)
    return found["since"] if found else None


_EARLIEST: LiteralString = """
select min(lower(v.recorded)) as since
from kb_store.version v
join kb_store.entry e using (entry_id)
where e.source_id = any (kb_store.visible_sources())
"""


async def matching(request: Request, caller: Caller, query: str, words: list[str]) -> set[str]:
    """Which of the words the base takes for words of the query."""
    return {row["word"] for row in await _rows(request, caller, _MATCHING, query=query, words=words)}


_MATCHING: LiteralString = """
with asked as materialized (select tsvector_to_array(kb_store.lexemes(%(query)s::text)) as lexemes)
select w.word
from asked a
cross join unnest(%(words)s::text[]) w(word)
where tsvector_to_array(kb_store.lexemes(w.word)) && a.lexemes
"""
