"""The offer cards of a page, each with its fields, in groups of one shape.

All of it sees the visible tree alone, so nothing hidden becomes an offer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lxml.html import HtmlElement

from pipelines.offers.cards.choice import Chosen, choose, choose_alone
from pipelines.offers.cards.context import Context, Place
from pipelines.offers.cards.fields import Fields, read_fields
from pipelines.offers.cards.groups import is_clone, repeated_parts, titled_elements
from pipelines.offers.cards.looks import Look, Region, text_of
from pipelines.offers.cards.pieces import CardField, read_pieces
from pipelines.offers.cards.signs import says_over
from pipelines.offers.htmlpage import HtmlPage
from pipelines.web.boilerplate import Regions

__all__ = ["Card", "CardField", "CardGroup", "find_card_groups"]

_LONGEST_BESIDE = 120  # characters of a badge, and perhaps of the title again


@dataclass(frozen=True)
class Card:
    """One repeated part of a page that is an offer."""

    element: HtmlElement  # of the visible tree; the first, where nobody wrapped the card
    # title description price price_before validity category code url image
    fields: Mapping[str, CardField] = field(default_factory=dict)
    region: Region = ()  # all its elements, in document order
    tags: tuple[CardField, ...] = ()  # what the page calls its kind; the first is fields["category"]
    discount: CardField | None = None  # a percentage on a badge
    alternative: CardField | None = None  # what the image's alternative text says
    timely: tuple[CardField, ...] = ()  # all that is said of its validity; the plainest is fields["validity"]
    over: CardField | None = None  # the page's own mark that it is not to be had any more
    copies: tuple[Region, ...] = ()  # the same card again: slides copied by a slider, a list for another screen


@dataclass(frozen=True)
class CardGroup:
    """Cards of one shape, in document order."""

    cards: tuple[Card, ...]


def find_card_groups(html: HtmlPage) -> tuple[CardGroup, ...]:
    """The groups of offer cards of a page, in document order; () where it has none."""
    body = html.content.visible.find("body")
    if body is None:
        return ()
    skipped, place = Regions.of(html.content.placed).cover, Place.of(body, html.content.title)
    chosen = choose(repeated_parts(body, skipped), place)
    taken = frozenset(part for found in chosen for region in found.regions for part in region)
    chosen.extend(choose_alone(titled_elements(body, skipped), place, taken))
    groups = [list(_read_cards(found)) for found in chosen]
    return tuple(CardGroup(tuple(cards)) for cards in _without_copies(groups) if cards)


def _read_cards(found: Chosen) -> list[tuple[Card, Look]]:
    parts = zip(found.regions, found.looks, found.contexts, strict=True)
    holders = Counter(around for region in found.regions for around in region[0].iterancestors())
    cards = [(_card(region, read_fields(region), context, holders), look) for region, look, context in parts]
    return [(card, look) for card, look in cards if "title" in card.fields]


def _card(region: Region, fields: Fields, context: Context, holders: Counter[HtmlElement]) -> Card:
    over = fields.over or _over_beside(region, holders)
    if over is None and context.past:
        over = CardField(context.heading, region[0])
    return Card(region[0], fields.named, region, fields.tags, fields.discount, fields.alternative, fields.timely, over)


def _over_beside(region: Region, holders: Counter[HtmlElement]) -> CardField | None:
    """A badge that says the offer is over, beside the card in what holds it alone: over its image, mostly."""
    if len(region) > 1 or max(holders.values()) < 2:
        return None  # of an only card, all that holds it alone is the whole page
    for around in region[0].iterancestors():
        if holders[around] > 1 or len(text_of(around)) > len(text_of(region[0])) + _LONGEST_BESIDE:
            return None
        inside = {*region[0].iter()}
        for piece in read_pieces((around,)):
            if piece.element not in inside and says_over(piece.plain):
                return CardField(piece.text, piece.element)
    return None


def _without_copies(groups: list[list[tuple[Card, Look]]]) -> list[list[Card]]:
    """Cards that say the same and lead to the same are one; one that no slider copied speaks for the others."""
    same: dict[tuple[object, ...], list[Card]] = {}
    for card, look in (pair for group in groups for pair in group):
        same.setdefault((look.plain, look.links), []).append(card)
    first = {id(min(cards, key=lambda card: is_clone(card.region))): cards for cards in same.values()}
    return [
        [replace(card, copies=_others(card, first[id(card)])) for card, _ in group if id(card) in first]
        for group in groups
    ]


def _others(card: Card, cards: list[Card]) -> tuple[Region, ...]:
    return tuple(other.region for other in cards if other is not card)
