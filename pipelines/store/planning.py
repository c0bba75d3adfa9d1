"""The plan: what the run's pages say now, entry by entry, laid beside what is believed.

Only entries whose statement on some page changes are looked at; which they are, and what became of each, is
found by set operations in the database (`schema/store`). Here drafts are merged and cut into chunks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from pipelines.database import Connection
from pipelines.records import Draft, Evidence, Window
from pipelines.store.merging import Statement, merge, strays
from pipelines.store.readings import draft_from_json
from pipelines.store.runs import fenced
from pipelines.store.verdict import Sight, Verdict, judge
from pipelines.texts import clean

if TYPE_CHECKING:
    from pipelines.settings import GuardSettings

__all__ = ["PlannedChunk", "plan_entries", "plan_removals", "withhold_unchanged"]

_BATCH = 200  # entries a transaction


@dataclass(frozen=True)
class PlannedChunk:
    """A piece of an entry's text."""

    heading: str
    body: str
    content: str  # the exact text that is embedded and searched
    page: int | None = None
    window: Window | None = None  # stated by its own text


Chunker = Callable[[Draft, datetime], Sequence[PlannedChunk]]


def plan_entries(
    conn: Connection,
    run: int,
    chunker: Chunker,
    *,
    force: bool = False,
    on_progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Plan every entry that the run's readings change (`force`: every entry its pages carry); how many.

    `chunker` cuts an entry's text, given when its page was observed. Raises LeaseLost.
    """
    with fenced(conn, run):
        conn.execute("delete from kb_store.plan_entry where run_id = %s", (run,))
    wanted = _ALL_KEYS if force else _AFFECTED_KEYS
    _part_strays(conn, run, [key for (key,) in conn.execute(wanted, {"run": run}).fetchall()])
    keys = [key for (key,) in conn.execute(wanted, {"run": run}).fetchall()]
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        merged = [(key, merge(statements)) for key, statements in _statements(conn, run, batch)]
        with fenced(conn, run):
            for key, statement in merged:
                _write(conn, run, key, statement.draft, chunker(statement.draft, statement.observed_at))
        on_progress(len(batch))
    with fenced(conn, run):
        conn.execute("select kb_store.compare_plan(%s)", (run,))
    return len(keys)


def withhold_unchanged(conn: Connection, run: int) -> None:
    """Drop from the plan the chunks of entries that did not change: nothing of them is embedded or written."""
    with fenced(conn, run):
        conn.execute(
            """
            delete from kb_store.plan_chunk c using kb_store.plan_entry p
            where p.run_id = %s and c.run_id = p.run_id and c.key = p.key and p.action = 'unchanged'
            """,
            (run,),
        )


def plan_removals(
    conn: Connection,
    run: int,
    guard: GuardSettings,
    *,
    complete: bool,
    incomplete_reason: str,
    attempted: int,
    failed: int,
) -> Verdict:
    """Judge the run and plan what it removes: what is proven over at once, what was merely absent the second time."""
    with fenced(conn, run):
        found, live = _found_and_live(conn, run)
        unjudged = Sight(complete, incomplete_reason, attempted, failed, found, live, removals=0)
        healthy = judge(unjudged, guard).healthy
        conn.execute("delete from kb_store.plan_removal where run_id = %s", (run,))
        removals = conn.execute(_REMOVALS, {"run": run, "healthy": healthy}).rowcount
        verdict = judge(Sight(complete, incomplete_reason, attempted, failed, found, live, removals), guard)
        conn.execute("update kb_store.plan_removal set held = %s where run_id = %s", (verdict.held, run))
    return verdict


_AFFECTED_KEYS = "select key from kb_store.affected_keys(%(run)s) order by key"

_ALL_KEYS = """
select distinct d.key
from kb_store.effective_readings(%(run)s) e
join kb_store.draft d using (reading_id)
order by d.key
"""

_MIXED_KEYS = """
select d.key
from kb_store.effective_readings(%(run)s) e
join kb_store.draft d using (reading_id)
where d.key = any (%(keys)s)
group by d.key
having count(distinct d.content ->> 'kind') > 1
"""

_STATEMENTS = """
select d.key, d.content, e.url, d.reading_id, d.ordinal,
    case when a.reading_id = e.reading_id and a.body_sha256 is distinct from p.body_sha256 and a.body_sha256 is not null
        then a.fetched_at else coalesce(p.observed_at, a.fetched_at) end
from kb_store.effective_readings(%(run)s) e
join kb_store.draft d using (reading_id)
join kb_store.page p using (page_id)
left join kb_store.attempt a on a.run_id = %(run)s and a.url = e.url
where d.key = any (%(keys)s)
order by d.key, e.url, d.ordinal
"""

_REMOVALS = """
insert into kb_store.plan_removal (run_id, entry_id, reason)
select %(run)s, a.entry_id, a.reason
from kb_store.absent_entries(%(run)s) a
join kb_store.entry e using (entry_id)
where a.reason <> 'absent' or (%(healthy)s and e.absent_runs >= 1)
"""

_FOUND_AND_LIVE = """
select
    (select count(distinct d.key) from kb_store.effective_readings(%(run)s) e join kb_store.draft d using (reading_id)
        where e.verified_at is not null),
    (select count(*)
        from kb_store.run r
        join kb_store.entry e using (source_id)
        join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
        where r.run_id = %(run)s and (upper_inf(v.valid) or upper(v.valid) > clock_timestamp()))
"""

_INSERT_ENTRY = """
insert into kb_store.plan_entry (
    run_id, key, kind, valid, validity, url, title, description, language, category, price, price_before, currency,
    discount_percent, code, image_url, terms, evidence, content_hash
) values (
    %(run)s, %(key)s, %(kind)s, %(valid)s, %(validity)s, %(url)s, %(title)s, %(description)s, %(language)s,
    %(category)s, %(price)s, %(price_before)s, %(currency)s, %(discount_percent)s, %(code)s, %(image_url)s, %(terms)s,
    %(evidence)s, %(content_hash)s
)
"""

_INSERT_CHUNK = """
insert into kb_store.plan_chunk (run_id, key, ordinal, heading, body, page, passage_sha256, content, valid)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def _statements(conn: Connection, run: int, keys: list[str]) -> Iterator[tuple[str, list[Statement]]]:
    rows = conn.execute(_STATEMENTS, {"run": run, "keys": keys}).fetchall()
    for key, group in groupby(rows, key=lambda row: row[0]):
        yield key, [_statement(*row) for row in group]


def _statement(
    key: str, content: dict[str, Any], url: str, reading: int, ordinal: int, observed_at: datetime
) -> Statement:
    # the row's key, not the one it was read with: a stray has been given its own
    return Statement(replace(draft_from_json(content), key=key), url, observed_at, (reading, ordinal))


def _part_strays(conn: Connection, run: int, keys: list[str]) -> None:
    """Give offers that merely link to a page about something else a key of the page they stand on."""
    mixed = [key for (key,) in conn.execute(_MIXED_KEYS, {"run": run, "keys": keys}).fetchall()]
    for _, statements in _statements(conn, run, mixed):
        for stray in strays(statements):
            slug = "-".join(stray.draft.title.casefold().split())[:200]
            with fenced(conn, run):
                conn.execute(
                    "update kb_store.draft set key = %s where reading_id = %s and ordinal = %s",
                    (clean(f"{stray.page_url}#{slug}"), *stray.place),
                )


def _found_and_live(conn: Connection, run: int) -> tuple[int, int]:
    row = conn.execute(_FOUND_AND_LIVE, {"run": run}).fetchone()
    assert row is not None
    return row[0], row[1]


def _write(conn: Connection, run: int, key: str, draft: Draft, chunks: Sequence[PlannedChunk]) -> None:
    fields = _fields(draft)
    pieces = [_piece(chunk) for chunk in chunks]
    content_hash = _content_hash(fields, pieces)
    evidence = Jsonb([{k: clean(v) if isinstance(v, str) else v for k, v in asdict(e).items()} for e in _all(draft)])
    conn.execute(_INSERT_ENTRY, {**fields, "run": run, "key": key, "evidence": evidence, "content_hash": content_hash})
    with conn.cursor() as cursor:
        cursor.executemany(_INSERT_CHUNK, [(run, key, n, *piece) for n, piece in enumerate(pieces)])


def _fields(draft: Draft) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "valid": _multirange(draft.window),
        "validity": draft.window.validity,
        "url": clean(draft.url),
        "title": clean(draft.title),
        "description": clean(draft.description),
        "language": draft.language,
        "category": [clean(name) for name in draft.category],
        "price": draft.price,
        "price_before": draft.price_before,
        "currency": draft.currency,
        "discount_percent": draft.discount_percent,
        "code": clean(draft.code),
        "image_url": clean(draft.image_url),
        "terms": clean(draft.terms),
    }


def _piece(chunk: PlannedChunk) -> tuple[str, str, int | None, bytes, str, Multirange[datetime] | None]:
    content = clean(chunk.content)
    window = None if chunk.window is None else _multirange(chunk.window)
    return (
        clean(chunk.heading),
        clean(chunk.body),
        chunk.page,
        hashlib.sha256(content.encode()).digest(),
        content,
        window,
    )


def _content_hash(fields: dict[str, Any], pieces: Sequence[tuple[Any, ...]]) -> bytes:
    """Hash of what is published of an entry; where it was found and by which rule may change without a new version."""
    said = json.dumps([fields, pieces], default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).digest()


def _all(draft: Draft) -> list[Evidence]:
    return list(dict.fromkeys((*draft.evidence, *draft.window.evidence)))


def _multirange(window: Window) -> Multirange[datetime]:
    return Multirange([Range(_bound(start), _bound(end), "[)") for start, end in window.ranges])


def _bound(instant: datetime | None) -> datetime | None:
    """The instant, or None at the ends of the calendar, which no zone east or west could show."""
    return None if instant is None or not 1 < instant.year < 9999 else instant
