"""A feed as captures: each item a page of its own, laid beside what is known, and one page for the feed itself.

- An item that says what it said is `not_modified`; a changed or new one `ok`, its mapped fields the bytes.
- An item that cannot be read is `bad_content`, with its place and field; what it said before stays.
- An item that a whole feed no longer has is `gone`: the feed says so. Where rows could not be read that might be it,
  it is `missing`, which counts the second time.
- A feed that breaks off, of which too much cannot be read, or that is empty where it was not, ends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Literal
from urllib.parse import quote

from pipelines.database import Connection
from pipelines.feeds.items import FEED_RECIPE, BadValue, Entry, draft_of
from pipelines.feeds.known import known_bodies, known_items
from pipelines.feeds.mapping import Mapped
from pipelines.feeds.opening import OpenFeed, digest
from pipelines.feeds.raw import BrokenFeed, RawItem
from pipelines.records import Capture, Finding, FreshetError, Outcome, ReadingRules

__all__ = ["FEED_TYPE", "ITEM_TYPE", "Look", "item_url", "settings_digest", "unchanged_items"]

FEED_TYPE = "application/vnd.freshet.feed+json"
ITEM_TYPE = "application/vnd.freshet.item+json"

_BATCH = 500  # items
_MOST_TOLD = 100  # bad rows told one by one, and findings about the feed
_MOST_UNNAMED = 0.1  # share of items nobody can name; above it the feed is no witness of what is missing
_LONGEST_NAME = 600  # characters of an item's page


def settings_digest(items: str | None, given: Mapping[str, str]) -> str:
    """Names how a feed's items were taken: by another, an unchanged feed is asked for whole."""
    return sha256(repr((FEED_RECIPE, items, sorted(given.items()))).encode()).hexdigest()


def item_url(source: str, key: str, door: Literal["feed", "push"] = "feed") -> str:
    """The name of an item's page, by the door it came in at, whatever address its feed has."""
    name = quote(key, safe="/:?=&@+,;!$'()*~")
    if len(name) > _LONGEST_NAME:
        name = f"{name[:200]}~{sha256(key.encode('utf-8', 'replace')).hexdigest()}"
    return f"{door}:{source}#{name}"


def unchanged_items(conn: Connection, source: str, at: datetime) -> Iterator[Capture]:
    """The items of a feed that has not changed: what it had it has, what it had lost is still lost."""
    for item in known_items(conn, source):
        if item.is_gone:
            yield Capture(item.url, Outcome.GONE, at, message="not in the feed")
        else:
            yield Capture(item.url, Outcome.NOT_MODIFIED, at)


