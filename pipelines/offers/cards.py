"""Offers on pages that nobody prepared: repeated blocks of one shape that are offers by what they say.

`find_card_groups` is the way in; it reads the visible tree alone, so that nothing hidden becomes an offer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipelines.offers.htmlpage import HtmlPage

__all__ = ["Card", "CardField", "CardGroup", "find_card_groups"]


@dataclass(frozen=True)
class CardField:
    """One value of a card and where it stands."""

    value: str
    element: HtmlElement
    attribute: str = ""  # "" = the element's text, else href, src, alt, …


@dataclass(frozen=True)
class Card:
    """One repeated block that is an offer."""

    element: HtmlElement  # of the visible tree
    # title description price price_before validity category code url image
    fields: Mapping[str, CardField] = field(default_factory=dict)


@dataclass(frozen=True)
class CardGroup:
    """Cards of one shape, in document order."""

    cards: tuple[Card, ...]


def find_card_groups(html: HtmlPage) -> tuple[CardGroup, ...]:
    """The groups of offer cards of a page, in document order; () where it has none."""
    return ()
