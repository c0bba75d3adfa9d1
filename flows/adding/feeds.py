"""Feeds: a file of items looked at whole, its fields guessed, its first items shown."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from flows.adding.files import Setting
from flows.adding.looking import CouldNotLook, told
from flows.adding.making import Adding, Preview, Proposal, made
from flows.adding.pages import Seen
from flows.adding.sites import propose_sitemap
from flows.adding.suggesting import category_settings, manner_settings
from pipelines.feeds.items import BadValue, draft_of
from pipelines.feeds.opening import open_feed
from pipelines.feeds.raw import BrokenFeed
from pipelines.records import Capture, Draft, Finding, Outcome, Reading
from pipelines.source_settings import FEED_FIELDS, Source
from pipelines.urls import shown

if TYPE_CHECKING:
    from pipelines.feeds.items import Entry
    from pipelines.feeds.opening import OpenFeed

__all__ = ["is_feed", "propose_feed"]

_TABLES = frozenset({"text/csv", "text/tab-separated-values"})
_LINES = re.compile(r"\.(?:jsonl|ndjson)(?:\.gz)?$", re.IGNORECASE)
_SITEMAP = re.compile(rb"<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s>]")
_MOST_SHOWN = 200  # items read for the preview
_MOST_COUNTED = 100_000
# A feed that has one of these speaks of offers, of things sold or lowered in price or held for a time.
_OF_OFFERS = frozenset(
    {"price", "price_before", "discount_percent", "validity", "valid_from", "valid_until", "code", "sale_dates"}
)


@dataclass(frozen=True)
class _Items:
    """What the first items of a feed say."""

    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]
    count: int


def is_feed(seen: Seen) -> bool:
    """Whether a document that was looked at is a file of items rather than one to be read as text."""
    path = seen.url.partition("?")[0]
    return seen.page.media_type in _TABLES or (seen.page.media_type == "text/plain" and bool(_LINES.search(path)))


def propose_feed(adding: Adding, url: str) -> Proposal:
    """The source of a feed, asked for as a sync would; a sitemap under another name is proposed as what it is.

    Raises CouldNotLook when it cannot be had, or is neither.
    """
    with tempfile.TemporaryDirectory(prefix="freshet-feed-") as directory:
        capture, file = _fetched(adding, url, Path(directory))
        with file.open("rb") as start:
            if _SITEMAP.search(start.read(4096)):
                return propose_sitemap(adding, url)
        try:
            feed = open_feed(file, capture.url, items=None, given={}, charset=capture.charset)
            return _made(adding, url, feed, capture)
        except BrokenFeed as error:
            way_out = "Write the source by hand, with [feed] items and fields, if it is one"
            raise CouldNotLook(f"{shown(url)}: no feed that can be read: {error}. {way_out}", capture) from error


def _fetched(adding: Adding, url: str, directory: Path) -> tuple[Capture, Path]:
    from spiders.feeds import FEED_LIMITS, fetch_feed

    source = adding.source({"kind": "feed", "feed": {"url": url}, "allow_private": adding.private})
    fetched = fetch_feed(replace(source.crawl_job(directory, full=True), limits=FEED_LIMITS), None)
    if fetched.capture.outcome is not Outcome.OK or fetched.file is None:
        raise CouldNotLook(told(url, fetched.capture), fetched.capture)
    return fetched.capture, fetched.file


def _made(adding: Adding, url: str, feed: OpenFeed, capture: Capture) -> Proposal:
    entry: Entry = "offer" if _OF_OFFERS & {field for field, paths in feed.fields.items() if paths} else "record"
    first = _read(feed, adding.source({"kind": "feed", "feed": {"url": url}}), entry, capture)
    if not first.drafts:
        said = first.findings[0].message if first.findings else "it has no item now; add it when it has some"
        raise CouldNotLook(f"{shown(url)}: nothing to show: {said}", capture)
    count = f"{first.count:,}" if first.count < _MOST_COUNTED else f"at least {_MOST_COUNTED:,}"
    title = f"{count} items, {feed.format.upper()}"
    if first.count > _MOST_SHOWN:
        adding.notes.append(f"the preview is of the first {_MOST_SHOWN} of {count} items")

    def read(source: Source) -> Preview:
        found = _read(feed, source, entry, capture)
        reading = Reading(
            Outcome.OK, title, found.drafts[0].language if found.drafts else "und", findings=found.findings
        )
        return Preview(((url, reading),), found.drafts)

    return made(adding, tuple(_settings(adding, url, feed, entry, first.drafts)), f"{shown(url)}: {title}", read)


def _read(feed: OpenFeed, source: Source, entry: Entry, capture: Capture) -> _Items:
    drafts: list[Draft] = []
    findings: list[Finding] = []
    count = 0
    for count, item in enumerate(islice(feed.items(), _MOST_COUNTED), 1):
        if count > _MOST_SHOWN:
            continue
        try:
            if item.problem:
                raise BadValue("item", "", item.problem)
            reading = draft_of(
                feed.mapped(item), rules=source.rules(), entry=entry, base=capture.url, observed_at=capture.fetched_at
            )
        except BadValue as error:
            findings.append(Finding("bad-item", f"{item.where}: {error}"))
            continue
        drafts.append(reading.draft)
        findings.extend(reading.findings)
    return _Items(tuple(drafts), tuple(findings), count)


def _settings(adding: Adding, url: str, feed: OpenFeed, entry: Entry, drafts: tuple[Draft, ...]) -> Iterator[Setting]:
    languages = tuple(dict.fromkeys(draft.language for draft in drafts if draft.language != "und"))
    yield Setting("kind", "feed")
    yield from manner_settings((url,), private=adding.private, languages=languages, project=adding.project)
    yield from category_settings(drafts)
    yield Setting("url", url, table="feed")
    if isinstance(feed.place, str) and feed.place:
        yield Setting("items", feed.place, "where the list is", table="feed")
    yield Setting("entry", entry, "what each item is: offer | record", table="feed")
    yield _fields(feed)


def _fields(feed: OpenFeed) -> Setting:
    """The fields as they were guessed; a comment where a standard means more than a file can say."""
    known = {field: paths[0] for field, paths in feed.fields.items() if paths and field in FEED_FIELDS}
    is_whole = len(known) == len(feed.fields) and all(len(paths) == 1 for paths in feed.fields.values())
    said = "guessed from their names: theirs on the right" if is_whole else "read so without being set, by a standard"
    return Setting("fields", known, said, table="feed", active=is_whole)
