"""Looking at a feed: brought to disk by the spiders, opened and laid beside what is known by the pipelines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.database import Connection
from pipelines.feeds.capturing import FEED_TYPE, Look, settings_digest, unchanged_items
from pipelines.feeds.known import KnownFeed, count_items, known_feed
from pipelines.feeds.opening import OpenFeed, open_feed
from pipelines.feeds.raw import BrokenFeed
from pipelines.records import Capture, KnownPage, Outcome

if TYPE_CHECKING:
    from pipelines.settings import Project, Source
    from pipelines.source_settings import FeedSettings
    from spiders.feeds import FetchedFeed

__all__ = ["SeenFeed", "look_at_feed"]


@dataclass
class SeenFeed:
    """What a look at a feed brought; whether it was whole is known once its captures have been read."""

    conn: Connection
    source: Source
    settings: str  # digest of how items are taken
    fetched: Capture
    feed: OpenFeed | None  # None: it has not changed, or could not be had
    look: Look | None = None
    advance: Callable[[int], None] = lambda done: None

    @property
    def complete(self) -> bool:
        """Whether what the feed does not have can be believed to be gone."""
        return not self.incomplete_reason

    @property
    def incomplete_reason(self) -> str:
        """Why not, for a person."""
        return self.failure or (self.look.reason if self.look else "")

    @property
    def failure(self) -> str:
        """Why nothing at all can be said of the feed: the run fails and publishes nothing; empty when something can."""
        if self.fetched.outcome in (Outcome.OK, Outcome.NOT_MODIFIED):
            return ""
        why = self.fetched.message.removeprefix(f"{self.fetched.url}: ")  # an address that is refused is named in it
        return (
            f"{self.fetched.url}: {why}. What the feed gave stays until its own end; if it is gone for good: "
            f"freshet remove {self.source.name}"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the feed beyond its items' own problems."""
        return tuple(finding.message for finding in self.look.findings[:20]) if self.look else ()

    def captures(self) -> Iterator[Capture]:
        """The items' captures and the feed's own."""
        if self.failure:
            yield self.fetched
        elif self.look is None or self.feed is None:
            yield replace(self.fetched, body=None, body_sha256=None)
            yield from unchanged_items(self.conn, self.source.name, self.fetched.fetched_at)
        else:
            yield from self.look.captures(self.advance)
            yield self._own(self.look)

    def _own(self, look: Look) -> Capture:
        """The feed's own page; without validators when something was amiss, so that it is looked at whole again."""
        if not look.is_whole:
            outcome = Outcome.EMPTY_EXTRACTION if look.count == look.bad else Outcome.TRUNCATED
            message = f"{look.reason}; nothing that is missing from it ends"
            return replace(self.fetched, outcome=outcome, body=None, body_sha256=None, message=message)
        is_clean = not look.bad
        body = look.told(self.fetched.body_sha256 or "", self.settings)
        return replace(
            self.fetched,
            media_type=FEED_TYPE,
            charset="utf-8",
            etag=self.fetched.etag if is_clean else None,
            last_modified=self.fetched.last_modified if is_clean else None,
            body=body,
            body_sha256=sha256(body).hexdigest(),
        )


def look_at_feed(
    conn: Connection,
    project: Project,
    source: Source,
    directory: Path,
    advance: Callable[[int], None],
    *,
    full: bool = False,
) -> SeenFeed:
    """Look at the source's feed, its bytes kept in `directory` until its captures have been read.

    `full`: ask for it whole and take every item anew. Raises FreshetError when the look itself is not possible.
    """
    feed = source.feed
    assert feed is not None, "settings give a feed's source one"
    settings = settings_digest(feed.items, {str(ours): theirs for ours, theirs in feed.fields.items()})
    before = known_feed(conn, source.name, feed.url) if feed.url else _known_file(conn, source, feed)
    if before and (full or not before.told.get("is_clean") or before.told.get("settings") != settings):
        before = None
    fetched = _fetched(project, source, feed, directory, before, full=full)
    capture = fetched.capture
    if before and capture.outcome is Outcome.OK and capture.body_sha256 == before.told.get("sha256"):
        capture = replace(capture, outcome=Outcome.NOT_MODIFIED)
    seen = SeenFeed(conn, source, settings, capture, None, advance=advance)
    if capture.outcome is not Outcome.OK or fetched.file is None:
        return seen
    return _opened(seen, fetched.file, feed, full=full)


def _fetched(
    project: Project, source: Source, feed: FeedSettings, directory: Path, before: KnownFeed | None, *, full: bool
) -> FetchedFeed:
    from spiders.feeds import FEED_LIMITS, fetch_feed, take_file

    if feed.url is None:
        return take_file(str(feed.path), project.directory, directory)
    job = replace(source.crawl_job(directory, full=full), limits=FEED_LIMITS)
    return fetch_feed(job, KnownPage(feed.url, before.etag, before.last_modified) if before else None)


def _known_file(conn: Connection, source: Source, feed: FeedSettings) -> KnownFeed | None:
    return known_feed(conn, source.name, f"file:{feed.path}")


def _opened(seen: SeenFeed, file: Path, feed: FeedSettings, *, full: bool) -> SeenFeed:
    """The look with its feed opened; a feed that is broken as a whole has failed like one that could not be had."""
    source, capture = seen.source, seen.fetched
    try:
        given = {str(ours): theirs for ours, theirs in feed.fields.items()}
        opened = open_feed(file, capture.url, items=feed.items, given=given, charset=capture.charset)
    except BrokenFeed as error:
        seen.fetched = replace(capture, outcome=Outcome.PARSE_FAILED, body_sha256=None, message=f"the feed: {error}")
        return seen
    seen.feed = opened
    seen.look = Look(
        seen.conn, source.name, opened, source.rules(), feed.entry, capture.fetched_at,
        full=full, known=count_items(seen.conn, source.name) if source.guard.min_entries else 0,
    )  # fmt: skip
    return seen
