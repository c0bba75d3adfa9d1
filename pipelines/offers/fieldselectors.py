"""Selectors of a card's fields: by class, by what they declare, by place, by tag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipelines.offers.cards import Card
from pipelines.offers.classnames import stable_classes
from pipelines.offers.itemselectors import Place
from pipelines.offers.selectors import SelectedOffer, read_selected
from pipelines.records import OfferSelectors
from pipelines.web.characters import fold

__all__ = ["field_selector"]

# Values that may be a part of the text selected, and here and there another: what is read from it is read with care,
# and the whole is proven. Of a category the page often shows several, and any of them names the place.
_LOOSE = frozenset({"description", "price", "price_before", "validity", "category"})
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
    close: dict[int, str] = {}  # on how many cards a selector is exact -> the first that is
    near: str | None = None
    for css in list(dict.fromkeys(_field_candidates(name, place.cards)))[:_MOST_CANDIDATES]:
        read = read_selected(place.visible, replace(OfferSelectors(item), **{name: css}), place.base)
        found = {offer.region: _text(name, offer) for offer in read}
        exact = sum(found.get(path, "") == value for path, value in wanted.items())
        if exact == len(wanted):
            return css
        close.setdefault(exact, css)
        if near is None and sum(_holds(found.get(path, ""), v) for path, v in wanted.items()) >= _ENOUGH * len(wanted):
            near = css
    if name not in _LOOSE:
        return None
    most = max(close, default=0)
    return close[most] if most >= _ENOUGH * len(wanted) else near


def _value(name: str, card: Card, base: str) -> str:
    field = card.fields.get(name)
    if field is None:
        return ""
    return urljoin(base, field.value.strip()) if name in ("url", "image") else fold(field.value)


def _text(name: str, offer: SelectedOffer) -> str:
    value = getattr(offer, name)
    return value if isinstance(value, str) else ", ".join(value)


def _holds(text: str, value: str) -> bool:
    return bool(text) == bool(value) and value in text


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
