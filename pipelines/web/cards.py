"""Repeated cards that offer something: siblings of one shape, most of which name a price, a saving or a validity.

Article extractors take them for teasers; here they are what the page is for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lxml.html import HtmlElement

from pipelines.web.blocks import PlacedBlock

__all__ = ["names_offer", "offer_cards"]

_MONEY = r"(?:SAR|SR|AED|EGP|QAR|KWD|BHD|OMR|JOD|USD|EUR|GBP|PHP|Php|Rs\.?|[₱$€£¥₹﷼])"
_OFFER = re.compile(
    rf"{_MONEY}\s?\d|\d\s?(?:{_MONEY}|ر\.?\s?س|ريال|درهم|د\.إ|جنيه|دينار|ر\.ق|ج\.م)"
    r"|[\d٠-٩۰-۹]\s?[%٪]|[%٪]\s?[\d٠-٩۰-۹]|\b(?i:off|promo code|voucher|coupon|cashback|free|buy \d)\b"
    r"|\b(?i:valid|until|till|expires?|ends)\b.{0,20}\d|خصم|كوبون|قسيمة|مجان|ساري|صالح|حتى نفاد|عرض خاص"
)
_TELLING = 2000  # characters of a block in which it would say so
_FEWEST = 3  # siblings that make a pattern
_LARGEST = 0.6  # of the siblings' text in one of them
_NO_CARD = frozenset({"html", "body", "p", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "dd", "dt"})


def names_offer(text: str) -> bool:
    """Whether a text names a price, a saving, a code or a validity."""
    return bool(_OFFER.search(text[:_TELLING]))


def offer_cards(placed: Sequence[PlacedBlock], own: Sequence[bool]) -> list[bool]:
    """For each block, whether it stands in such a card; only blocks marked in `own` are looked at."""
    cards = _offer_elements([block for block, mine in zip(placed, own, strict=True) if mine])
    return [mine and _stands_in(block.element, cards) for block, mine in zip(placed, own, strict=True)]


def _offer_elements(placed: Sequence[PlacedBlock]) -> frozenset[HtmlElement]:
    """The card elements: children of one parent and of one tag, at least half of which offer something."""
    sizes: Counter[HtmlElement] = Counter()
    offering: set[HtmlElement] = set()
    for block in placed:
        line = [block.element, *block.element.iterancestors()]
        sizes.update(dict.fromkeys(line, len(block.block.text)))
        offering.update(line if names_offer(block.block.text) else ())
    groups: dict[tuple[HtmlElement | None, str], list[HtmlElement]] = {}
    for element in sizes:
        if element.tag not in _NO_CARD:
            groups.setdefault((element.getparent(), str(element.tag)), []).append(element)
    return frozenset(card for group in groups.values() if _is_offering(group, sizes, offering) for card in group)


def _is_offering(group: list[HtmlElement], sizes: Counter[HtmlElement], offering: set[HtmlElement]) -> bool:
    """Cards are equals: where one sibling holds most of the text, the others are its frame."""
    largest = max(sizes[element] for element in group)
    equal = largest <= _LARGEST * sum(sizes[element] for element in group)
    return equal and len(group) >= _FEWEST and sum(element in offering for element in group) * 2 >= len(group)


def _stands_in(element: HtmlElement, cards: frozenset[HtmlElement]) -> bool:
    return element in cards or any(parent in cards for parent in element.iterancestors())
