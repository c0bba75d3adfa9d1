"""Selectors of the repeated element itself: which names tell the offers' cards from everything else on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipelines.offers.cards.finding import Card
from pipelines.offers.selecting.classnames import stable_classes, stable_id
from pipelines.offers.selecting.selectors import read_selected
from pipelines.records import OfferSelectors

__all__ = ["Place", "holding_the_same", "item_selectors"]

_FAR = 6  # ancestors whose names may tell one list of cards from another
_OFFERS = re.compile(r"offer|promo|deal|coupon|voucher|discount|special|campaign|bundle|package", re.IGNORECASE)
# Page builders give these to every block of a page, an offer or not.
_BUILDERS = re.compile(r"(?:elementor|e-con|et_pb|vc|wpb|wp-block|fl|fusion|brz|brxe|oxy|kt|uk|w)[-_]")
_ANY_BLOCK = "block box card cell entry element item panel post slide swiper-slide teaser tile"
_ANYTHING = frozenset(_ANY_BLOCK.split())


@dataclass(frozen=True)
class Place:
    """Cards on their page."""

    visible: HtmlElement
    base: str
    cards: tuple[Card, ...]
    elements: tuple[HtmlElement, ...]  # the cards', or others that hold just the same
    paths: tuple[str, ...]  # of the elements, as `read_selected` names regions
    zone: ZoneInfo  # whose money a bare amount is taken for


def holding_the_same(elements: Sequence[HtmlElement]) -> Iterator[Sequence[HtmlElement]]:
    """The elements, then those inside them one by one that hold all of them, then those around that hold no more.

    Grids wrap each card in a column, links wrap its whole body: which of them bears a name differs from site to site.
    """
    yield elements
    inner = elements
    while all(len(element) == 1 and not (element.text or "").strip() for element in inner):
        inner = [element[0] for element in inner]
        if not all(isinstance(element.tag, str) for element in inner):
            break
        yield inner
    outer = _parents(elements)
    while outer and all(len(around) == 1 for around in outer):
        yield outer
        outer = _parents(outer)


def _parents(elements: Sequence[HtmlElement]) -> list[HtmlElement]:
    """Each one's parent; [] when one has none."""
    parents = [parent for element in elements if (parent := element.getparent()) is not None]
    return parents if len(parents) == len(elements) else []


def item_selectors(place: Place) -> list[str]:
    """The first selector that matches exactly the cards; without one, at most two that match some more."""
    wanted = set(place.paths)
    wider: list[tuple[int, str]] = []
    for css in dict.fromkeys(_item_candidates(place)):
        matched = {offer.region for offer in read_selected(place.visible, OfferSelectors(css), place.base)}
        if matched == wanted:
            return [css]
        if matched > wanted and len(matched) <= 2 * len(wanted):  # copies that a carousel makes of its slides
            wider.append((len(matched), css))
    return [css for _, css in sorted(wider)[:2]]


def _item_candidates(place: Place) -> Iterator[str]:
    """Names common to all cards, alone and together, then within what stands around them."""
    elements = place.elements
    tags = {str(element.tag) for element in elements}
    tag = tags.pop() if len(tags) == 1 else ""
    own = _common(elements)
    yield from (f".{name}" for name in own)
    yield from (f"{tag}.{name}" for name in own if tag)
    yield from (f".{one}.{other}" for one, other in combinations(own[:5], 2))
    if tag == "article":
        yield from ("article", "main article")
    for around, is_parent in _around(elements):
        yield from (f"{around} .{name}" for name in own)
        if tag:
            yield from ((f"{around} > {tag}",) if is_parent else (f"{around} {tag}",))
    yield from _by_shape(elements)


def _common(elements: Sequence[HtmlElement]) -> list[str]:
    """The stable class names that every element carries, those first that say what it is."""
    carried = set.intersection(*(set((element.get("class") or "").split()) for element in elements))
    names = [name for name in stable_classes(elements[0]) if name in carried and not _BUILDERS.match(name)]
    return sorted(names, key=lambda name: (not _OFFERS.search(name), name in _ANYTHING))


def _around(elements: Sequence[HtmlElement]) -> Iterator[tuple[str, bool]]:
    """Selectors of named elements that hold all the cards, the nearest first, and whether it is every card's parent."""
    first, *others = elements
    lines = [set(element.iterancestors()) for element in others]
    for around in list(first.iterancestors())[:_FAR]:
        if not all(around in line for line in lines):
            continue
        is_parent = all(element.getparent() is around for element in elements)
        for name in _names(around):
            yield name, is_parent


def _by_shape(elements: Sequence[HtmlElement]) -> Iterator[str]:
    """One selector for each shape of card, as a list: pages often show two."""
    shapes: dict[tuple[str, ...], list[HtmlElement]] = {}
    for element in elements:
        names = tuple(name for name in stable_classes(element) if not _BUILDERS.match(name))
        shapes.setdefault(names, []).append(element)
    if 1 < len(shapes) <= 3 and all(shapes):
        yield ", ".join(f"{alike[0].tag!s}.{'.'.join(names)}" for names, alike in shapes.items())
        yield ", ".join(f".{names[0]}" for names in shapes)


def _names(element: HtmlElement) -> Iterator[str]:
    """The element by its id, its classes, its role as a landmark."""
    if name := stable_id(element):
        yield f"#{name}"
    yield from (f".{name}" for name in stable_classes(element))
    if element.tag == "main":
        yield "main"
