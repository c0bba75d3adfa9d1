"""Banners: pictures whose alternative text names an offer, where the page says nothing beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from lxml.html import HtmlElement

from pipelines.offers.cards.fields import read_fields
from pipelines.offers.cards.finding import Card
from pipelines.offers.cards.looks import look_at, text_of

__all__ = ["find_banners"]

_FEWEST_WORDS = 3  # of an alternative text that names an offer
_BODY = frozenset({"html", "body", "main"})


def find_banners(
    body: HtmlElement, skipped: Callable[[HtmlElement], bool], taken: frozenset[HtmlElement]
) -> tuple[Card, ...]:
    """A card for each picture outside `taken` and boilerplate whose alternative text says that it is an offer."""
    found: dict[str, Card] = {}
    for image in body.iter("img"):
        region = _alone(image)
        if taken.isdisjoint((*region.iter(), *region.iterancestors())) and not skipped(region):
            for card in _banner(region):
                found.setdefault(card.fields["title"].value.casefold(), card)
    return tuple(found.values())


def _alone(image: HtmlElement) -> HtmlElement:
    """The largest element around a picture that holds no text and no other picture."""
    region = image
    for around in image.iterancestors():
        if around.tag in _BODY or len(list(islice(around.iter("img"), 2))) > 1 or text_of(around):
            break
        region = around
    return region


def _banner(region: HtmlElement) -> Iterator[Card]:
    look = look_at((region,))
    told = look.saving or (look.offering and (look.timely or look.priced)) or look.coded
    if not told or look.words < _FEWEST_WORDS:
        return
    fields = read_fields((region,))
    if fields.alternative and "title" in fields.named:
        named = {**fields.named, "title": fields.alternative}
        yield Card(
            region, named, (region,), fields.tags, fields.discount, fields.alternative, fields.timely, fields.over
        )
