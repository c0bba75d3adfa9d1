"""Where in an entry's text its values were read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

__all__ = ["Piece", "marked", "marked_words"]


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and of what it is evidence."""

    text: str
    fields: tuple[str, ...] = ()  # empty: of nothing


def marked(text: str, evidence: Iterable[dict[str, Any]]) -> list[Piece]:
    """The text whole, in pieces; every place where a quoted text stands names the fields that were read there."""
    places: list[tuple[int, int, str]] = []
    for one in evidence:
        quote = str(one.get("text") or "").strip()
        places.extend((start, start + len(quote), str(one.get("field", ""))) for start in _found(text, quote))
    return _cut(text, places)


def marked_words(text: str, words: Iterable[tuple[int, int]]) -> list[Piece]:
    """The text whole, in pieces; the places given are marked."""
    return _cut(text, [(start, end, "match") for start, end in words])


def _found(text: str, quote: str) -> Iterable[int]:
    start = text.find(quote) if quote else -1
    while start >= 0:
        yield start
        start = text.find(quote, start + len(quote))


def _cut(text: str, places: list[tuple[int, int, str]]) -> list[Piece]:
    if not places:
        return [Piece(text)]
    bounds = sorted({0, len(text), *(bound for start, end, _ in places for bound in (start, end))})
    pieces = []
    for start, end in pairwise(bounds):
        fields = dict.fromkeys(field for low, high, field in places if low <= start and end <= high)
        pieces.append(Piece(text[start:end], tuple(fields)))
    return pieces
