"""Captures brought into the database: bytes once each, an attempt a URL, and what the next crawl must know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import zstandard
from psycopg.types.json import Jsonb

from pipelines.database import Connection
from pipelines.records import Capture, KnownPage, Outcome
from pipelines.store.judging import store_probe
from pipelines.store.runs import fenced
from pipelines.texts import clean

__all__ = ["body_of", "known_pages", "store_captures", "stored_captures"]

_BATCH = 200
_BATCH_BYTES = 16 * 2**20  # bodies held at once while a batch is written
_MOST_BODY = 512 * 2**20  # bytes a stored body may inflate to: far above any crawl limit


def known_pages(conn: Connection, source: str) -> Iterator[KnownPage]:
    """Every page of the source with what its last good capture left behind, streamed.

    Validators are left out once a week, counted from when the page was first seen: a server that goes on saying 304
    of a page that changed is found out.
    """
    with conn.transaction(), conn.cursor("known_pages") as cursor:
        cursor.execute(
            """
            select p.url, case when w.same then p.etag end, case when w.same then p.last_modified end,
                encode(p.body_sha256, 'hex'), coalesce(p.links, '{}')
            from kb_store.page p
            join kb_store.source s using (source_id)
            cross join lateral (
                select div(extract(epoch from p.last_verified - p.first_seen), 604800)
                    = div(extract(epoch from clock_timestamp() - p.first_seen), 604800) as same
            ) w
            where s.name = %s and (p.body_sha256 is not null or p.missing_since is not null)
            order by p.page_id
            """,
            (source,),
        )
        for url, etag, last_modified, body_sha256, links in cursor:
            yield KnownPage(url, etag, last_modified, body_sha256, tuple(links))


def stored_captures(conn: Connection, source: str) -> Iterator[Capture]:
    """What is kept of every page of the source, as attempts that found nothing new."""
    # fetched whole: a cursor's transaction would hold the source's row, and with it the lease's heartbeat
    rows = conn.execute(
        """
        select p.url, p.last_verified, p.linked
        from kb_store.page p
        join kb_store.source s using (source_id)
        where s.name = %s and p.body_sha256 is not null and p.last_verified is not null
        order by p.page_id
        """,
        (source,),
    ).fetchall()
    for url, last_verified, linked in rows:
        yield Capture(url, Outcome.NOT_MODIFIED, last_verified, linked=linked)


def store_captures(conn: Connection, run: int, captures: Iterable[Capture]) -> Counter[str]:
    """Store the captures of a run in batches, each in a fenced transaction; how many pages had which outcome.

    A URL captured twice counts once: the first attempt stands. A probe is kept apart: it is no page. Raises LeaseLost.
    """
    outcomes: Counter[str] = Counter()
    for batch in _batches(captures):
        with fenced(conn, run):
            outcomes.update(_store(conn, run, [capture for capture in batch if not capture.probe]))
            for probe in (capture for capture in batch if capture.probe):
                store_probe(conn, run, probe)
    return outcomes


def body_of(conn: Connection, body_sha256: bytes) -> bytes:
    """The captured bytes with that hash."""
    row = conn.execute("select size, content from kb_store.body where body_sha256 = %s", (body_sha256,)).fetchone()
    assert row is not None, f"no body {body_sha256.hex()}"
    return zstandard.ZstdDecompressor().decompress(row[1], max_output_size=min(row[0], _MOST_BODY))


def _batches(captures: Iterable[Capture]) -> Iterator[list[Capture]]:
    remaining = iter(captures)
    while batch := list(islice(remaining, 1)):
        size = len(batch[0].body or b"")
        for capture in islice(remaining, _BATCH - 1):
            batch.append(capture)
            size += len(capture.body or b"")
            if size > _BATCH_BYTES:
                break
        yield batch


def _store(conn: Connection, run: int, batch: list[Capture]) -> Counter[str]:
    compressor = zstandard.ZstdCompressor(level=3)
    bodies = {c.body_sha256: c.body for c in batch if c.body is not None and c.body_sha256 is not None}
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into kb_store.body (body_sha256, size, content) values (%s, %s, %s) on conflict do nothing",
            [(bytes.fromhex(sha), len(body), compressor.compress(body)) for sha, body in sorted(bodies.items())],
        )
        accepted = cursor.execute(_ACCEPT, {"run": run, "batch": Jsonb([_row(c) for c in batch])}).fetchall()
    return Counter(outcome for (outcome,) in accepted)


# The first attempt at a URL stands. Its page is stamped with the attempt and no more: what the bytes say is not
# known yet, and an attempt that failed says nothing.
_ACCEPT = """
with accepted as (
    insert into kb_store.attempt (
        run_id, url, outcome, fetched_at, final_url, status, etag, last_modified, media_type, charset,
        unavailable_after, body_sha256, links, linked, message
    )
    select %(run)s, url, outcome, fetched_at, final_url, status, etag, last_modified, media_type, charset,
        unavailable_after, decode(body_sha256, 'hex'), links, linked, message
    from jsonb_to_recordset(%(batch)s) as x (
        url text, outcome text, fetched_at timestamptz, final_url text, status int, etag text, last_modified text,
        media_type text, charset text, unavailable_after text, body_sha256 text, links text[], linked boolean,
        message text
    )
    on conflict do nothing
    returning *
),
stamped as (
    insert into kb_store.page (source_id, url, first_seen, last_attempt, last_outcome, linked)
    select r.source_id, a.url, a.fetched_at, a.fetched_at, a.outcome, a.linked
    from accepted a
    join kb_store.run r using (run_id)
    on conflict (source_id, url) do update
    set last_attempt = excluded.last_attempt, last_outcome = excluded.last_outcome
)
select outcome from accepted
"""


def _row(capture: Capture) -> dict[str, Any]:
    return {
        "url": clean(capture.url),
        "outcome": capture.outcome.value,
        "fetched_at": capture.fetched_at.isoformat(),
        "final_url": clean(capture.final_url),
        "status": capture.status,
        "etag": clean(capture.etag),
        "last_modified": clean(capture.last_modified),
        "media_type": clean(capture.media_type),
        "charset": clean(capture.charset),
        "unavailable_after": clean(capture.unavailable_after),
        # the hash comes only with the body: an unchanged page keeps the one it has
        "body_sha256": capture.body_sha256 if capture.body is not None else None,
        "links": None if capture.links is None else [clean(link) for link in capture.links],
        "linked": capture.linked,
        "message": clean(capture.message),
    }
