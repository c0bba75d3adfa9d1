"""Splitting one text that is longer than a chunk may be: by lines or cells, then sentences, words, characters."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

__all__ = ["split_text"]

# Where a text of each kind may be split, from the best place to the worst. Each pattern matches
# the white space or sign that ends a piece, which stays with the piece, so that pieces join to the text.
_SENTENCE = re.compile(r"(?:(?<=[.!?…؟。！？])[\"'”’»)\]]*\s+|(?<=[。！？])|\n+)")
_CLAUSE = re.compile(r"(?<=[;:,،؛])\s+")
_WORD = re.compile(r"\s+")
_LINE = re.compile(r"\n+")
_CELL = re.compile(r"\s\|\s")
_PLACES = {
    "preformatted": (_LINE, _SENTENCE, _WORD),
    "table_row": (_CELL, _SENTENCE, _CLAUSE, _WORD),
}
_PROSE = (_SENTENCE, _CLAUSE, _WORD)


def split_text(text: str, kind: str, count: Callable[[str], int], room: int) -> Iterator[str]:
    """Yield pieces of at most `room` tokens that join, without anything between them, to `text`.

    A block of that `kind` is split at its best places only; pieces still too long at the next best.
    """
    yield from _split(text, _PLACES.get(kind, _PROSE), count, room)


def _split(text: str, places: tuple[re.Pattern[str], ...], count: Callable[[str], int], room: int) -> Iterator[str]:
    """Yield pieces that fit, split at the first of `places`, within those at the next."""
    if count(text) <= room:
        yield text
    elif not places:
        yield from _cut(text, count, room)
    else:
        parts = list(_parts(text, places[0]))
        if places[0] is _WORD:
            yield from _gathered(parts, count, room)
            return
        for part in parts:
            yield from _split(part, places[1:], count, room)


def _parts(text: str, place: re.Pattern[str]) -> Iterator[str]:
    """Yield the text cut after every match."""
    start = 0
    for match in place.finditer(text):
        if start < match.end() < len(text):
            yield text[start : match.end()]
            start = match.end()
    yield text[start:]


def _gathered(words: list[str], count: Callable[[str], int], room: int) -> Iterator[str]:
    """Yield short runs of words, begun where a word's own hash says so; a word that does not fit is cut."""
    run, tokens = "", 0
    for word in words:
        size = count(word)
        if run and (tokens + size > room or _begins_run(word)):
            yield run
            run, tokens = "", 0
        if size > room:
            yield from _cut(word, count, room)
            continue
        run, tokens = run + word, tokens + size
    if run:
        yield run


def _begins_run(word: str) -> bool:
    """Return whether a run of words begins with this one: for one in eight, wherever it stands."""
    return hashlib.blake2b(word.encode(), digest_size=1).digest()[0] % 8 == 0


def _cut(text: str, count: Callable[[str], int], room: int) -> Iterator[str]:
    """Yield pieces of a text without any place to split; cut to a bounded length first, so that the work is linear."""
    length = 16 * room
    for start in range(0, len(text), length):
        yield from _halved(text[start : start + length], count, room)


def _halved(text: str, count: Callable[[str], int], room: int) -> Iterator[str]:
    """Yield halves of a text, and of those, until they fit or one character is left."""
    if len(text) == 1 or count(text) <= room:
        yield text
        return
    middle = len(text) // 2
    yield from _halved(text[:middle], count, room)
    yield from _halved(text[middle:], count, room)
