"""JSON documents: the list of items in them, by its path or by being the only one, one item in memory at a time.

The document is walked down to its lists; what stands in them, and every other value, is decoded by the standard
library one value at a time. Streaming parsers written in C were tried and crash on hostile numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import NoReturn, TextIO

from pipelines.feeds.encodings import open_text
from pipelines.feeds.raw import LARGEST_ITEM, BrokenFeed, Raw, RawItem

__all__ = ["find_list", "read_tree"]

_DEEPEST = 100  # objects around the list
_MOST_LISTS = 200  # lists that are looked at
_PIECE = 64 * 2**10  # characters
_SPACE = " \t\r\n"
_LIST_BEGINS = object()


def find_list(file: Path, encoding: str, wanted: str | None) -> str:
    """The path of the list of items, "" for the document itself; reads the document to its end.

    Raises BrokenFeed when the document is not whole JSON, when there is no such list, or when several could be meant.
    """
    lists = _lists(file, encoding)
    if wanted is not None:
        if wanted in lists:
            return wanted
        raise BrokenFeed(f"items = {wanted!r} is no list of objects in it; {_told(lists)}")
    filled = {path: count for path, count in lists.items() if count}
    if len(filled) == 1:
        return next(iter(filled))
    if not filled and len(lists) == 1:
        return next(iter(lists))
    raise BrokenFeed(f"it does not say by itself which list is meant; {_told(filled or lists)}: name one as items")


def read_tree(file: Path, encoding: str, path: str) -> Iterator[RawItem]:
    """One item an element of the list at `path`, as `find_list` gave it."""
    number = 0
    for place, value in _elements(file, encoding):
        if place != path or value is _LIST_BEGINS:
            continue
        number += 1
        if isinstance(value, dict):
            yield RawItem(number, value)
        else:
            yield RawItem(number, {}, "is no JSON object")


def _lists(file: Path, encoding: str) -> dict[str, int]:
    """Each outermost list and how many objects it holds, in the order they stand; lists of mere values left out."""
    objects: dict[str, int] = {}
    others: set[str] = set()
    for path, value in _elements(file, encoding):
        if value is _LIST_BEGINS:
            objects.setdefault(path, 0)
        elif isinstance(value, dict):
            objects[path] += 1
        else:
            others.add(path)
        if len(objects) > _MOST_LISTS:
            raise BrokenFeed(f"it holds more than {_MOST_LISTS} lists")
    return {path: count for path, count in objects.items() if count or path not in others}


def _told(lists: dict[str, int]) -> str:
    if not lists:
        return "it holds no list of objects"
    named = ", ".join(f"{path or 'the document itself'} ({count} objects)" for path, count in list(lists.items())[:10])
    return f"its lists are {named}"


# ---------------------------------------------------------------- walking the document


def _elements(file: Path, encoding: str) -> Iterator[tuple[str, object]]:
    """Path and value of every element of every outermost list, each list announced first. Raises BrokenFeed."""
    with open_text(file, encoding) as stream:
        source = _Source(stream)
        source.skip("\ufeff")
        yield from _walk(source, (), source.next())
        if source.next():
            raise BrokenFeed("it is not whole JSON: something follows its end")


def _walk(source: _Source, path: tuple[str, ...], first: str) -> Iterator[tuple[str, object]]:
    if len(path) > _DEEPEST:
        raise BrokenFeed(f"it is nested deeper than {_DEEPEST} levels")
    if first == "{":
        source.take("{")
        yield from _members(source, path)
    elif first == "[":
        source.take("[")
        yield from _list(source, ".".join(path))
    else:
        source.value()


def _members(source: _Source, path: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    more = source.next() != "}"
    while more:
        key = source.value()
        if not isinstance(key, str):
            raise BrokenFeed("it is not whole JSON: an object's key is no text")
        source.take(":")
        yield from _walk(source, (*path, key), source.next())
        more = source.next() == ","
        if more:
            source.take(",")
    source.take("}")


def _list(source: _Source, path: str) -> Iterator[tuple[str, object]]:
    yield path, _LIST_BEGINS
    more = source.next() != "]"
    while more:
        yield path, source.value()
        more = source.next() == ","
        if more:
            source.take(",")
    source.take("]")


def _no_number(name: str) -> NoReturn:
    raise BrokenFeed(f"it is not whole JSON: {name} is no number")


@dataclass
class _Source:
    """The document's text, of which only what is being decoded is held."""

    stream: TextIO
    _text: str = ""
    _at: int = 0
    _ended: bool = False
    _decoder: json.JSONDecoder = field(
        default_factory=lambda: json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)
    )

    def next(self) -> str:
        """The next character that is no space, left where it is; "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more(_PIECE):
                return ""

    def skip(self, character: str) -> None:
        """Leave out that character, if it comes next."""
        if self.next() == character:
            self._at += 1

    def take(self, character: str) -> None:
        """Leave out that character, which must come next. Raises BrokenFeed."""
        found = self.next()
        if found != character:
            raise BrokenFeed(f"it is not whole JSON: {found!r} where {character!r} belongs" if found else _CUT)
        self._at += 1

    def value(self) -> Raw:
        """The next value, decoded whole. Raises BrokenFeed."""
        self.next()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more(max(_PIECE, len(self._text) - self._at)):
                    raise BrokenFeed(
                        _CUT if error.pos >= len(self._text) - 1 else f"it is not whole JSON: {error.msg}"
                    ) from error
            except (ValueError, RecursionError) as error:
                raise BrokenFeed(f"it holds a value that cannot be read: {error}") from error
            else:
                if end < len(self._text) or not self._more(_PIECE):  # a number may go on
                    self._at = end
                    found: Raw = value
                    return found

    def _more(self, size: int) -> bool:
        """Read on; False at the end. Raises BrokenFeed when more would be held than an item may have."""
        left = LARGEST_ITEM - (len(self._text) - self._at)
        if left < 0:
            raise BrokenFeed(f"one item of it is larger than {LARGEST_ITEM:,} characters, or is not JSON")
        piece = "" if self._ended else self.stream.read(min(size, left + 1))
        self._text = self._text[self._at :] + piece
        self._at = 0
        self._ended = not piece
        return bool(piece)


_CUT = "it is not whole JSON: it ends too early"
