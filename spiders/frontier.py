"""What is to be asked for, and what was known before: a SQLite file in the crawl's own directory.

Addresses are taken in the order they were found, which is breadth first. Memory stays flat: both
lists live on disk, and no more addresses are kept than the crawl may ask for. The file is scratch:
it is not synced, and nothing outlives the crawl through it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.records import KnownPage

__all__ = ["FRONTIER", "Entry", "Frontier", "write_known"]

FRONTIER = "frontier.sqlite"
_CACHE_KIB = 4 * 1024
_BATCH = 1000
_RECENT = 10_000  # addresses, some 2 MB
_SCHEMA = """
create table known (id integer primary key, url text not null unique, etag text, last_modified text,
                    body_sha256 text, links text not null);
create table page (id integer primary key, url text not null unique, lane text not null, depth integer not null,
                   linked integer not null, sitemap integer not null, taken integer not null default 0, target text);
create index page_lane on page (lane, id);
"""


@dataclass(frozen=True)
class Entry:
    """One address waiting its turn."""

    url: str  # normalised
    depth: int  # links from a start URL
    linked: bool = True  # False: only known from before
    sitemap: bool = False  # to be read as a list of addresses, not as a page


def write_known(directory: Path, known: Iterable[KnownPage]) -> None:
    """Make the crawl's file and write what is known into it, one page in memory at a time."""
    database = _connect(directory / FRONTIER)
    try:
        database.executescript(_SCHEMA)
        rows = ((p.url, p.etag, p.last_modified, p.body_sha256, "\n".join(p.links)) for p in known)
        with database:
            database.executemany(
                "insert or replace into known (url, etag, last_modified, body_sha256, links) values (?, ?, ?, ?, ?)",
                rows,
            )
    finally:
        database.close()


class Frontier:
    """The addresses of one crawl, by lane: one lane a host. At most `limit` addresses are ever kept."""

    def __init__(self, directory: Path, limit: int, lane_of: Callable[[str], str]) -> None:
        self._database = _connect(directory / FRONTIER)
        self._database.execute("begin")  # one transaction for the whole crawl: nobody else reads, nothing is kept
        self._limit = limit
        self._lane_of = lane_of
        self._last_taken: dict[str, int] = {}  # lane -> id; ids grow, so nothing before it waits
        self._recent: set[str] = set()  # menus repeat on every page: most links need no look into the file
        self._count = 0
        self.overflowed = False  # an address was left out because the limit was reached

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lanes that have ever held an address, in the order of their first."""
        return tuple(self._last_taken)

    def add(self, entries: Iterable[Entry]) -> None:
        """Queue the entries that were never seen."""
        for entry in entries:
            if entry.url in self._recent:
                continue
            self._remember(entry.url)
            if self._count < self._limit:
                self._insert(entry, taken=False)
            elif not self.overflowed:
                self.overflowed = not self._holds(entry.url)

    def take(self, lane: str) -> Entry | None:
        """Return the lane's next address and mark it as attempted; None when none waits now."""
        row = self._database.execute(
            "select id, url, depth, linked, sitemap from page "
            "where lane = ? and id > ? and taken = 0 order by id limit 1",
            (lane, self._last_taken.get(lane, 0)),
        ).fetchone()
        if row is None:
            return None
        self._last_taken[lane] = row[0]
        self._database.execute("update page set taken = 1 where id = ?", (row[0],))
        return Entry(row[1], row[2], bool(row[3]), bool(row[4]))

    def claim(self, entry: Entry) -> bool:
        """Take an address out of its turn, because a redirect leads there; False: it was attempted already."""
        if self._insert(entry, taken=True):
            return True
        marked = self._database.execute("update page set taken = 1 where url = ? and taken = 0", (entry.url,))
        return marked.rowcount == 1

    def moved(self, url: str, target: str) -> None:
        """Remember that an attempted address leads to another."""
        self._database.execute("update page set target = ? where url = ?", (target, url))

    def end_of(self, url: str) -> str:
        """Return where an attempted address finally leads, itself when it did not move."""
        seen = {url}
        while (target := self._target(url)) and target not in seen:
            seen.add(target)
            url = target
        return url

    def known(self, url: str) -> KnownPage | None:
        """Return what was known of an address before this crawl."""
        row = self._database.execute(
            "select url, etag, last_modified, body_sha256, links from known where url = ?", (url,)
        ).fetchone()
        if row is None:
            return None
        found, etag, last_modified, body_sha256, links = row
        return KnownPage(found, etag, last_modified, body_sha256, tuple(links.split("\n")) if links else ())

    def is_known(self, url: str) -> bool:
        """Whether an address was known before this crawl."""
        return self._database.execute("select 1 from known where url = ?", (url,)).fetchone() is not None

    def add_unlinked(self, belongs: Callable[[str], bool]) -> None:
        """Queue every known page no link has led to and `belongs` still holds for."""
        for url in self._unreached():
            if belongs(url):
                self.add((Entry(url, 0, linked=False),))

    def waiting(self) -> int:
        """How many addresses were never attempted."""
        return int(self._database.execute("select count(*) from page where taken = 0").fetchone()[0])

    def close(self) -> None:
        """Give the file up."""
        self._database.commit()
        self._database.close()

    def _remember(self, url: str) -> None:
        if len(self._recent) >= _RECENT:
            self._recent.clear()
        self._recent.add(url)

    def _unreached(self) -> Iterator[str]:
        last = 0
        query = (
            "select known.id, known.url from known left join page on page.url = known.url "
            "where page.id is null and known.id > ? order by known.id limit ?"
        )
        while rows := self._database.execute(query, (last, _BATCH)).fetchall():
            yield from (url for _, url in rows)
            last = rows[-1][0]

    def _insert(self, entry: Entry, *, taken: bool) -> bool:
        lane = self._lane_of(entry.url)
        row = (entry.url, lane, entry.depth, entry.linked, entry.sitemap, taken)
        added = self._database.execute(
            "insert or ignore into page (url, lane, depth, linked, sitemap, taken) values (?, ?, ?, ?, ?, ?)", row
        )
        self._last_taken.setdefault(lane, 0)
        self._count += added.rowcount
        return added.rowcount == 1

    def _holds(self, url: str) -> bool:
        return self._database.execute("select 1 from page where url = ?", (url,)).fetchone() is not None

    def _target(self, url: str) -> str | None:
        row = self._database.execute("select target from page where url = ?", (url,)).fetchone()
        return row[0] if row else None


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("pragma journal_mode = off")
    database.execute("pragma synchronous = off")
    database.execute("pragma locking_mode = exclusive")
    database.execute(f"pragma cache_size = -{_CACHE_KIB}")
    return database
