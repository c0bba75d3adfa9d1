"""From offers discovered on a page to the `[offers]` selectors that find the same ones again.

Discovery judges by content and would do at every sync; selectors say where to look, and so tell a changed page from
one without offers. They are proposed only when every step is proven: each selector finds on each card what
discovery found there, and the page read by the selectors alone gives the very offers that discovery gave.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.offers.cards.finding import Card, find_card_groups
from pipelines.offers.htmlpage import HtmlPage
from pipelines.offers.selecting.fields import field_selector
from pipelines.offers.selecting.items import Place, holding_the_same, item_selectors
from pipelines.reading import read_page
from pipelines.records import Draft, OfferSelectors, Page
from pipelines.web.blocks import Paths
from pipelines.web.decoding import decode_html
from pipelines.web.html import parse_html, read_html

__all__ = ["Proposed", "propose_selectors", "selectors_for"]


_FIELDS = ("title", "description", "price", "price_before", "validity", "category", "code", "url", "image")


@dataclass(frozen=True)
class Proposed:
    """The selectors, or why there are none."""

    selectors: OfferSelectors | None
    reason: str = ""  # for a person; empty when there are selectors


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
    content, zone = html.content, html.page.rules.zone
    ways: list[tuple[Place, list[str]]] = []
    for elements in holding_the_same([card.element for card in cards]):
        at = tuple(map(paths.of, elements))
        place = Place(content.visible, content.base, tuple(cards), tuple(elements), at, zone)
        ways.append((place, item_selectors(place)))
    found = [(place, item) for place, items in ways for item in items]
    for place, item in sorted(found, key=lambda way: not _is_named(way[1]))[:2]:
        fields = {name: css for name in _FIELDS if (css := field_selector(name, item, place))}
        yield from _choices(item, fields)


def _is_named(item: str) -> bool:
    """Whether the card itself bears the name, and not only what stands around it."""
    return "." in item.rpartition(" ")[2]


def _choices(item: str, fields: dict[str, str]) -> Iterator[OfferSelectors]:
    """With all fields, then without those whose text discovery may have taken from several places."""
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
