"""Freshet as a contender: its own sync of one source, with its PostgreSQL, its reading and its plan.

Pages come as captures told to the run in place of a crawl, so that 500 steps take minutes: read, planned, judged,
embedded and published as in any other run. A listing comes as the feed's file that it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from unittest.mock import patch

import flows.capturing
from bench.streams_contest import Counting, Row
from bench.streams_steps import Step
from flows.reading import reading_session
from flows.running import Options
from flows.sync import sync_source
from flows.texts import Texts
from pipelines.database import connect
from pipelines.feeds.items import draft_of
from pipelines.feeds.mapping import mapped
from pipelines.records import Capture, Draft, Outcome, Page
from pipelines.settings import Project, Source
from pipelines.store.deciding import approve

__all__ = ["LISTING", "PAGES", "Freshet", "Oracle"]

PAGES = """
kind = "urls"
start_urls = ["https://terms.example/"]
"""
LISTING = """
kind = "feed"
timezone = "Asia/Manila"
[feed]
path = "feed.json"
entry = "offer"
fields = { title = "title", text = "description", validity = "discount_text", category = "category", url = "url" }
"""
_SITE = "https://terms.example/"


@dataclass(frozen=True)
class _Told:
    """What a crawl would have brought."""

    listed: list[Capture]
    complete: bool
    incomplete_reason: str = "half of the pages could not be looked at"
    notes: tuple[str, ...] = ()
    failure: str = ""

    def captures(self) -> Iterator[Capture]:
        return iter(self.listed)


class Oracle:
    """The smallest set of texts that the steps ask for under Freshet's own cutting; it knows no database."""

    def __init__(self, project: Project, source: Source) -> None:
        self._source = source
        self._cut = Texts(project).chunker(source.rules())
        self._known: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        self._session = reading_session(source)
        self._read = self._session.__enter__()
        self._seen: set[str] = set()
        self._bodies: set[str] = set()

    def chunks(self, step: Step) -> Iterator[tuple[str, str, str]]:
        """Entry, text as it is embedded and body of every chunk there is."""
        for place in step.pages.items():
            if place not in self._known:
                self._known[place] = list(self._cut_up(*place))
            yield from self._known[place]

    def new(self, step: Step) -> tuple[int, int]:
        """How many distinct texts stand in this step that never stood before; the same of bodies alone."""
        chunks = list(self.chunks(step))
        texts, bodies = {text for _, text, _ in chunks}, {body for _, _, body in chunks}
        found = len(texts - self._seen), len(bodies - self._bodies)
        self._seen |= texts
        self._bodies |= bodies
        return found

    def close(self) -> None:
        """End the child that reads documents."""
        self._session.__exit__(None, None, None)

    def _cut_up(self, name: str, page: str) -> Iterator[tuple[str, str, str]]:
        now = datetime.now(UTC)
        for draft in self._drafts(name, page, now):
            for chunk in self._cut(draft, now):
                yield draft.key, chunk.content, chunk.body

    def _drafts(self, name: str, page: str, now: datetime) -> Sequence[Draft]:
        feed, rules = self._source.feed, self._source.rules()
        if feed is None:
            (reading,) = self._read([Page(_SITE + name, page.encode(), "text/markdown", now, rules, "utf-8")])
            return reading.drafts
        item = mapped(json.loads(page), {str(ours): (theirs,) for ours, theirs in feed.fields.items()})
        return [draft_of(item, rules=rules, entry=feed.entry, base="file:feed.json", observed_at=now).draft]


@dataclass
class Freshet:
    """One source of a project."""

    project: Project
    source: Source
    model: Counting
    oracle: Oracle
    name: str = "Freshet"
    states: dict[str, int] = field(default_factory=dict)  # how many runs ended how; what one held was approved
    _bytes: dict[str, str] = field(default_factory=dict)  # what each page's last good look brought
    _gone: set[str] = field(default_factory=set)

    def sync(self, step: Step) -> None:
        """One run, and a person's word for what it held."""
        with ExitStack() as patched:
            patched.enter_context(patch.object(Texts, "encode", lambda _, texts: self.model(texts)))
            if self.source.feed is not None:
                self._write_feed(step)
            else:
                told = _Told(list(self._captures(step)), not step.unseen)
                patched.enter_context(patch.object(flows.capturing, "fetch", lambda *a, **k: told))
            report = sync_source(self.project, self.source, Options())
        self.states[report.state] = self.states.get(report.state, 0) + 1
        if report.state == "held":
            with connect(self.project, role="writer", autocommit=True) as conn:
                approve(conn, report.run)

    def rows(self) -> list[Row]:
        """Entry and text of every chunk believed; whether it may be quoted now is a matter of its window alone."""
        with connect(self.project, autocommit=True) as conn:
            return [self._row(*row) for row in conn.execute(_ROWS).fetchall()]

    def wanted(self, step: Step) -> Iterable[Row]:
        """What the oracle reads from what is there."""
        return (self._row(entry, text) for entry, text, _ in self.oracle.chunks(step))

    def _row(self, entry: str, text: str) -> Row:
        """Items of a listing are told apart by their texts: some share an address."""
        return ("" if self.source.feed else entry), text

    def _write_feed(self, step: Step) -> None:
        items = [json.loads(page) for page in step.pages.values()]
        (self.project.directory / "feed.json").write_text(json.dumps(items), encoding="utf-8")

    def _captures(self, step: Step) -> Iterator[Capture]:
        self._gone |= self._bytes.keys() - step.pages.keys()
        self._gone -= step.pages.keys()
        for name in sorted(self._gone):
            yield Capture(_SITE + name, Outcome.GONE, datetime.now(UTC), status=410, message="410")
        for name, page in step.pages.items():
            yield self._capture(name, page, seen=name not in step.unseen)

    def _capture(self, name: str, page: str, *, seen: bool) -> Capture:
        url, now = _SITE + name, datetime.now(UTC)
        if not seen:
            return Capture(url, Outcome.SERVER_ERROR, now, status=503, message="503")
        if self._bytes.get(name) == page:
            return Capture(url, Outcome.NOT_MODIFIED, now, url, 304)
        self._bytes[name] = page
        body = page.encode()
        return Capture(url, Outcome.OK, now, url, 200, media_type="text/markdown", charset="utf-8", body=body,
                       body_sha256=hashlib.sha256(body).hexdigest())  # fmt: skip


_ROWS = """
select e.key, p.content
from kb_store.version v
join kb_store.entry e using (entry_id)
join kb_store.chunk c using (version_id)
join kb_store.passage p using (passage_id)
where upper_inf(v.recorded)
"""
