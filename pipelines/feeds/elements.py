"""XML documents: the repeated element that is an item, one of them in memory at a time, nothing outside fetched.

Read with expat, which neither loads a DTD nor anything else; a document type or an entity of its own is refused
before it can do harm. Names keep their prefix as written, but for those everybody knows by another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from pipelines.feeds.encodings import Utf8Stream
from pipelines.feeds.raw import LARGEST_ITEM, BrokenFeed, Raw, RawItem

__all__ = ["find_elements", "read_elements"]

_DEEPEST = 100
_MOST_PATHS = 5000  # different paths of elements; more are no feed
_PREFIXES = (
    ("http://base.google.com/ns/", "g:"),
    ("http://base.google.com/cns/", "c:"),
    ("http://purl.org/rss/1.0/modules/content", "content:"),
    ("http://purl.org/dc/elements/", "dc:"),
    ("http://search.yahoo.com/mrss", "media:"),
    ("http://www.w3.org/2005/Atom", "atom:"),
)
_OF_ITEMS = (("rss", "channel", "item"), ("RDF", "item"), ("feed", "entry"))

ElementPath = tuple[str, ...]


@dataclass
class _Account:
    """How often each path of elements stands in a document, and which hold elements or attributes themselves."""

    counts: dict[ElementPath, int] = field(default_factory=dict)  # in the order first seen
    parents: set[ElementPath] = field(default_factory=set)


def find_elements(file: Path, encoding: str, wanted: str | None) -> ElementPath:
    """The path of the element that is an item; reads the document to its end.

    `wanted` is that path, or that of the one element that holds the items, with dots, with or without the root.
    Raises BrokenFeed when the document is not well-formed, declares a type, or no or several elements could be meant.
    """
    account = _account(file, encoding)
    if wanted is not None:
        return _named(account, wanted)
    root = next(iter(account.counts))
    known = [path for path in _OF_ITEMS if path[0] == root[0]]
    return known[0] if known else _repeated(account)


def read_elements(file: Path, encoding: str, path: ElementPath) -> Iterator[RawItem]:
    """One item an element at `path`, as `find_elements` gave it."""
    building = _Building(path)
    number = 0
    for _ in _parsed(file, encoding, building):
        while building.done:
            number += 1
            value = building.done.popleft()
            yield RawItem(number, value if isinstance(value, dict) else {"#text": value})


# ---------------------------------------------------------------- which element is an item


def _account(file: Path, encoding: str) -> _Account:
    counting = _Counting()
    for _ in _parsed(file, encoding, counting):
        pass
    return counting.account


def _named(account: _Account, wanted: str) -> ElementPath:
    path = _path_of(account, wanted)
    children = _children(account, path)
    listed = [child for child in children if child in account.parents or len(children) == 1]
    if account.counts[path] == 1 and len(listed) == 1 and (account.counts[listed[0]] > 1 or len(children) == 1):
        return listed[0]
    return path


def _path_of(account: _Account, wanted: str) -> ElementPath:
    steps = tuple(wanted.split("."))
    for path in account.counts:
        if steps in (path, path[1:]):
            return path
    for path in account.counts:  # its parent is there: a list of none
        if steps[:-1] in (path, path[1:]):
            account.counts[(*path, steps[-1])] = 0
            return (*path, steps[-1])
    raise BrokenFeed(f"items = {wanted!r} is no element of it; {_told(account)}")


def _repeated(account: _Account) -> ElementPath:
    """The only element that repeats nearest to the root; in a document of one item or none, where it would be."""
    several = [path for path, count in account.counts.items() if count > 1 and path in account.parents]
    nearest = [path for path in several if len(path) == min(map(len, several))]
    if len(nearest) == 1:
        return nearest[0]
    if nearest:
        raise BrokenFeed(f"it does not say by itself which element is an item; {_told(account)}: name one as items")
    path = next(iter(account.counts))
    while len(children := _children(account, path)) == 1 and children[0] in account.parents:
        path = children[0]
    return path if _children(account, path) else (*path, "item")


def _children(account: _Account, path: ElementPath) -> list[ElementPath]:
    return [child for child in account.counts if child[:-1] == path]


def _told(account: _Account) -> str:
    often = sorted(account.parents, key=lambda path: -account.counts.get(path, 0))[:8]
    return "its elements are " + ", ".join(f"{'.'.join(path)} ({account.counts.get(path, 0)})" for path in often)


# ---------------------------------------------------------------- parsing


class _Handling:
    """What is done with a document's events; `path` leads to the element that is open."""

    def __init__(self) -> None:
        self.path: ElementPath = ()
        self.silent = False
        self._prefixes: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.silent = False
        for key, uri in attributes.items():
            if key == "xmlns" or key.startswith("xmlns:"):
                self._declare(key[6:], uri, name.rpartition(":")[0])
        self.path = (*self.path, self._name(name))
        if len(self.path) > _DEEPEST:
            raise BrokenFeed(f"it is nested deeper than {_DEEPEST} levels")
        self.opened({self._name(key): value for key, value in attributes.items() if not key.startswith("xmlns")})

    def end(self, name: str) -> None:
        """An element ends."""
        del name
        self.silent = False
        self.closed()
        self.path = self.path[:-1]

    def text(self, text: str) -> None:
        """Characters of the element that is open."""
        self.silent = False

    def opened(self, attributes: dict[str, str]) -> None:
        """`path` was opened."""

    def closed(self) -> None:
        """`path` is about to be closed."""

    def _declare(self, prefix: str, uri: str, of_element: str) -> None:
        """Remember what a prefix is known by; the root's own is left out of all names."""
        if prefix and not self.path and prefix == of_element:
            self._prefixes[f"{prefix}:"] = ""
        elif prefix:
            self._prefixes[f"{prefix}:"] = next(
                (name for start, name in _PREFIXES if uri.startswith(start)), f"{prefix}:"
            )

    def _name(self, name: str) -> str:
        prefix, colon, local = name.rpartition(":")
        return self._prefixes.get(prefix + colon, prefix + colon) + local


