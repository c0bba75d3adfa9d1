"""The base under test: told of runs that may crash and of a person's words, and asked as a bot asks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from pipelines.database import Connection
from pipelines.failpoints import armed
from pipelines.postgres.checks import run_checks
from pipelines.source_settings import Source
from pipelines.store import deciding, publishing, runs
from pipelines.store.switching import Candidate, switch
from pipelines.vectors.models import ModelEntry
from tests.properties.clock import Clock
from tests.story import CountingEncoder, Story, Told

__all__ = ["TTL", "TTL_PAGES", "Base", "Bot", "Now"]

TTL, TTL_PAGES = timedelta(hours=30), timedelta(hours=90)
# the clock of the test comes first in every search_path, which this one forbids
_NOT_HERE = "pinned_search_path"

_MODELS = ("one", "another")

Shown = frozenset[tuple[str, int | None]]


class _Crashed(BaseException):
    """The process dies here."""


@dataclass
class _Crash:
    """Dies at the n-th boundary crossed; 0: at none."""

    at: int
    crossed: int = 0
    last: str = ""

    def __call__(self, name: str) -> None:
        self.crossed += 1
        self.last = name
        if self.crossed == self.at:
            raise _Crashed(name)


class Now(Protocol):
    """The database's clock."""

    @property
    def now(self) -> datetime:
        """What it shows."""


@dataclass
class Base:
    """One source on a database of its own, led by one process."""

    conn: Connection
    clock: Now
    story: Story = field(init=False)
    encoder: CountingEncoder = field(default_factory=CountingEncoder)
    embedded: set[tuple[int, str]] = field(default_factory=set)  # model and hash of each text that had a vector

    def __post_init__(self) -> None:
        source = Source(name="shop", kind="site", start_urls=("https://shop.test/",), ttl=TTL, ttl_pages=TTL_PAGES)
        served = publishing.served_model(self.conn)
        model = _model(served.name if served else _MODELS[0])
        self.story = Story(self.conn, source=source, clock=self.clock.now, encoder=self.encoder, model=model)

    # ---------------------------------------------------------------- what happens

    def sync(self, pages: Mapping[str, Told], *, complete: bool, crash: int) -> int | None:
        """A run in which each page answered so; its number, None when its process died before it had published."""
        fault, story = _Crash(crash), self.story
        story.clock = self.clock.now
        recorded: list[int] = []

        def record() -> None:
            runs.end_run(self.conn, run, "published")
            recorded.append(run)

        try:
            with armed(fault):
                run = story.plan(pages, complete=complete)
                publishing.embed_missing(self.conn, run, story.model_id, self.encoder)
                publishing.publish(self.conn, run, record)
        except _Crashed:
            return recorded[0] if recorded and fault.last == "committed" else None
        return run

    def switch(self, *, crash: bool) -> None:
        """Another model serves from now on, or is still being built when the process dies."""
        model = _model(next(name for name in _MODELS if name != self.story.model.name))

        def encode(texts: Sequence[str]) -> object:
            if crash:
                raise _Crashed("encode")
            return self.encoder(texts)

        try:
            switch(self.conn, Candidate(model, encode, encode), None, force=True)  # type: ignore[arg-type]  # it raises or gives vectors
        except _Crashed:
            return
        self.story.model, self.story.model_id = model, publishing.register_model(self.conn, model)

    def approve(self, listed: int) -> deciding.Approval:
        """A person approves what that run holds."""
        return deciding.approve(self.conn, listed, "ann@desk")

    def rollback(self, back_to: int) -> int:
        """A person undoes that run and all since; the number of that word."""
        return deciding.rollback(self.conn, back_to, lambda versions: self._embed(versions, ())).run

    def withdraw(self, title: str, until: datetime | None) -> None:
        """A person withdraws an entry."""
        deciding.withdraw(self.conn, self.entry(title), until, "ann@desk")

    def restore(self, title: str) -> None:
        """A person takes that back."""
        self._embed((), (self.entry(title),))
        deciding.restore(self.conn, self.entry(title), "ann@desk")

    def entry(self, name: str) -> int:
        """The one entry that ever was of that name."""
        rows = self.conn.execute(
            "select distinct v.entry_id from kb_store.version v where v.title like %s", (f"The {name} of %",)
        ).fetchall()
        assert len(rows) == 1, f"{name} has {len(rows)} entries"
        return int(rows[0][0])

    def _embed(self, versions: Sequence[int], entries: Sequence[int]) -> int:
        lacking = deciding.lacking_texts(self.conn, versions, entries)
        if lacking:
            vectors = self.encoder([text for _, text in lacking])
            publishing.store_vectors(self.conn, self.story.model_id, [digest for digest, _ in lacking], vectors)
        return len(lacking)

    # ---------------------------------------------------------------- what holds

    def broken(self) -> dict[str, str]:
        """What `freshet db check` finds, by check."""
        return {
            check.name: str(check.offending[:3])
            for check in run_checks(self.conn)
            if not check.holds and check.name != _NOT_HERE
        }

    def embedded_twice(self) -> list[str]:
        """Texts given to the encoder since the last time of asking although they had a vector of the model."""
        given = [(self.story.model_id, _digest(text)) for text in self.encoder.texts]
        self.encoder.texts.clear()
        twice = [digest for model, digest in given if (model, digest) in self.embedded]
        rows = self.conn.execute("select model_id, encode(passage_sha256, 'hex') from kb_store.embedding").fetchall()
        self.embedded = set(rows)
        return twice + [digest for n, (_, digest) in enumerate(given) if given[n] in given[:n]]


@dataclass
class Bot:
    """Who asks, at instants of the test's own choosing."""

    conn: Connection
    clock: Clock

    def offered(self, instant: datetime) -> Shown:
        """URL and price of what kb.offers answers at that instant."""
        return self._asked(instant, "select url, price::int from kb.offers(max_results => 10000)")

    def found(self, instant: datetime) -> Shown:
        """URL and price of what kb.search answers at that instant, asked for what stands in every text."""
        return self._asked(instant, "select url, price::int from kb.search('autocare', max_results => 100)")

    def _asked(self, instant: datetime, question: str) -> Shown:
        with self.clock.at(instant):
            rows = self.conn.execute(question.encode()).fetchall()
        assert len(set(rows)) == len(rows), f"twice in one answer: {rows}"
        return frozenset(rows)


def _model(name: str) -> ModelEntry:
    return replace(Story.model, name=name, weights_sha256=hashlib.sha256(name.encode()).hexdigest())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
