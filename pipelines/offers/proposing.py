"""From offers discovered on a page to the `[offers]` selectors that find the same ones again.

Discovery judges by content and would do at every sync; selectors say where to look, and so tell a changed page from
one without offers. They are proposed only when every step is proven: each selector finds on each card what
discovery found there, and the page read by the selectors alone gives the very offers that discovery gave.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipelines.offers.cards import Card, find_card_groups
from pipelines.offers.classnames import stable_classes, stable_id
from pipelines.offers.htmlpage import HtmlPage
from pipelines.offers.selectors import SelectedOffer, read_selected
from pipelines.reading import read_page
from pipelines.records import Draft, OfferSelectors, Page
from pipelines.web.blocks import Paths
from pipelines.web.characters import fold
from pipelines.web.decoding import decode_html
from pipelines.web.html import parse_html, read_html

__all__ = ["Proposed", "propose_selectors", "selectors_for"]

_FIELDS = ("title", "description", "price", "price_before", "validity", "category", "code", "url", "image")
# Values that may be a part of the text selected, and here and there another: what is read from it is read with care,
# and the whole is proven. Of a category the page often shows several, and any of them names the place.
_LOOSE = frozenset({"description", "price", "price_before", "validity", "category"})
_ENOUGH = 0.8  # share of the cards that must agree then
_OFFERS = re.compile(r"offer|promo|deal|coupon|voucher|discount|special|campaign|bundle|package", re.IGNORECASE)
_ANY_BLOCK = "block box card cell entry element item panel post slide swiper-slide teaser tile"
_ANYTHING = frozenset(_ANY_BLOCK.split())
_TAGS = "h1 h2 h3 h4 h5 h6 time del s a img ins strong b em small p figcaption dt dd button td"
_TAG_NAMES = frozenset(_TAGS.split())
_TELLING = frozenset(_TAGS.split()[:9])  # that say by themselves what they hold
_FAR = 6  # ancestors whose names may tell one list of cards from another
_SAMPLE = 4  # cards whose elements are looked at for names; every card proves what was found
_MOST_CANDIDATES = 24  # for one field


@dataclass(frozen=True)
class Proposed:
    """The selectors, or why there are none."""

    selectors: OfferSelectors | None
    reason: str = ""  # for a person; empty when there are selectors


@dataclass(frozen=True)
class _Place:
    """Cards on their page."""

    visible: HtmlElement
    base: str
    cards: tuple[Card, ...]
    paths: tuple[str, ...]  # of the cards' elements, as `read_selected` names regions


def propose_selectors(page: Page, others: Sequence[Page] = ()) -> Proposed:
    """Selectors that read the offers discovered on `page`, and on each of `others`, exactly as discovery does.

    The pages are HTML; their rules must name no selectors. A pure function of them.
    """
    tree = parse_html(decode_html(page.body, page.charset))
    html = HtmlPage(page, page.url, tree, read_html(page, tree))
    cards = tuple(card for group in find_card_groups(html) for card in group.cards)
    if not cards:
        return Proposed(None, "no repeated offers were found")
    wanted = [(each, _offers(each)) for each in (page, *others)]
    if not wanted[0][1]:
        return Proposed(None, "what repeats on the page gives no offer")
    named = False
    for selectors in selectors_for(html, cards):
        named = True
        if all(_same(_offers(_with(each, selectors)), found) for each, found in wanted):
            return Proposed(selectors)
    if named:
        return Proposed(None, "no selectors were found that give the same offers as discovery")
    return Proposed(None, "the offers carry no names that last, such as class names a person chose")


def selectors_for(html: HtmlPage, cards: Sequence[Card]) -> Iterator[OfferSelectors]:
    """Selectors that may read the cards, the fullest first: to be proven by reading the page with them."""
    paths = Paths()
    place = _Place(html.content.visible, html.content.base, tuple(cards), tuple(paths.of(c.element) for c in cards))
    for item in _items(place):
        fields = {name: css for name in _FIELDS if (css := _field(name, item, place))}
        for left_out in ((), ("validity",), ("description",), ("validity", "description"), ("price_before",)):
            if set(left_out) <= fields.keys():
                yield OfferSelectors(item, **{name: css for name, css in fields.items() if name not in left_out})


# ---------------------------------------------------------------- the proof


def _with(page: Page, selectors: OfferSelectors) -> Page:
    return replace(page, rules=replace(page.rules, selectors=selectors))


def _offers(page: Page) -> list[Draft]:
    return [draft for draft in read_page(page, documents=None).drafts if draft.kind == "offer"]


def _same(read: Sequence[Draft], found: Sequence[Draft]) -> bool:
    """Whether both are the same offers, each with at least the categories that were found."""
    if Counter(map(_facts, read)) != Counter(map(_facts, found)):
        return False
    categories: dict[object, set[str]] = defaultdict(set)
    for draft in read:
        categories[_facts(draft)].update(draft.category)
    return all(categories[_facts(draft)].issuperset(draft.category) for draft in found)


def _facts(draft: Draft) -> tuple[object, ...]:
    """All of an offer that a bot may quote as a fact; its description and text may be cut differently."""
    price = (draft.price, draft.price_before, draft.currency, draft.discount_percent, draft.code)
    return (draft.title, price, draft.window.ranges, draft.url, draft.image_url)


# ---------------------------------------------------------------- the item


def _items(place: _Place) -> list[str]:
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


def _item_candidates(place: _Place) -> Iterator[str]:
    """Names common to all cards, alone and together, then within what stands around them."""
    elements = [card.element for card in place.cards]
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
    names = [name for name in stable_classes(elements[0]) if name in carried]
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
        shapes.setdefault(tuple(stable_classes(element)), []).append(element)
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


# ---------------------------------------------------------------- the fields


def _field(name: str, item: str, place: _Place) -> str | None:
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
