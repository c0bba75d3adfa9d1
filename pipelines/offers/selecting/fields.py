"""Selectors of a card's fields: by class, by what they declare, by place, by tag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipelines.offers.cards.finding import Card
from pipelines.offers.prices.reading import Price, read_prices
from pipelines.offers.selecting.classnames import stable_classes
from pipelines.offers.selecting.items import Place
from pipelines.offers.selecting.selectors import SelectedOffer, read_selected
from pipelines.records import OfferSelectors
from pipelines.web.characters import fold

__all__ = ["field_selector"]

# Values that may be a part of the text selected, and here and there another: what is read from it is read with care,
# and the whole is proven. Of a category the page often shows several, and any of them names the place.
_LOOSE = frozenset({"description", "price", "price_before", "validity", "category"})
_PRICES = frozenset({"price", "price_before"})
_ENOUGH = 0.8  # share of the cards that must agree then
_TAGS = "h1 h2 h3 h4 h5 h6 time del s a img ins strong b em small p figcaption dt dd button td"
_TAG_NAMES = frozenset(_TAGS.split())
_TELLING = frozenset(_TAGS.split()[:9])  # that say by themselves what they hold
_SAMPLE = 4  # cards whose elements are looked at for names; every card proves what was found
_MOST_CANDIDATES = 24  # for one field


def field_selector(name: str, item: str, place: Place) -> str | None:
    """The first selector that finds on every card what discovery found, and nothing where it found nothing."""
    wanted = {path: _value(name, card, place.base) for path, card in zip(place.paths, place.cards, strict=True)}
    if not any(wanted.values()):
        return None
    candidates = list(dict.fromkeys(_field_candidates(name, place.cards)))[:_MOST_CANDIDATES]
    close: dict[int, str] = {}  # how many cards agree -> the first selector by which they do
    for css in candidates:
        read = read_selected(place.visible, replace(OfferSelectors(item), **{name: css}), place.base)
        found = {offer.region: _text(name, offer) for offer in read}
        if all(found.get(path, "") == value for path, value in wanted.items()):
            return css
        agreeing = sum(_agrees(name, found.get(path, ""), value, place.zone) for path, value in wanted.items())
        close.setdefault(agreeing, css)
    most = max(close, default=0)
    return close[most] if name in _LOOSE and most >= _ENOUGH * len(wanted) else None


def _value(name: str, card: Card, base: str) -> str:
    field = card.fields.get(name)
    if field is None:
        return ""
    return urljoin(base, field.value.strip()) if name in ("url", "image") else fold(field.value)


def _text(name: str, offer: SelectedOffer) -> str:
    value = getattr(offer, name)
    return value if isinstance(value, str) else ", ".join(value)


def _agrees(name: str, text: str, value: str, zone: ZoneInfo) -> bool:
    """Whether a text says what was found: of a price the same amount is read, any other holds the value."""
    if name in _PRICES:
        amount = _amount(value, zone)
        return _amount(text, zone) == amount and (amount is not None or not value)
    return value in text if value else not any(char.isdigit() for char in text)


def _amount(text: str, zone: ZoneInfo) -> Price | None:
    price, before = read_prices(text, zone)
    return price or before


def _field_candidates(name: str, cards: Sequence[Card]) -> Iterator[str]:
    """Selectors of the field's elements within their cards: by class, by what they declare, by place, by tag."""
    sample = [card for card in cards if name in card.fields][:_SAMPLE]
    ways = [list(_ways(name, card)) for card in sample]
    ranked = Counter(chain.from_iterable(dict.fromkeys(way) for way in ways))
    order = {css: at for at, css in enumerate(dict.fromkeys(chain.from_iterable(ways)))}
    yield from sorted(ranked, key=lambda css: (_rank(css), -ranked[css], order[css]))


def _rank(css: str) -> int:
    """Names first, then names within names, then tags of which a card may soon have another."""
    if " " in css:
        return 1 if "." in css else 2
    return 0 if "." in css or "[" in css or "::" in css or css in _TELLING else 2


def _ways(name: str, card: Card) -> Iterator[str]:
    field = card.fields[name]
    ending = f"::attr({field.attribute})" if field.attribute else ""
    yield from (f"{css}{ending}" for css in _element_ways(field.element, card.element))


def _element_ways(element: HtmlElement, card: HtmlElement) -> Iterator[str]:
    tag = str(element.tag)
    classes = list(stable_classes(element))
    yield from (f".{name}" for name in classes)
    yield from (f"{tag}.{name}" for name in classes)
    if _is_plain(prop := element.get("itemprop") or ""):
        yield f'[itemprop="{prop}"]'
    if tag in _TAG_NAMES:
        yield tag
    for around in _inside(element, card):
        between = " > " if around is element.getparent() else " "
        owns = (tag, *(f".{name}" for name in classes))
        yield from (f".{name}{between}{own}" for name in stable_classes(around) for own in owns)
        yield from (f".{name}" for name in stable_classes(around))
        if around.tag in _TAG_NAMES:
            yield f"{around.tag} {tag}"


def _inside(element: HtmlElement, card: HtmlElement) -> Iterable[HtmlElement]:
    """The elements between a field's element and its card, the nearest first."""
    if element is card:
        return
    for around in element.iterancestors():
        if around is card:
            return
        yield around


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isalpha()
