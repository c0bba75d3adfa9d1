"""A second look, within the same run, at the pages where entries stood that the first look did not find.

A server that answers one request without a card, and the next with it, is common: a page rendered before its offers
were loaded, one of several machines behind one name. So the pages that carried what is missing, and the entries' own
addresses where these were not asked for, are fetched once more, whole. What is found there is found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.reading import reading_session
from pipelines.database import Connection
from pipelines.records import Capture, CrawlLimits, Outcome, Page
from pipelines.store.captures import store_captures
from pipelines.store.runs import fenced
from pipelines.urls import Scope

if TYPE_CHECKING:
    from pipelines.settings import Source

__all__ = ["look_again"]

_MOST_PAGES = 30
_MOST_SECONDS = 120.0
_CRAWLED = ("site", "sitemap", "urls")

_Missed = tuple[str, bool]  # a key, and whether it is an offer's

# Page -> what its drafts of missing entries are filed under, and whether they are offers; an entry's own address that
# no attempt was made at.
_WHERE_MISSED = """
with missed as materialized (
    select a.entry_id, a.key, v.url, e.kind = 'offer' as offer
    from kb_store.absent_entries(%(run)s) a
    join kb_store.entry e using (entry_id)
    join kb_store.version v on v.entry_id = a.entry_id and upper_inf(v.recorded)
    where a.reason = 'absent' and (upper_inf(v.valid) or upper(v.valid) > clock_timestamp())
)
select p.url, d.key, m.offer
from missed m
join kb_store.draft d on d.entry_id = m.entry_id
join kb_store.page p on p.reading_id = d.reading_id
join kb_store.run r on r.run_id = %(run)s and r.source_id = p.source_id
union
select split_part(m.url, '#', 1), m.key, m.offer
from missed m
where not exists (
    select from kb_store.attempt a where a.run_id = %(run)s and a.url = split_part(m.url, '#', 1)
)
order by 1, 2, 3
"""


def look_again(conn: Connection, source: Source, run: int, directory: Path, skew: timedelta) -> int:
    """Look again for what the run has not found; how many pages had it after all, and are to be read and planned anew.

    `directory` is a new folder for the crawl, `skew` how far the database's clock is ahead. Raises LeaseLost,
    FreshetError when the look itself is not possible.
    """
    wanted = _wanted(conn, source, run)
    if not wanted:
        return 0
    found = [capture for capture in _fetched(source, directory, tuple(wanted)) if capture.url in wanted]
    better = [replace(capture, fetched_at=capture.fetched_at + skew) for capture in _with_any(source, found, wanted)]
    if better:
        with fenced(conn, run):
            conn.execute(
                "delete from kb_store.attempt where run_id = %s and url = any (%s)", (run, [c.url for c in better])
            )
            store_captures(conn, run, better)
    return len(better)


def _wanted(conn: Connection, source: Source, run: int) -> dict[str, set[_Missed]]:
    """The pages to look at, each with what was missed there."""
    if source.kind not in _CRAWLED:
        return {}
    scope = Scope.of(source.start_urls, source.allow, source.deny)
    wanted: dict[str, set[_Missed]] = defaultdict(set)
    for url, key, offer in conn.execute(_WHERE_MISSED, {"run": run}).fetchall():
        if scope.holds(url) and (url in wanted or len(wanted) < _MOST_PAGES):
            wanted[url].add((key, offer))
    return wanted


def _fetched(source: Source, directory: Path, urls: tuple[str, ...]) -> list[Capture]:
    from spiders import crawl

    limits = CrawlLimits(depth=0, pages=len(urls), crawl_seconds=_MOST_SECONDS)
    job = source.crawl_job(directory, full=True)
    crawled = crawl(replace(job, kind="urls", start_urls=urls, limits=limits), ())
    return [capture for capture in crawled.captures() if capture.outcome is Outcome.OK and capture.body is not None]


def _with_any(source: Source, captures: list[Capture], wanted: Mapping[str, set[_Missed]]) -> list[Capture]:
    """Those that say something of what was missed."""
    pages = [
        Page(
            url=capture.final_url or capture.url,
            body=capture.body or b"",
            media_type=capture.media_type or "application/octet-stream",
            observed_at=capture.fetched_at,
            rules=source.rules(),
            charset=capture.charset,
            unavailable_after=capture.unavailable_after,
        )
        for capture in captures
    ]
    with reading_session(source) as read_all:
        readings = list(read_all(pages))
    return [
        capture
        for capture, reading in zip(captures, readings, strict=True)
        if reading.outcome is Outcome.OK
        and any((draft.key, draft.kind == "offer") in wanted[capture.url] for draft in reading.drafts)
    ]
