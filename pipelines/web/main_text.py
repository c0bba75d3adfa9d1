"""The main text of a page: its blocks without menus, cookie banners, footers and teasers of other pages.

An article's text is found by trafilatura, whose choice is carried over to the page's own blocks. What it drops
though it belongs to the page (offer cards, tables) is kept, and a page that is no article keeps every block
outside boilerplate.
"""

from __future__ import annotations

import re
from bisect import bisect, insort
from collections import Counter, defaultdict
from collections.abc import Sequence
from copy import deepcopy

from lxml.html import HtmlElement

from pipelines.records import Block
from pipelines.web.blocks import PlacedBlock
from pipelines.web.boilerplate import own_blocks
from pipelines.web.cards import offer_cards

__all__ = ["main_blocks"]

_WORD = re.compile(r"\w+")
_SHINGLE = 3  # words; pairs repeat too often, four miss short lines
_FOUND = 0.6  # of a block's shingles in the article
_MOST_IN_CARDS = 0.8  # of a page's own text
_MOST_ELEMENTS = 20_000  # trafilatura takes seconds on larger trees, which are lists, not articles
_LONGEST = 1_000_000  # characters, for the same reason
_PROSE = 12  # words from which a block outside links is prose
_SHARE = 0.6  # of the page's own prose in the article
_DECLARED_SHARE = 0.3  # the same for a page that declares itself an article
_SHORTEST = 2000  # characters of an article that nothing declares
_ARTICLE_TYPE = re.compile(r"""(?:schema\.org/|"@type"\s*:\s*\[?\s*")(?:\w*Article|BlogPosting)\b""")


def main_blocks(tree: HtmlElement, shown: HtmlElement, placed: Sequence[PlacedBlock]) -> tuple[Block, ...]:
    """The blocks that are the page's own, in reading order.

    `tree` is the page as parsed, for what it declares about itself; `shown` its visible tree, `placed` its blocks.
    """
    kept = own_blocks(placed)
    rescued = offer_cards(placed, kept)
    article = [] if _are_most(placed, rescued, kept) else _article_blocks(shown, placed)
    if article and _is_article(tree, placed, kept, article):
        kept = [
            inside or (mine and (card or block.block.kind == "table_row"))
            for block, mine, inside, card in zip(placed, kept, article, rescued, strict=True)
        ]
    if _is_index(placed, kept):
        kept = [True] * len(placed)
    return tuple(block.block for block, keep in zip(placed, kept, strict=True) if keep)


def _are_most(placed: Sequence[PlacedBlock], cards: Sequence[bool], kept: Sequence[bool]) -> bool:
    """Whether offer cards hold most of the page's text: then it is a list, and no article is looked for."""
    own = sum(len(block.block.text) for block, keep in zip(placed, kept, strict=True) if keep)
    return sum(len(block.block.text) for block, card in zip(placed, cards, strict=True) if card) > _MOST_IN_CARDS * own


def _is_index(placed: Sequence[PlacedBlock], kept: Sequence[bool]) -> bool:
    """Whether a page has no text of its own but headings over links: then those are its text.

    A page whose scripts were not run shows its menu and no such heading; it stays empty, and that is said.
    """
    left = [block for block, keep in zip(placed, kept, strict=True) if keep]
    return all(block.block.kind == "heading" for block in left) and any(
        block.linked < len(block.block.text) / 2 for block in placed
    )


def _is_article(tree: HtmlElement, placed: Sequence[PlacedBlock], own: list[bool], article: list[bool]) -> bool:
    """Whether the article found is what the page is for: most of its own prose, and plenty or declared."""
    inside = outside = 0
    for block, mine, chosen in zip(placed, own, article, strict=True):
        size = len(block.block.text) if _is_prose(block) else 0
        inside += size * chosen
        outside += size * (mine and not chosen)
    if _declares_article(tree):
        return inside >= _DECLARED_SHARE * (inside + outside) > 0
    return inside >= max(_SHARE * (inside + outside), _SHORTEST)


def _is_prose(placed: PlacedBlock) -> bool:
    block = placed.block
    long = len(block.text.split()) >= _PROSE and placed.linked < len(block.text) / 2
    return long and block.kind in {"paragraph", "list_item"}


def _declares_article(tree: HtmlElement) -> bool:
    metas = {(meta.get("property") or "").lower(): (meta.get("content") or "").lower() for meta in tree.iter("meta")}
    if metas.get("og:type") == "article" or "article:published_time" in metas:
        return True
    scripts = (script.text or "" for script in tree.iter("script") if "ld+json" in (script.get("type") or ""))
    types = (element.get("itemtype") or "" for element in tree.iterfind(".//*[@itemtype]"))
    return any(_ARTICLE_TYPE.search(text) for texts in (scripts, types) for text in texts)


# ---------------------------------------------------------------- trafilatura's choice


def _article_blocks(shown: HtmlElement, placed: Sequence[PlacedBlock]) -> list[bool]:
    """For each block, whether its text stands in the article trafilatura finds; each passage is given out once.

    Long blocks choose first; of equal ones the one nearest to what is already chosen wins.
    """
    supply = _Supply(_article_text(shown, sum(len(block.block.text) for block in placed)))
    words = [tuple(_WORD.findall(p.block.text.casefold())) for p in placed]
    chosen: list[int] = []  # sorted
    by_text: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, text in enumerate(words):
        by_text[text].append(index)
    for text in sorted(by_text, key=lambda text: (-len(text), by_text[text])):
        for index in sorted(by_text[text], key=lambda index: _distance(index, chosen)):
            if not supply.take(text):
                break
            insort(chosen, index)
    inside = set(chosen)
    return [index in inside for index in range(len(placed))]


def _distance(index: int, chosen: list[int]) -> int:
    """Blocks from the nearest chosen one."""
    at = bisect(chosen, index)
    return min((abs(index - near) for near in chosen[max(0, at - 1) : at + 1]), default=0)


def _article_text(shown: HtmlElement, length: int) -> str:
    """What trafilatura takes for the article; empty when it finds none, or the tree is no article's."""
    if length > _LONGEST or sum(1 for _ in shown.iter()) > _MOST_ELEMENTS:
        return ""
    from trafilatura import bare_extraction

    tree = deepcopy(shown)
    for cell in tree.iter("td", "th"):  # it writes out every spanned cell, however many are claimed
        cell.attrib.pop("rowspan", None)
        cell.attrib.pop("colspan", None)
    try:
        document = bare_extraction(tree, include_comments=False, favor_precision=True)
    except RecursionError:  # a deep tree; the own rules remain
        return ""
    return str(getattr(document, "text", None) or "")


class _Supply:
    """The article's passages still to be given out."""

    def __init__(self, text: str) -> None:
        words = _WORD.findall(text.casefold())
        self._shingles = Counter(_shingles(tuple(words)))
        self._lines = Counter(tuple(_WORD.findall(line)) for line in text.casefold().splitlines())

    def take(self, words: tuple[str, ...]) -> bool:
        """Whether the article still has these words, which are then taken from it."""
        if len(words) <= _SHINGLE:
            taken = self._lines[words] > 0
            self._lines[words] -= taken
            return taken
        wanted = Counter(_shingles(words))
        found = wanted & self._shingles
        if found.total() < _FOUND * wanted.total():
            return False
        self._shingles.subtract(found)  # `-=` would go through the whole supply each time
        return True


def _shingles(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [words[i : i + _SHINGLE] for i in range(len(words) - _SHINGLE + 1)]
