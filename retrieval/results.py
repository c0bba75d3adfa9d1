"""What the functions of schema kb answer, typed: fields as the columns of each function, in its order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import WithJsonSchema

__all__ = ["Answer", "Change", "Entry", "Freshness", "Hit", "Model", "Offer", "Offers", "Step"]

_Amount = Annotated[Decimal, WithJsonSchema({"type": "number"})]  # as JSON it is a number, like every other here


@dataclass(frozen=True)
class Hit:
    """A row of kb.search: an entry that answers, with the chunk that does."""

    entry_id: int
    chunk_id: int
    kind: str  # offer | page | document | record
    source: str
    url: str
    title: str
    heading: str
    body: str
    language: str
    category: list[str]
    price: _Amount | None
    currency: str | None
    valid_from: datetime | None  # None: no start stated
    valid_until: datetime | None  # exclusive; None: no end stated
    validity: str  # declared | stated | feed | open | ambiguous | standing
    verified_at: datetime
    stale: bool
    score: float  # 0..1
    vector_score: float | None  # None: the vectors had no vote
    text_score: float
    answerable: bool
    degraded: bool


@dataclass(frozen=True)
class Answer:
    """What is true now and answers a query, best first."""

    query: str
    hits: list[Hit]
    answerable: bool  # False: say that you do not know
    degraded: bool  # True: words alone decided
    at: datetime  # by the database's clock, just before it looked


@dataclass(frozen=True)
class Offer:
    """A row of kb.offers."""

    entry_id: int
    source: str
    url: str
    title: str
    description: str
    category: list[str]
    price: _Amount | None
    currency: str | None
    price_before: _Amount | None
    discount_percent: _Amount | None
    code: str | None
    image_url: str | None
    terms: str | None
    language: str
    valid_from: datetime | None
    valid_until: datetime | None
    validity: str
    verified_at: datetime
    stale: bool


@dataclass(frozen=True)
class Offers:
    """Live offers, those that end first on top."""

    offers: list[Offer]
    at: datetime  # by the database's clock, just before it looked


@dataclass(frozen=True)
class Entry:
    """The row of kb.entry: one entry whole."""

    entry_id: int
    kind: str
    source: str
    url: str
    title: str
    description: str
    text: str
    language: str
    category: list[str]
    price: _Amount | None
    currency: str | None
    price_before: _Amount | None
    discount_percent: _Amount | None
    code: str | None
    image_url: str | None
    terms: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    validity: str
    verified_at: datetime
    stale: bool
    evidence: list[dict[str, Any]]  # for each value the exact text it was read from
    other_urls: list[str]
    languages: list[str]
    carriers: list[dict[str, Any]]  # the pages that say so now: url, language, verified_at
    chunks: list[dict[str, Any]]  # its text in pieces, in order: chunk_id, heading, body


@dataclass(frozen=True)
class Change:
    """A row of kb.changes; nothing of it may be quoted, ask for the entry."""

    change_id: int
    at: datetime  # the true instant, which may be older than the row
    change: str  # added | changed | extended | shortened | activated | expired | withdrawn | restored
    entry_id: int
    kind: str
    source: str
    url: str
    title: str
    category: list[str]
    valid_from: datetime | None
    valid_until: datetime | None
    run_id: int | None  # None: by the clock, or a person


@dataclass(frozen=True)
class Freshness:
    """A row of kb.freshness: one source."""

    source: str
    last_attempt: datetime | None
    last_verified: datetime | None
    stale: bool
    live: int
    upcoming: int
    suspect: int
    held_run: int | None
    next_expiry: datetime | None


@dataclass(frozen=True)
class Step:
    """A row of kb.explain: one check, and what it saw."""

    step: int
    rule: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Model:
    """The row of kb.active_model: the model whose vectors are compared."""

    name: str
    dimensions: int
    query_prompt: str  # text it wants before a query
