"""What pages read beyond the functions of kb: runs, findings, captures. Each statement is fixed.

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
    "Row", "attempts", "capture", "clock", "entries_at", "findings", "findings_counted", "held", "held_of", "matching",
    "pages", "row", "rows", "run", "runs", "source", "source_states", "webhooks",
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


async def rows(request: Request, caller: Caller, statement: LiteralString, **values: object) -> list[Row]:
    """What the statement finds for that caller, each row by column."""
    async with _reading(request, caller) as conn, conn.cursor(row_factory=dict_row) as cursor:
        storable = {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}
        return await (await cursor.execute(statement, storable)).fetchall()


async def row(request: Request, caller: Caller, statement: LiteralString, **values: object) -> Row | None:
    """The first of them; None: there is none."""
    return next(iter(await rows(request, caller, statement, **values)), None)


async def clock(request: Request, caller: Caller) -> datetime:
    """The database's clock."""
    ((at,),) = [row.values() for row in await rows(request, caller, "select clock_timestamp() as at")]
    instant: datetime = at
    return instant


# ---------------------------------------------------------------- runs


async def runs(request: Request, caller: Caller, source: str | None = None, most: int = 60) -> list[Row]:
    """Runs, the newest first."""
    return await rows(request, caller, _RUNS, number=None, source=source, most=most)


async def run(request: Request, caller: Caller, number: int) -> Row | None:
    """One run; None: there is none for this caller."""
    return await row(request, caller, _RUNS, number=number, source=None, most=1)


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
    return await rows(request, caller, _ATTEMPTS, number=number, most=_MOST)


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
    return await rows(request, caller, _HELD, number=None, most=_MOST)


async def held_of(request: Request, caller: Caller, number: int) -> Row | None:
    """The same of one run; None: nothing of it waits."""
    return await row(request, caller, _HELD, number=number, most=_MOST)


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
    return await row(request, caller, _SOURCE, name=name)


_SOURCE: LiteralString = """
select s.name, s.kind, s.zone, s.paused, extract(epoch from s.freshness)::bigint as freshness,
    extract(epoch from s.ttl)::bigint as ttl, extract(epoch from s.ttl_pages)::bigint as ttl_pages,
    (select coalesce(jsonb_object_agg(o.last_outcome, o.pages), '{}') from (
        select p.last_outcome, count(*) as pages from kb_store.page p where p.source_id = s.source_id group by 1
    ) o) as outcomes
from kb_store.source s
where s.name = %(name)s and s.source_id = any (kb_store.visible_sources())
"""


async def source_states(request: Request, caller: Caller) -> list[Row]:
    """What waits for a person in each source, and what came of its last sync."""
    return await rows(request, caller, "select * from kb_store.source_states() order by source")


async def webhooks(request: Request, caller: Caller) -> list[Row]:
    """How each of the project's webhooks fares; they are told of every source, so whoever may not see all sees none."""
    if caller.sources is not None:
        return []
    names = [hook.known_as for hook in request.app.state.project.webhooks]
    return await rows(request, caller, "select * from kb_store.webhook_states(%(names)s)", names=names)


async def pages(request: Request, caller: Caller, name: str) -> list[Row]:
    """Pages of a source, what a person should look at first."""
    return await rows(request, caller, _PAGES, name=name, most=_MOST)


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
    return await rows(request, caller, _FINDINGS, name=name, most=_MOST)


async def findings_counted(request: Request, caller: Caller) -> dict[str, int]:
    """Source -> how many findings it has."""
    return {one["source"]: one["found"] for one in await rows(request, caller, _FINDINGS_COUNTED)}


_FINDINGS_COUNTED: LiteralString = """
select f.source, count(*) as found
from kb_store.findings(clock_timestamp()) f
group by f.source
"""

_FINDINGS: LiteralString = """
select f.rule, f.url, f.entry_id, f.message, f.quote
from kb_store.findings(clock_timestamp()) f
where f.source = %(name)s
order by f.rule, f.url
limit %(most)s
"""


async def capture(request: Request, caller: Caller, page_id: int) -> Row | None:
    """The last good bytes of a page, as they are kept: compressed with zstd; None: there are none."""
    return await row(request, caller, _CAPTURE, page=page_id)


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
    return [row["entry_id"] for row in await rows(request, caller, _AT, number=number, what=what)]


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


async def matching(request: Request, caller: Caller, query: str, words: list[str]) -> set[str]:
    """Which of the words the base takes for words of the query."""
    return {row["word"] for row in await rows(request, caller, _MATCHING, query=query, words=words)}


_MATCHING: LiteralString = """
with asked as materialized (select tsvector_to_array(kb_store.lexemes(%(query)s::text)) as lexemes)
select w.word
from asked a
cross join unnest(%(words)s::text[]) w(word)
where tsvector_to_array(kb_store.lexemes(w.word)) && a.lexemes
"""
