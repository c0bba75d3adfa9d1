"""Where on its page an offer stands, and which blocks are its own.

Paths are those of `lxml`'s `getpath`: an element lies within another when its path goes on from the other's.
A region is the path of one element, or those of several joined by «|», as XPath writes a union.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.records import Block
from pipelines.web.treepaths import Paths

__all__ = [
    "Sought",
    "around_path",
    "blocks_by_region",
    "find_regions",
    "lies_within",
    "outside",
    "paths_of",
    "region_of",
]

_UNION = "|"

_MOST_BLOCKS = 40  # a card with more blocks is no card but a part of the page
_MOST_TEXT = 4_000  # characters, likewise
_MOST_COMPARED = 2_000_000  # titles times blocks; beyond, a title counts only where it is the whole block


@dataclass(frozen=True)
class Sought:
    """An offer to be found on its page."""

    title: str
    marks: tuple[str, ...] = ()  # other texts that may stand beside the title: its price, its description
    region: str = ""  # where it stands, when its reader knows


def region_of(elements: Iterable[HtmlElement], paths: Paths) -> str:
    """The region that some elements make up."""
    return _UNION.join(paths.of(element) for element in elements)


def paths_of(region: str) -> tuple[str, ...]:
    """The paths of the elements that a region is made of."""
    return tuple(part for part in region.split(_UNION) if part)


def lies_within(path: str, region: str) -> bool:
    """Whether the element at `path` is one of the region's elements or inside it."""
    return any(path == part or path.startswith(part + "/") for part in region.split(_UNION) if part)


def blocks_by_region(blocks: Iterable[Block], regions: Iterable[str]) -> dict[str, tuple[Block, ...]]:
    """For each region the blocks that stand in it, in reading order."""
    found: dict[str, list[Block]] = {region: [] for region in regions if region}
    owners: dict[str, list[str]] = defaultdict(list)
    for region in found:
        for part in region.split(_UNION):
            owners[part].append(region)
    for block in blocks:
        for region in dict.fromkeys(owner for around in around_path(block.path) for owner in owners.get(around, ())):
            found[region].append(block)
    return {region: tuple(inside) for region, inside in found.items()}


def outside(blocks: Iterable[Block], regions: Iterable[str]) -> tuple[Block, ...]:
    """The blocks that stand in none of the regions, in reading order."""
    taken = frozenset(part for region in regions for part in region.split(_UNION)) - {""}
    return tuple(block for block in blocks if not any(around in taken for around in around_path(block.path)))


def around_path(path: str) -> Iterator[str]:
    """The path itself and those of the elements around it, innermost first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def find_regions(offers: Sequence[Sought], blocks: Sequence[Block]) -> tuple[str, ...]:
    """For each offer the path of its card, or "" when its title does not stand on the page.

    A card is the largest element around the offer's title that holds no other offer's title, within the size of
    a card. A single offer's card is the smallest element that holds its title and one of its marks.
    """
    texts = [_plain(block.text) for block in blocks]
    places = [_title_at(offer, blocks, texts, len(offers)) for offer in offers]
    titles = [offer.region or _path(blocks, at) for offer, at in zip(offers, places, strict=True)]
    crowded = _held_twice(set(titles) - {""})
    cards = (_card(offer, at, blocks, texts, crowded) for offer, at in zip(offers, places, strict=True))
    return tuple(offer.region or card for offer, card in zip(offers, cards, strict=True))


def _path(blocks: Sequence[Block], at: int | None) -> str:
    return "" if at is None else blocks[at].path


def _held_twice(titles: Iterable[str]) -> frozenset[str]:
    """The paths of all elements that hold more than one of the titles."""
    counts = Counter(around for path in titles for around in around_path(path))
    return frozenset(around for around, count in counts.items() if count > 1)


def _title_at(offer: Sought, blocks: Sequence[Block], texts: Sequence[str], offers: int) -> int | None:
    """Which block most plainly is the title: the same text, a heading, else the shortest that holds it."""
    wanted = _plain(offer.title)
    if not wanted or offer.region:
        return None
    compared = offers * len(blocks) <= _MOST_COMPARED
    holding = [at for at, text in enumerate(texts) if text == wanted or (compared and wanted in text)]
    return min(holding, key=lambda at: (len(texts[at]), blocks[at].kind != "heading"), default=None)


def _card(offer: Sought, at: int | None, blocks: Sequence[Block], texts: Sequence[str], crowded: frozenset[str]) -> str:
    if at is None:
        return ""
    if crowded:
        return _largest_alone(at, blocks, crowded)
    return _smallest_with_mark(offer, at, blocks, texts)


def _largest_alone(at: int, blocks: Sequence[Block], crowded: frozenset[str]) -> str:
    path = blocks[at].path
    while (parent := _parent(path)) and parent not in crowded and _is_card(_inside(blocks, at, parent), blocks):
        path = parent
    return path


def _smallest_with_mark(offer: Sought, at: int, blocks: Sequence[Block], texts: Sequence[str]) -> str:
    """The title's own element when no mark stands near it: better too little than another's text."""
    marks = [mark for mark in map(_plain, offer.marks) if mark]
    around = blocks[at].path
    while marks and (around := _parent(around)):
        inside = _inside(blocks, at, around)
        if not _is_card(inside, blocks):
            break
        if any(mark in texts[i] for i in inside for mark in marks if i != at):
            return around
    return blocks[at].path


def _inside(blocks: Sequence[Block], at: int, region: str) -> range:
    """The blocks of a region that holds block `at`: they stand together, at most one more than a card may have."""
    first = last = at
    while first > 0 and at - first <= _MOST_BLOCKS and lies_within(blocks[first - 1].path, region):
        first -= 1
    while last + 1 < len(blocks) and last - at <= _MOST_BLOCKS and lies_within(blocks[last + 1].path, region):
        last += 1
    return range(first, last + 1)


def _parent(path: str) -> str:
    """The path of the parent, or "" for the body and above: no card is the whole page."""
    parent = path.rpartition("/")[0]
    return parent if parent.count("/") > 2 else ""


def _is_card(inside: range, blocks: Sequence[Block]) -> bool:
    return len(inside) <= _MOST_BLOCKS and sum(len(blocks[at].text) for at in inside) <= _MOST_TEXT


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
