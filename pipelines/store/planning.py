"""The plan: what the run's pages say now, entry by entry, laid beside what is believed.

Only entries whose statement on some page changes are looked at (`pipelines.store.resolving`); what became of each is
found by set operations in the database (`schema/store`). Here drafts are merged and cut into chunks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from pipelines.database import Connection
from pipelines.records import Draft, Window
from pipelines.store.firstsight import keep_first_sight
from pipelines.store.identity import MARKING_RECIPE
from pipelines.store.matching import Match
from pipelines.store.merging import Merged, Statement, merge
from pipelines.store.pieces import Chunker, PlannedChunk
from pipelines.store.readings import draft_from_json
from pipelines.store.resolving import resolve
from pipelines.store.runs import fenced
from pipelines.texts import clean

__all__ = ["Chunker", "PlannedChunk", "plan_entries", "withhold_unchanged"]

_BATCH = 200  # entries a transaction


def plan_entries(
    conn: Connection,
    run: int,
    chunker: Chunker,
    *,
    languages: Sequence[str] = (),
    force: bool = False,
    on_progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Plan every entry that the run's readings change (`force`: every entry its pages carry); how many.

    `chunker` cuts an entry's text, given when its page was observed. Of the source's `languages` the first that an
    entry is said in speaks for it, the others are variants. Raises LeaseLost.
    """
    with fenced(conn, run):
        conn.execute("delete from kb_store.plan_entry where run_id = %s", (run,))
    matches = resolve(conn, run, everything=force)
    for start in range(0, len(matches), _BATCH):
        batch = matches[start : start + _BATCH]
        said = _statements(conn, run, batch)
        merged = [(found, merge([said[node.place] for node in found.group.nodes], languages)) for found in batch]
        with fenced(conn, run):
            for found, entry in merged:
                _write(conn, run, found, entry, chunker)
        on_progress(len(batch))
    with fenced(conn, run):
        conn.execute("select kb_store.compare_plan(%s)", (run,))
    return len(matches)


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


_STATEMENTS = """
select d.reading_id, d.ordinal, d.content, e.url,
    case when a.reading_id = e.reading_id and a.body_sha256 is distinct from p.body_sha256 and a.body_sha256 is not null
        then a.fetched_at else coalesce(p.observed_at, a.fetched_at) end,
    coalesce(a.media_type, p.media_type, 'text/html') not in ('text/html', 'application/xhtml+xml')
from unnest(%(readings)s::bigint[], %(ordinals)s::int[]) w(reading_id, ordinal)
join kb_store.draft d using (reading_id, ordinal)
join kb_store.effective_readings(%(run)s) e on e.reading_id = d.reading_id
join kb_store.page p on p.page_id = e.page_id
left join kb_store.attempt a on a.run_id = %(run)s and a.url = e.url
"""

_INSERT_ENTRY = """
insert into kb_store.plan_entry (
    run_id, key, entry_id, kind, valid, validity, url, title, description, language, category, price, price_before,
    currency, discount_percent, code, image_url, terms, evidence, content_hash
) values (
    %(run)s, %(key)s, %(entry)s, %(kind)s, %(valid)s, %(validity)s, %(url)s, %(title)s, %(description)s, %(language)s,
    %(category)s, %(price)s, %(price_before)s, %(currency)s, %(discount_percent)s, %(code)s, %(image_url)s, %(terms)s,
    %(evidence)s, %(content_hash)s
)
"""

_INSERT_CHUNK = """
insert into kb_store.plan_chunk (run_id, key, ordinal, language, heading, body, page, passage_sha256, content, valid)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_INSERT_VARIANT = """
insert into kb_store.plan_variant (run_id, key, language, url, title, description, image_url, terms)
values (%(run)s, %(key)s, %(language)s, %(url)s, %(title)s, %(description)s, %(image_url)s, %(terms)s)
"""

_INSERT_DRAFT = "insert into kb_store.plan_draft (run_id, reading_id, ordinal, key, recipe) values (%s, %s, %s, %s, %s)"

_INSERT_JOINED = "insert into kb_store.plan_removal (run_id, entry_id, reason, key) values (%s, %s, 'joined', %s)"


def _statements(conn: Connection, run: int, matches: Sequence[Match]) -> dict[tuple[int, int], Statement]:
    """What the drafts of these entries state, by reading and ordinal."""
    nodes = {node.place: node for found in matches for node in found.group.nodes}
    wanted = {"run": run, "readings": [reading for reading, _ in nodes], "ordinals": [ordinal for _, ordinal in nodes]}
    with fenced(conn, run):
        # the reason stands in publish_at
        conn.execute("set local enable_nestloop = off")
        rows = conn.execute(_STATEMENTS, wanted).fetchall()
    return {
        (reading, ordinal): Statement(draft_from_json(content), url, observed_at, nodes[reading, ordinal].own, document)
        for reading, ordinal, content, url, observed_at, document in rows
    }


def _write(conn: Connection, run: int, found: Match, entry: Merged, chunker: Chunker) -> None:
    draft, chunks = keep_first_sight(conn, found.entry, entry.draft, chunker(entry.draft, entry.observed_at))
    fields = _fields(draft)
    variants = [_variant(statement.draft) for statement in entry.variants]
    cut: list[tuple[str | None, Sequence[PlannedChunk]]] = [(None, chunks)]
    cut += [(s.draft.language, chunker(replace(s.draft, kind=entry.draft.kind), s.observed_at)) for s in entry.variants]
    pieces = [(language, _piece(chunk)) for language, chunks in cut for chunk in chunks]
    names = {"run": run, "key": found.key, "entry": found.entry}
    proof = {"evidence": _evidence(entry.draft), "content_hash": _content_hash(fields, pieces, variants)}
    conn.execute(_INSERT_ENTRY, {**fields, **names, **proof})
    with conn.cursor() as cursor:
        cursor.executemany(_INSERT_VARIANT, [{**variant, **names} for variant in variants])
        cursor.executemany(_INSERT_CHUNK, [(run, found.key, n, said, *piece) for n, (said, piece) in enumerate(pieces)])
        cursor.executemany(_INSERT_DRAFT, [(run, *node.place, found.key, MARKING_RECIPE) for node in found.group.nodes])
        cursor.executemany(_INSERT_JOINED, [(run, joined, found.key) for joined in found.joined])


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


def _variant(draft: Draft) -> dict[str, Any]:
    fields = _fields(draft)
    return {name: fields[name] for name in ("language", "url", "title", "description", "image_url", "terms")}


def _content_hash(
    fields: dict[str, Any], pieces: Sequence[tuple[str | None, tuple[Any, ...]]], variants: Sequence[dict[str, Any]]
) -> bytes:
    """Hash of what is published of an entry; where it was found and by which rule may change without a new version."""
    parts: list[object] = [fields, [piece for language, piece in pieces if language is None]]
    if variants:
        parts += [variants, [said for said in pieces if said[0] is not None]]
    return hashlib.sha256(json.dumps(parts, default=str, ensure_ascii=False, sort_keys=True).encode()).digest()


def _evidence(draft: Draft) -> Jsonb:
    found = dict.fromkeys((*draft.evidence, *draft.window.evidence))
    return Jsonb([{k: clean(v) if isinstance(v, str) else v for k, v in asdict(e).items()} for e in found])


def _multirange(window: Window) -> Multirange[datetime]:
    return Multirange([Range(_bound(start), _bound(end), "[)") for start, end in window.ranges])


def _bound(instant: datetime | None) -> datetime | None:
    """The instant, or None at the ends of the calendar, which no zone east or west could show."""
    return None if instant is None or not 1 < instant.year < 9999 else instant
