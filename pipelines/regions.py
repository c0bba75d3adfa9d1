"""Where on its page an offer stands, and which blocks are its own.

Paths are those of `lxml`'s `getpath`: an element lies within another when its path goes on from the other's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.records import Block

__all__ = ["Sought", "blocks_within", "find_regions", "lies_within"]

_MOST_BLOCKS = 40  # a card with more blocks is no card but a part of the page
_MOST_TEXT = 4_000  # characters, likewise


@dataclass(frozen=True)
class Sought:
    """An offer to be found on its page."""

    title: str
    marks: tuple[str, ...] = ()  # other texts that may stand beside the title: its price, its description
    region: str = ""  # where it stands, when its reader knows


def lies_within(path: str, region: str) -> bool:
    """Whether the element at `path` is the region's element or inside it."""
    return bool(region) and (path == region or path.startswith(region + "/"))


def blocks_within(blocks: Iterable[Block], region: str) -> tuple[Block, ...]:
    """The blocks that stand in a region, in reading order."""
    return tuple(block for block in blocks if lies_within(block.path, region))


def find_regions(offers: Sequence[Sought], blocks: Sequence[Block]) -> tuple[str, ...]:
    """For each offer the path of its card, or "" when its title does not stand on the page.

    A card is the largest element around the offer's title that holds no other offer's title, within the size of
    a card. A single offer's card is the smallest element that holds its title and one of its marks.
    """
    titles = [offer.region or _title_path(offer, blocks) for offer in offers]
    return tuple(_card(offer, at, titles, blocks) for at, offer in enumerate(offers))


def _title_path(offer: Sought, blocks: Sequence[Block]) -> str:
    """The path of the block that most plainly is the title: the same text, a heading, else the shortest with it."""
    wanted = _plain(offer.title)
    holding = [block for block in blocks if wanted and wanted in _plain(block.text)]
    best = min(holding, key=lambda block: (len(block.text), block.kind != "heading"), default=None)
    return best.path if best else ""


def _card(offer: Sought, at: int, titles: Sequence[str], blocks: Sequence[Block]) -> str:
    if offer.region:
        return offer.region
    if not titles[at]:
        return ""
    others = [path for other, path in enumerate(titles) if other != at and path and path != titles[at]]
    return _largest_alone(titles[at], others, blocks) if others else _smallest_with_mark(offer, titles[at], blocks)


def _largest_alone(path: str, others: Sequence[str], blocks: Sequence[Block]) -> str:
    while (parent := _parent(path)) and not any(lies_within(other, parent) for other in others):
        if not _is_card(blocks_within(blocks, parent)):
            break
        path = parent
    return path


def _smallest_with_mark(offer: Sought, path: str, blocks: Sequence[Block]) -> str:
    """The title's own element when no mark stands near it: better too little than another's text."""
    marks = [mark for mark in map(_plain, offer.marks) if mark]
    around = path
    while marks and (around := _parent(around)):
        inside = blocks_within(blocks, around)
        if not _is_card(inside):
            break
        if any(mark in _plain(block.text) for block in inside for mark in marks if block.path != path):
            return around
    return path


def _parent(path: str) -> str:
    """The path of the parent, or "" for the body and above: no card is the whole page."""
    parent = path.rpartition("/")[0]
    return parent if parent.count("/") > 2 else ""


def _is_card(blocks: Sequence[Block]) -> bool:
    return len(blocks) <= _MOST_BLOCKS and sum(len(block.text) for block in blocks) <= _MOST_TEXT


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