class _Counting(_Handling):
    def __init__(self) -> None:
        super().__init__()
        self.account = _Account()

    def opened(self, attributes: dict[str, str]) -> None:
        counts = self.account.counts
        counts[self.path] = counts.get(self.path, 0) + 1
        if len(counts) > _MOST_PATHS:
            raise BrokenFeed(f"it has elements at more than {_MOST_PATHS} different paths")
        if attributes:
            self.account.parents.add(self.path)
        if len(self.path) > 1:
            self.account.parents.add(self.path[:-1])


class _Building(_Handling):
    """Builds each element at a path: an element with children or attributes is a dict, one with text alone a text."""

    def __init__(self, wanted: ElementPath) -> None:
        super().__init__()
        self._wanted = wanted
        self._open: list[dict[str, Raw]] = []
        self._texts: list[list[str]] = []
        self._size = 0
        self.done: deque[Raw] = deque()

    def opened(self, attributes: dict[str, str]) -> None:
        if self.path == self._wanted:
            self._size = 0
        if self._open or self.path == self._wanted:
            self._open.append({f"@{name}": value for name, value in attributes.items()})
            self._texts.append([])
            self._grow(64 + sum(map(len, attributes.values())))

    def text(self, text: str) -> None:
        super().text(text)
        if self._open:
            self._texts[-1].append(text)
            self._grow(len(text))

    def closed(self) -> None:
        if not self._open:
            return
        value, text = self._open.pop(), "".join(self._texts.pop())
        whole: Raw = ({**value, "#text": text} if text.strip() else value) if value else text
        if not self._open:
            self.done.append(whole)
        else:
            _add(self._open[-1], self.path[-1], whole)

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > LARGEST_ITEM:
            raise BrokenFeed(f"one item of it is larger than {LARGEST_ITEM:,} characters")


def _add(parent: dict[str, Raw], name: str, value: Raw) -> None:
    before = parent.get(name)
    if isinstance(before, list):
        before.append(value)
    else:
        parent[name] = value if before is None else [before, value]


def _parsed(file: Path, encoding: str, handling: _Handling) -> Iterator[None]:
    """Feed the document to the handlers, pausing after each piece."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = handling.start
    parser.EndElementHandler = handling.end
    parser.CharacterDataHandler = handling.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    stream = Utf8Stream(file, "utf-8-sig" if encoding == "utf-8" else encoding)
    try:
        while piece := stream.read():
            handling.silent = True
            parser.Parse(piece, False)
            stream.taken = stream.taken if handling.silent else 0
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise BrokenFeed(f"it is not well-formed XML: {error}") from error
    finally:
        stream.close()


def _refuse(*_: object) -> None:
    raise BrokenFeed("it declares a document type, which no feed needs and attacks use; nothing of it was read")