@dataclass
class Look:
    """One look at an opened feed; what came of it is known when `captures` has been read to its end."""

    conn: Connection
    source: str
    feed: OpenFeed
    rules: ReadingRules
    entry: Entry
    at: datetime
    full: bool = False
    known: int = 0  # how many items it had
    count: int = 0  # items, bad ones included
    bad: int = 0
    unnamed: int = 0  # of the bad, those of which nobody knows which entry they are
    ended: int = 0  # items it no longer has
    broken: str = ""  # where it breaks off
    findings: list[Finding] = field(default_factory=list)
    _seen: dict[bytes, str] = field(default_factory=dict)  # page -> where it stands

    @property
    def is_whole(self) -> bool:
        """Whether what it does not have can be believed to be gone."""
        return not self.reason

    @property
    def reason(self) -> str:
        """Why it is not whole, for a person."""
        if self.broken:
            return f"the feed {self.broken}"
        if self.unnamed > max(1, self.count * _MOST_UNNAMED):
            return f"{self.unnamed} of the feed's {self.count} items cannot be read"
        if self.known and self.count == self.bad:
            return f"the feed has no item that can be read, and had {self.known}"
        return ""

    def captures(self, advance: Callable[[int], None] = lambda done: None) -> Iterator[Capture]:
        """Every item, then what it no longer has."""
        items = self._items()
        while batch := list(islice(items, _BATCH)):
            yield from self._judged(batch)
            advance(len(batch))
        if self.is_whole:
            yield from self._lost()

    def told(self, sha: str, settings: str) -> bytes:
        """The feed's own page: how it was read, and what a person should know."""
        summary = {
            "base": self.feed.base,
            "format": self.feed.format,
            "sha256": sha,
            "settings": settings,
            "is_clean": self.is_whole and not self.bad,
            "findings": [asdict(finding) for finding in (*self._about_fields(), *self.findings[:_MOST_TOLD])],
        }
        return json.dumps(summary, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")

    # ------------------------------------------------------------ items

    def _items(self) -> Iterator[tuple[RawItem, Mapped]]:
        """Items with a page of their own; the second with the same identity is told and left out."""
        try:
            for raw in self.feed.items():
                self.count += 1
                item = {} if raw.problem else self.feed.mapped(raw)
                if self._is_first(raw, item):
                    yield raw, item
        except BrokenFeed as error:
            self.broken = str(error).removeprefix("it ")

    def _is_first(self, raw: RawItem, item: Mapped) -> bool:
        key = str(item.get("key", ""))
        if not key:
            return True
        before = self._seen.setdefault(digest(item_url(self.source, key)), raw.where)
        if before == raw.where:
            return True
        message = (
            f"{before} and {raw.where} are both «{key[:200]}»: the first is taken. Name a key that tells them apart"
        )
        self.findings.append(Finding("duplicate-key", message, key[:500]))
        return False

    def _judged(self, batch: Sequence[tuple[RawItem, Mapped]]) -> Iterator[Capture]:
        named = [(raw, item, item_url(self.source, str(item["key"])) if "key" in item else "") for raw, item in batch]
        known = {} if self.full else known_bodies(self.conn, self.source, [url for _, _, url in named if url])
        for raw, item, url in named:
            body = json.dumps(item, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
            sha = sha256(body).hexdigest()
            if url and known.get(url) == sha:
                yield Capture(url, Outcome.NOT_MODIFIED, self.at, body_sha256=sha)
            elif problem := self._problem(raw, item):
                yield from self._bad(raw, item, url, problem)
            else:
                yield Capture(
                    url, Outcome.OK, self.at, self.feed.base, media_type=ITEM_TYPE, charset="utf-8",
                    body=body, body_sha256=sha,
                )  # fmt: skip

    def _problem(self, raw: RawItem, item: Mapped) -> str:
        """Why an item cannot be taken, empty when it can: it is read once for this, while its place is known."""
        if raw.problem:
            return raw.problem
        if any("\ufffd" in text for text in item.values()):
            return "holds bytes that are no characters"
        try:
            draft_of(item, rules=self.rules, entry=self.entry, base=self.feed.base, observed_at=self.at)
        except BadValue as error:
            return str(error)
        except FreshetError as error:  # markup that cannot be read
            return str(error)
        return ""

    def _bad(self, raw: RawItem, item: Mapped, url: str, problem: str) -> Iterator[Capture]:
        self.bad += 1
        self.unnamed += not url
        if url or self.unnamed <= _MOST_TOLD:
            title = f" («{str(item['title'])[:100]}»)" if "title" in item else ""
            stays = "; what it said before stays" if url else ""
            place = f"feed:{self.source}#{raw.unit}={raw.place}"
            message = f"{raw.where}{title}: {problem}{stays}"
            yield Capture(url or place, Outcome.BAD_CONTENT, self.at, message=message)

    # ------------------------------------------------------------ what is no longer there

    def _lost(self) -> Iterator[Capture]:
        outcome = Outcome.MISSING if self.unnamed else Outcome.GONE
        unsure = f"; {self.unnamed} rows could not be read, it may be one of them" if self.unnamed else ""
        for item in known_items(self.conn, self.source):
            if digest(item.url) not in self._seen:
                self.ended += 1
                yield Capture(item.url, outcome, self.at, message=f"not in the feed any more{unsure}")

    def _about_fields(self) -> list[Finding]:
        if not self.feed.guessed:
            return []
        taken = ", ".join(f"{ours} = {paths[0]}" for ours, paths in self.feed.fields.items() if paths)
        return [Finding("feed-fields", f"fields are taken by their names: {taken}; set [feed] fields if one is wrong")]
