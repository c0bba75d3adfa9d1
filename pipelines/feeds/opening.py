"""A feed opened: its format, where its items are, and which of its fields mean what. Nothing of it is held."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from pipelines.feeds.elements import ElementPath, find_elements, read_elements
from pipelines.feeds.encodings import encoding_of
from pipelines.feeds.formats import Format, format_of
from pipelines.feeds.items import key_of
from pipelines.feeds.lines import read_lines
from pipelines.feeds.mapping import Fields, Mapped, field_map, mapped
from pipelines.feeds.raw import MOST_ITEMS, BrokenFeed, RawItem
from pipelines.feeds.rows import read_rows
from pipelines.feeds.trees import find_list, read_tree
from pipelines.feeds.values import read_address

__all__ = ["OpenFeed", "digest", "open_feed"]

_SAMPLE = 200  # items by which names are judged
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w-]+)")


@dataclass(frozen=True)
class OpenFeed:
    """A feed whose whole was looked at once; its items can be read as often as wished."""

    file: Path
    base: str  # its address
    encoding: str
    format: Format
    place: str | ElementPath  # where its items are
    fields: Fields
    guessed: bool  # the fields were not all given
    shared: frozenset[bytes]  # digests of addresses that several items have

    def items(self) -> Iterator[RawItem]:
        """Every item, one in memory at a time; raises BrokenFeed where the feed breaks off, or has too many."""
        for number, item in enumerate(_read(self.file, self.encoding, self.format, self.place), 1):
            if number > MOST_ITEMS:
                raise BrokenFeed(f"it has more than {MOST_ITEMS:,} items; split it into several sources")
            yield item

    def mapped(self, item: RawItem) -> Mapped:
        """The item under our names, its identity spelled out where it has one."""
        found = mapped(item.value, self.fields)
        address = read_address(str(found["url"]), self.base) if self.shared and "url" in found else None
        key = key_of(found, self.base, address_is_own=address is None or digest(address) not in self.shared)
        return {**found, "key": key} if key else found


def open_feed(file: Path, base: str, *, items: str | None, given: Mapping[str, str], charset: str | None) -> OpenFeed:
    """Open the feed in `file`, which came from `base`; `items`, `given`: as its settings say, `charset`: as its server.

    Raises BrokenFeed when it is no feed, is not whole, or is not as its settings say.
    """
    encoding = encoding_of(file, _declared(file) or charset)
    kind = format_of(file, encoding)
    place: str | ElementPath = ""
    if kind == "json":
        place = find_list(file, encoding, items)
    elif kind == "xml":
        place = find_elements(file, encoding, items)
    sample = list(islice(_until_break(_read(file, encoding, kind, place)), _SAMPLE))
    values = [item.value for item in sample if not item.problem]
    fields = field_map(given, values, standard=_standard(place))
    feed = OpenFeed(file, base, encoding, kind, place, fields, set(fields) > set(given), frozenset())
    return feed if fields.get("key") or not fields.get("url") else _with_shared(feed)


def digest(text: str) -> bytes:
    """A short name of a text, by which many are remembered."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()


def _read(file: Path, encoding: str, kind: Format, place: str | ElementPath) -> Iterator[RawItem]:
    if isinstance(place, tuple):
        return read_elements(file, encoding, place)
    if kind == "json":
        return read_tree(file, encoding, place)
    return read_lines(file, encoding) if kind == "jsonl" else read_rows(file, encoding)


def _until_break(items: Iterator[RawItem]) -> Iterator[RawItem]:
    """The items before the feed breaks off, if it does; a feed that breaks before its first is none."""
    count = 0
    try:
        for item in items:
            count += 1
            yield item
    except BrokenFeed:
        if not count:
            raise


def _standard(place: str | ElementPath) -> str:
    root = place[0] if isinstance(place, tuple) else ""
    return {"rss": "rss", "RDF": "rss", "feed": "atom"}.get(root, "")


def _declared(file: Path) -> str | None:
    with file.open("rb") as stream:
        found = _DECLARED.search(stream.read(1024))
    return found[1].decode("ascii") if found else None


def _with_shared(feed: OpenFeed) -> OpenFeed:
    """The feed with the addresses that cannot name an item, because several have them."""
    seen: set[bytes] = set()
    shared: set[bytes] = set()
    for item in _until_break(feed.items()):
        texts = mapped(item.value, {"url": feed.fields["url"]})
        address = read_address(str(texts["url"]), feed.base) if texts else None
        if address is not None:
            (shared if digest(address) in seen else seen).add(digest(address))
    return OpenFeed(
        feed.file, feed.base, feed.encoding, feed.format, feed.place, feed.fields, feed.guessed, frozenset(shared)
    )
