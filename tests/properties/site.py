"""A site that changes, and how it answers a crawl: what stands where, what moved, what was taken down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pipelines.records import STANDING, Block, Capture, Draft, Outcome, Window
from tests.properties.truth import Answer, Ranges, Said

__all__ = ["CARDS", "LIST", "OFFERS", "OWN", "PAGES", "TWIN", "Site", "State", "brought_home", "drafted"]

_HOST = "https://shop.test"
LIST, INFO = "list", "branches"
CARDS = ("brakes", "battery", "polish", "wipers")  # on the list alone
OWN = ("oil", "tyres")  # each on a page of its own, which may move
TWIN = "coolant"  # on the list and on a page of its own, which say the same; it never changes
OFFERS = (*CARDS, *OWN)
PAGES = (LIST, INFO, *OWN, TWIN)
_ALWAYS: Ranges = ((None, None),)

State = Literal["up", "gone", "missing", "empty"]


@dataclass
class Site:
    """What a visitor would find."""

    revisions: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*OFFERS, TWIN, INFO), 1))
    windows: dict[str, Ranges] = field(default_factory=dict)
    listed: set[str] = field(default_factory=lambda: {*CARDS, TWIN})
    states: dict[str, State] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=lambda: {name: f"{_HOST}/{name}" for name in (*OWN, TWIN)})
    left: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in OWN})

    def say(self, name: str, ranges: Ranges, *, otherwise: bool) -> None:
        """Another window from now on, and perhaps another price and text."""
        self.windows[name] = ranges
        self.revisions[name] += otherwise

    def move(self, name: str) -> None:
        """To the other of its two addresses."""
        old, new = self.homes[name], f"{_HOST}/{name}"
        new = new if old != new else f"{new}-anew"
        self.homes[name] = new
        self.left[name] = {old}

    def answers(self) -> Iterator[tuple[str, Answer]]:
        """Every address that ever was one of a page, and what it answers now."""
        yield f"{_HOST}/{LIST}", self._answer(LIST, *(self._said(name) for name in sorted(self.listed)))
        info = Said(INFO, f"{_HOST}/{INFO}", self.revisions[INFO], _ALWAYS, "page")
        yield info.url, self._answer(INFO, info)
        for name in (*OWN, TWIN):
            yield self.homes[name], self._answer(name, self._said(name))
            yield from ((url, Outcome.MOVED) for url in self.left.get(name, ()))

    def target(self, url: str) -> str:
        """Where an address that was left leads."""
        return next(self.homes[name] for name in OWN if url in self.left[name])

    def _said(self, name: str) -> Said:
        url = f"{_HOST}/{LIST}#{name}" if name in CARDS else self.homes[name]
        return Said(name, url, self.revisions[name], self.windows.get(name, _ALWAYS))

    def _answer(self, page: str, *said: Said) -> Answer:
        match self.states.get(page, "up"):
            case "gone":
                return Outcome.GONE
            case "missing":
                return Outcome.MISSING
            case "empty":
                return ()
            case _:
                return said


def brought_home(site: Site, told: Mapping[str, Answer], at: datetime) -> dict[str, list[Draft] | Outcome | Capture]:
    """The answers as a crawl brings them home."""
    return {url: _brought_home(site, url, answer, at) for url, answer in told.items()}


def _brought_home(site: Site, url: str, answer: Answer, at: datetime) -> list[Draft] | Outcome | Capture:
    if answer is Outcome.MOVED:
        return Capture(url, Outcome.MOVED, at, final_url=site.target(url), status=301)
    return answer if isinstance(answer, Outcome) else [drafted(said) for said in answer]


def drafted(said: Said) -> Draft:
    """What a reader would make of it."""
    # one word in every text, by which a search finds all of them
    title = f"The {said.name} of our autocare"
    blocks = (Block("paragraph", f"{title}, number {said.revision}"),)
    if said.kind == "page":
        return Draft(said.url, "page", said.url, title, blocks, "en", STANDING)
    window = Window(said.ranges, "open" if said.endless else "stated")
    return Draft(said.url, "offer", said.url, title, blocks, "en", window, price=Decimal(said.revision))
