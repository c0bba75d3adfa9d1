"""Runs told to a real database without a crawl: which page answered how, and what it says.

A page's body is the JSON of its drafts, so reading is real storage around a trivial reader. The encoder is a
counting one: a fixed direction for every word.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flows.reports import count_pages
from pipelines.database import Connection
from pipelines.records import OPEN, STANDING, Block, Capture, Draft, Outcome, Page, Reading, Window
from pipelines.source_settings import GuardSettings, Source
from pipelines.store import planning, publishing, removing, runs
from pipelines.store.captures import store_captures
from pipelines.store.readings import draft_from_json, draft_to_json, read_missing
from pipelines.vectors.models import ModelEntry

__all__ = ["DIMENSIONS", "CountingEncoder", "Story", "offer", "page", "stated"]

DIMENSIONS = 16
_MODEL = ModelEntry("counting", "tests/counting", "local", DIMENSIONS, 256, Path("/nowhere"), "0" * 64, "0" * 64)


@dataclass
class CountingEncoder:
    """Gives each text a unit vector made of its words, and counts the texts it was asked for."""

    texts: list[str] = field(default_factory=list)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts.extend(texts)
        return np.stack([self.vector(text) for text in texts])

    def vector(self, text: str) -> NDArray[np.float32]:
        """Sum of a pseudo-random direction a word, scaled to unit length."""
        total = np.full(DIMENSIONS, 1e-6, dtype=np.float32)
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)
        return total / np.linalg.norm(total)


def stated(start: datetime | None, end: datetime | None) -> Window:
    """A window as a page states it."""
    return Window(((start, end),), "stated")


def offer(key: str, text: str = "", window: Window = OPEN, **more: object) -> Draft:
    """An offer of that identity; its text is one paragraph."""
    said = text or f"Offer {key.rsplit('/', 1)[-1]}"
    draft = Draft(key, "offer", key, said.split(".")[0], (Block("paragraph", said),), "en", window)
    more.setdefault("title", draft.title)
    return replace(draft, **more)  # type: ignore[arg-type]  # a test names the fields it means


def page(key: str, *paragraphs: str, language: str = "en") -> Draft:
    """A page's own text."""
    blocks = tuple(Block("paragraph", text) for text in paragraphs)
    return Draft(key, "page", key, paragraphs[0], blocks, language, STANDING)


Told = Sequence[Draft] | Outcome | Capture


@dataclass
class Story:
    """One source and its runs."""

    conn: Connection
    source: Source = field(default_factory=lambda: Source(name="shop", kind="site", start_urls=("https://shop.test/",)))
    guard: GuardSettings = field(default_factory=GuardSettings)
    encoder: CountingEncoder = field(default_factory=CountingEncoder)
    model: ModelEntry = _MODEL
    chunker: planning.Chunker = field(default_factory=lambda: _chunker)
    clock: datetime = field(default_factory=lambda: datetime.now(UTC))
    reads: list[bytes] = field(default_factory=list)  # every body that was given to the reader
    alternates: dict[str, dict[str, str]] = field(default_factory=dict)  # page -> hreflang -> page

    def __post_init__(self) -> None:
        runs.register_source(self.conn, self.source)
        self.model_id = publishing.register_model(self.conn, self.model)

    def sync(self, pages: Mapping[str, Told], *, complete: bool = True, after: timedelta = timedelta()) -> int:
        """A run in which each page answered so; `after` the run before it. The number of texts embedded."""
        self.clock += after
        run = self.plan(pages, complete=complete)
        embedded = publishing.embed_missing(self.conn, run, self.model_id, self.encoder)
        publishing.publish(self.conn, run)
        runs.end_run(self.conn, run, "published")
        return embedded

    def sync_at(self, pages: Mapping[str, Told], at: datetime, *, seen: datetime | None = None) -> None:
        """The same run, published as at an instant of the test's own choosing; its pages were `seen` by then."""
        self.clock = seen or at
        run = self.plan(pages)
        publishing.embed_missing(self.conn, run, self.model_id, self.encoder)
        publishing.store_texts(self.conn, run)
        with runs.fenced(self.conn, run):
            self.conn.execute("select kb_store.publish_at(%s, %s)", (run, at))
        runs.end_run(self.conn, run, "published")

    def plan(self, pages: Mapping[str, Told], *, complete: bool = True) -> int:
        """The same run up to its plan; its number."""
        run = runs.begin_run(self.conn, self.source.name)
        store_captures(self.conn, run, [self._capture(url, told) for url, told in pages.items()])
        read_missing(self.conn, run, self.source.rules(), "recipe", self._read_all)
        planning.plan_entries(self.conn, run, self.chunker, languages=self.source.languages)
        planning.withhold_unchanged(self.conn, run)
        counted = count_pages(self.conn, run)
        verdict = removing.plan_removals(
            self.conn, run, self.guard, complete=complete, incomplete_reason="out of time",
            attempted=counted["requested"], failed=counted["failed"],
        )  # fmt: skip
        runs.note(self.conn, run, complete=verdict.healthy)
        return run

    def served(self) -> dict[str, str]:
        """Title and URL of what kb.offers gives."""
        return dict(self.conn.execute("select url, title from kb.offers()").fetchall())

    def changes(self) -> list[tuple[str, str]]:
        """The change feed: what happened to which URL."""
        return self.conn.execute("select change, url from kb.changes() order by change_id").fetchall()

    def count(self, table: str) -> int:
        """Rows of a table of kb_store."""
        row = self.conn.execute(f"select count(*) from kb_store.{table}".encode()).fetchone()
        assert row is not None
        return int(row[0])

    def _read_all(self, pages: Iterable[Page]) -> Iterable[Reading]:
        for told in pages:
            self.reads.append(told.body)
            if told.body == b"poison":
                yield Reading(Outcome.PARSE_FAILED, message="told to be poison")
            else:
                said = json.loads(told.body)
                drafts = tuple(draft_from_json(draft) for draft in said["drafts"])
                yield Reading(Outcome.OK, alternates=tuple(said["alternates"].items()), drafts=drafts)

    def _capture(self, url: str, told: Told) -> Capture:
        if isinstance(told, Capture):
            return replace(told, fetched_at=self.clock)
        if isinstance(told, Outcome):
            return Capture(url, told, self.clock, message=f"told to be {told}")
        drafts = [json.loads(draft_to_json(draft)) for draft in told]
        body = json.dumps({"drafts": drafts, "alternates": self.alternates.get(url, {})}).encode()
        return Capture(
            url, Outcome.OK, self.clock, url, 200, "text/html", body=body, body_sha256=hashlib.sha256(body).hexdigest()
        )


def _chunker(draft: Draft, observed_at: datetime) -> list[planning.PlannedChunk]:
    del observed_at
    return [planning.PlannedChunk(draft.title, block.text, f"{draft.title}\n{block.text}") for block in draft.blocks]
