"""What the database knows of a feed: what was said of it last time, and which items it had."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.database import Connection
from pipelines.store.captures import body_of

__all__ = ["KnownFeed", "KnownItem", "count_items", "known_bodies", "known_feed", "known_items"]

_BATCH = 1000


@dataclass(frozen=True)
class KnownFeed:
    """What the last good look at a feed left behind."""

    etag: str | None
    last_modified: str | None
    told: dict[str, Any]  # its own page: see capturing


@dataclass(frozen=True)
class KnownItem:
    """An item that a feed had."""

    url: str  # of its page
    is_gone: bool  # the last look did not find it, and its removal waits


def known_feed(conn: Connection, source: str, url: str) -> KnownFeed | None:
    """What is known of the source's feed at that address, or None."""
    row = conn.execute(
        """
        select p.etag, p.last_modified, p.body_sha256
        from kb_store.page p
        join kb_store.source s using (source_id)
        where s.name = %s and p.url = %s and p.body_sha256 is not null
        """,
        (source, url),
    ).fetchone()
    return None if row is None else KnownFeed(row[0], row[1], json.loads(body_of(conn, row[2])))


def known_bodies(conn: Connection, source: str, urls: Sequence[str]) -> dict[str, str]:
    """For those of the items' pages that are known: the hash of what they said last, in hex."""
    rows = conn.execute(
        """
        select p.url, encode(p.body_sha256, 'hex')
        from kb_store.page p
        join kb_store.source s using (source_id)
        where s.name = %s and p.url = any (%s) and p.body_sha256 is not null
        """,
        (source, list(urls)),
    ).fetchall()
    return dict(rows)


def count_items(conn: Connection, source: str) -> int:
    """How many items the source's feed had."""
    row = conn.execute(
        """
        select count(*)
        from kb_store.page p
        join kb_store.source s using (source_id)
        where s.name = %s and p.url like 'feed:%%' and p.body_sha256 is not null
        """,
        (source,),
    ).fetchone()
    assert row is not None
    return int(row[0])


def known_items(conn: Connection, source: str) -> Iterator[KnownItem]:
    """Every item that the source's feed had, some at a time: no transaction stays open between them."""
    after = 0
    while True:
        rows = conn.execute(
            """
            select p.page_id, p.url, p.last_outcome = 'gone'
            from kb_store.page p
            join kb_store.source s using (source_id)
            where s.name = %s and p.url like 'feed:%%' and p.body_sha256 is not null and p.page_id > %s
            order by p.page_id
            limit %s
            """,
            (source, after, _BATCH),
        ).fetchall()
        for _, url, is_gone in rows:
            yield KnownItem(url, is_gone)
        if len(rows) < _BATCH:
            return
        after = rows[-1][0]
