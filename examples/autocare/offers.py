"""The offers of `content/offers/`: what each costs, covers and says, and when it holds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from examples.autocare.schedule import Span, span
from examples.autocare.wording import Digits, Language, statement

__all__ = ["CATEGORIES", "CONTENT", "LANGUAGES", "Markup", "Offer", "Words", "load_content", "load_offers"]

CONTENT = Path(__file__).parent / "content"
LANGUAGES: tuple[Language, ...] = ("en", "ar")
CATEGORIES = ("oil", "tyres", "battery", "brakes", "ac", "detailing", "inspection", "towing", "hybrid")

Markup = Literal[
    "jsonld-zone",  # validThrough with the zone's offset
    "jsonld-local",  # validThrough without a zone
    "jsonld-date",  # validThrough as a bare date
    "jsonld-price-valid-until",  # a Product whose Offer has priceValidUntil
    "jsonld-availability",  # availabilityStarts and availabilityEnds
    "microdata",
    "none",
]


@dataclass(frozen=True)
class Words:
    """What an offer says in one language."""

    title: str
    summary: str
    includes: tuple[str, ...]
    terms: str


@dataclass(frozen=True)
class Offer:
    """One offer in all its languages; the same keys stand in the files."""

    slug: str
    category: str  # one of CATEGORIES
    words: Mapping[Language, Words]
    markup: Markup
    statement: str  # manner of `wording`
    statement_ar: str | None = None  # None: as `statement`
    digits: Digits = "western"  # of the Arabic statement
    price: int | None = None  # SAR with VAT
    price_before: int | None = None
    code: str | None = None
    starts: int | None = None  # days from the start of the site, inclusive; None: not stated
    ends: int | str | None = None  # the same; or month-end, next-month-end; None: not stated
    ends_minutes: int | None = None  # minutes from the start of the site, rounded up to a quarter

    def span(self, opened: datetime) -> Span:
        """When the offer holds on a site started at `opened` (aware)."""
        return span(self.starts, self.ends, self.ends_minutes, opened)

    def validity(self, language: Language, opened: datetime) -> str:
        """The visible sentence on when the offer holds."""
        manner = self.statement_ar or self.statement if language == "ar" else self.statement
        return statement(manner, self.span(opened), language, self.digits)

    def path(self, language: Language) -> str:
        """The path of its page."""
        return f"/{language}/offers/{self.slug}"


def load_content(name: str) -> dict[str, Any]:
    """The table of `content/<name>.toml`."""
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def load_offers() -> tuple[Offer, ...]:
    """Every offer, by category, in the order of its file. An unknown key is a TypeError that names it."""
    return tuple(
        _offer(category, table) for category in CATEGORIES for table in load_content(f"offers/{category}")["offer"]
    )


def _offer(category: str, table: dict[str, Any]) -> Offer:
    words = {language: _words(table[language]) for language in LANGUAGES if language in table}
    fields = {key: value for key, value in table.items() if key not in LANGUAGES}
    return Offer(category=category, words=words, **fields)


def _words(table: dict[str, Any]) -> Words:
    return Words(**{**table, "includes": tuple(table["includes"])})
