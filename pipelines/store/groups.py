"""Drafts as joining sees them, and the groups of those that speak of one entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from pipelines.store.identity import slug

__all__ = ["Group", "Node", "Range"]

_Place = tuple[int, int]
Range = tuple[datetime | None, datetime | None]  # start and end of a window; None: open on that side


@dataclass(frozen=True)
class Node:
    """One draft as joining sees it."""

    place: _Place  # reading and ordinal
    page_url: str
    key: str
    kind: str
    title: str
    language: str
    marks: tuple[str, ...]
    observed_at: datetime
    price: Decimal | None = None
    span: Range | None = None  # first start and last end; None: no end stated, or over for good
    entry: int | None = None  # the entry it spoke of until now

    @property
    def own(self) -> bool:
        """Whether it is what its page is about."""
        return any(mark.startswith("own:") for mark in self.marks)

    @property
    def addresses(self) -> set[str]:
        """Where it is to be found: its own page, or where the card leads."""
        kind = "own:" if self.own else "link:"
        return {mark.removeprefix(kind) for mark in self.marks if mark.startswith(kind)}


@dataclass
class Group:
    """Drafts that speak of one entry."""

    nodes: list[Node]
    first: int  # place of its first draft among all
    seen: datetime  # the latest of them
    cards: dict[int, set[tuple[str, str]]] = field(default_factory=dict)  # reading -> key and language of its drafts
    titles: dict[str, set[str]] = field(default_factory=dict)  # language -> slugs
    links: dict[str, set[str]] = field(default_factory=dict)  # language -> addresses
    prices: set[Decimal] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)  # sellers' numbers
    spans: set[Range | None] = field(default_factory=set)
    owned: set[str] = field(default_factory=set)  # addresses of pages of their own

    @classmethod
    def of(cls, node: Node, first: int) -> Group:
        """The group of one draft."""
        return cls(
            [node],
            first,
            node.observed_at,
            {node.place[0]: {(node.key, node.language)}},
            {node.language: {slug(node.title)}},
            {node.language: node.addresses} if node.addresses else {},
            {node.price} if node.price is not None else set(),
            {mark for mark in node.marks if mark.startswith("sku:")},
            {node.span},
            {mark.removeprefix("own:") for mark in node.marks if mark.startswith("own:")},
        )

    @property
    def is_offer(self) -> bool:
        """Whether any of its drafts is an offer."""
        return any(node.kind == "offer" for node in self.nodes)

    @property
    def keys(self) -> list[str]:
        """What its drafts are filed under, the best name first: that of its own page, then any address."""
        ranked = sorted(self.nodes, key=lambda n: (not n.own, "#" in n.key or "://" not in n.key, n.key))
        return list(dict.fromkeys(node.key for node in ranked))

    @property
    def marks(self) -> set[str]:
        """All marks of its drafts."""
        return {mark for node in self.nodes for mark in node.marks if not mark.startswith(("own:", "link:"))}

    @property
    def looks(self) -> tuple[object, ...]:
        """What the credibility of a mark rests on; groups that look alike need not be compared twice."""
        told = (self.titles, self.links)
        return (
            *(tuple(sorted((language, *sorted(values)) for language, values in each.items())) for each in told),
            frozenset(self.numbers),
            frozenset(self.prices),
        )

    def absorb(self, other: Group) -> None:
        """Take in all of another group."""
        self.nodes += other.nodes
        for mine, its in ((self.titles, other.titles), (self.links, other.links)):
            for language, values in its.items():
                mine[language] = mine.get(language, set()) | values
        for reading, cards in other.cards.items():
            self.cards[reading] = self.cards.get(reading, set()) | cards
        self.first, self.seen = min(self.first, other.first), max(self.seen, other.seen)
        self.prices |= other.prices
        self.numbers |= other.numbers
        self.spans |= other.spans
        self.owned |= other.owned
