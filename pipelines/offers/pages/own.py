"""A page that is one offer's own page, though it declares none: a product, a service, a promotion.

Cards that offer something else (`apart`) are taken out first: what stands within a card of a list is no mark of the
page. Of the rest, precision comes before recall, because every article names a price somewhere. It is one offer's own
when

1. it marks itself as a product's: `og:type` product, a declared price, a button that buys; and shows a price or says
   that the thing is not to be had (then it is over); or
2. its address or heading calls it an offer, its text is short, and what it says names a price, a saving or a
   validity; with other offers below it, only where it says more than they do; and

never when it is a site's first page, an article (by schema.org type, `og:type` with a date of publication, a byline),
a page about the business or its rules, or a list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from lxml.html import HtmlElement

from pipelines.offers.availability import is_over
from pipelines.offers.candidates import Candidate, from_card, normal_url
from pipelines.offers.cards.fields import read_fields
from pipelines.offers.cards.finding import Card, CardField
from pipelines.offers.cards.looks import look_at
from pipelines.offers.codes import code_in
from pipelines.offers.htmlpage import HtmlPage
from pipelines.offers.pages.kinds import (
    is_below_offers,
    is_called_offer,
    is_elsewhere,
    is_published,
    is_short,
    lead_of,
    main_heading,
    names_saving,
    part_around,
    promises,
    stand_apart,
)
from pipelines.offers.pages.marks import PageMarks, read_page_marks, sells
from pipelines.offers.pages.state import read_state
from pipelines.offers.prices.discounts import find_savings
from pipelines.offers.prices.reading import Price, find_money, read_price
from pipelines.offers.prices.shown import ShownPrice, shown_price, words_of
from pipelines.offers.regions import outside
from pipelines.records import Block, Evidence
from pipelines.web.treepaths import Paths

__all__ = ["OwnPart", "completed", "holds", "own_part", "read_own_offer"]

_LIST = 3  # cards that make a list
_MOST = 0.5  # of the page's text in cards: then they are what the page is for


@dataclass(frozen=True)
class OwnPart:
    """A page without the cards of other offers: what is left speaks of the page's own subject."""

    html: HtmlPage  # its trees and blocks without those cards
    apart: tuple[Card, ...] = ()  # what was taken out
    announced: bool = False  # the first of them stands under a heading that calls them others
    share: float = 0.0  # of the page's text that stood in them

    @cached_property
    def heading(self) -> HtmlElement | None:
        """The main heading; None on pages that are plainly no offer's."""
        return None if is_elsewhere(self.html) else main_heading(self.html)

    @cached_property
    def marks(self) -> PageMarks:
        """What the page declares outside schema.org's syntaxes."""
        return read_page_marks(self.html.tree, self.html.content.visible, self.html.page.rules.zone)

    @cached_property
    def shown(self) -> ShownPrice | None:
        """The price it shows for what its heading names."""
        heading = main_heading(self.html)
        return None if heading is None else shown_price(self.html.content.visible, heading, self.html.page.rules.zone)

    @cached_property
    def is_product(self) -> bool:
        """Whether the page marks itself as a product's (rule 1)."""
        if self.heading is None:
            return False
        declared = self.marks.kind.startswith(("product", "og:product")) or self.marks.price is not None
        return declared or sells(self.html.tree)

    @property
    def is_list(self) -> bool:
        """Whether cards are the page's main matter."""
        return len(self.apart) >= _LIST and self.share > _MOST and self.shown is None and not self.announced

    @property
    def sells_one(self) -> bool:
        """Whether it is the page of one product, whatever else it shows."""
        return self.is_product and not self.is_list


def own_part(html: HtmlPage, cards: Sequence[Card]) -> OwnPart:
    """The page without the cards of other offers: those that do not hold its heading."""
    heading = main_heading(html)
    apart = [card for card in cards if heading is None or not holds(card, heading)]
    paths = Paths()
    regions = frozenset(paths.of(part) for card in apart for region in (card.region, *card.copies) for part in region)
    if not regions:
        return OwnPart(html)
    left = outside(html.content.blocks, regions)
    content = replace(html.content, visible=_without(html.content.visible, regions), blocks=left)
    return OwnPart(
        replace(html, tree=_without(html.tree, regions), content=content),
        tuple(apart),
        stand_apart(html.content.blocks, regions),
        1 - _length(left) / max(1, _length(html.content.blocks)),
    )


def _without(tree: HtmlElement, regions: Collection[str]) -> HtmlElement:
    """A copy of a tree without the elements at some paths."""
    copy: HtmlElement = deepcopy(tree)
    paths = Paths()
    for element in [e for e in copy.iter() if isinstance(e.tag, str) and paths.of(e) in regions]:
        element.drop_tree()
    return copy


def _length(blocks: Iterable[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def holds(card: Card, element: HtmlElement) -> bool:
    """Whether the element stands in the card."""
    return element in card.region or not set(card.region).isdisjoint(element.iterancestors())


# ---------------------------------------------------------------- the offer


def read_own_offer(part: OwnPart) -> list[Candidate]:
    """The product a page sells (rule 1), else the offer it is about (rule 2); [] where it is neither's own."""
    heading = part.heading
    if heading is None:
        return []
    found = _candidate(part, heading)
    if part.sells_one and (found.price is not None or found.over):
        return [found]
    if not _is_about_offer(part, heading):
        return []
    return [_with_saving(_told(found, part, heading), lead_of(part.html.content.blocks, found.title))]


def _is_about_offer(part: OwnPart, heading: HtmlElement) -> bool:
    """Rule 2: what a list says of itself is no offer, and beside others a page must say more than its heading."""
    if part.is_list or not is_short(part.html):
        return False
    told = part.shown is not None or promises(part.html.content.blocks, "" if part.apart else words_of(heading))
    below = is_below_offers(part.html.url)
    title = words_of(heading)
    if part.apart:
        return below and told and (part.announced or names_saving(title))
    look = look_at((part_around(heading),))
    if below:
        return told or look.signs > 0
    if names_saving(title) and look.timely and look.call:
        return True
    return told and is_called_offer(title) and not is_published(part.html)


def completed(candidate: Candidate, part: OwnPart) -> Candidate:
    """An offer whose own page this is, with the price, the state and the saving the page merely shows."""
    heading = main_heading(part.html) if candidate.own_page and candidate.price is None else None
    if heading is None:
        return candidate
    found = _candidate(part, heading)
    known = {evidence.field for evidence in candidate.evidence}
    return replace(
        candidate,
        price=found.price,
        price_before=candidate.price_before or found.price_before,
        image=candidate.image or found.image,
        code=candidate.code or found.code,
        evidence=(*candidate.evidence, *(e for e in found.evidence if e.field not in known)),
    )


def _candidate(part: OwnPart, heading: HtmlElement) -> Candidate:
    title = words_of(heading)
    price, before, evidence = _price(part.marks, part.shown)
    state = read_state(heading, part.marks, part.shown)
    code = code_in(block.text for block in part.html.content.blocks)
    evidence = [Evidence("title", title, f"page:{heading.tag!s}"), *evidence]
    if state.text:
        evidence.append(Evidence("availability", state.text, state.rule))
    if code:
        evidence.append(Evidence("code", code, "page:code"))
    return Candidate(
        title=title,
        description=part.html.content.description,
        url=part.html.url,
        image=normal_url(part.marks.image, part.html.page),
        code=code,
        price=price,
        price_before=before,
        over=is_over(state.name) or (state.name == "OutOfStock" and price is None),
        own_page=True,
        evidence=tuple(evidence),
    )


def _price(marks: PageMarks, shown: ShownPrice | None) -> tuple[Price | None, Decimal | None, list[Evidence]]:
    """The declared price, else the one shown; what is shown lends the currency and the price before."""
    if marks.price is None and shown is None:
        return None, None, []
    if marks.price is None and shown is not None:
        before = shown.before.amount if shown.before else None
        return shown.price, before, [Evidence("price", shown.text, "page:price")]
    price, before = marks.price, marks.price_before
    if price and shown and shown.price.amount == price.amount:
        before = before or (shown.before.amount if shown.before else None)
        price = Price(price.amount, price.currency or shown.price.currency)
    return price, before, [Evidence("price", marks.price_text, "meta:price")]


def _told(candidate: Candidate, part: OwnPart, heading: HtmlElement) -> Candidate:
    """The offer with what its part of the page tells as a card would: validity, price, picture, that it is over."""
    html = part.html
    fields = read_fields((part_around(heading),))
    named = {**fields.named, "title": CardField(candidate.title, heading)}
    card = Card(heading, named, (heading,), timely=fields.timely, over=fields.over)
    told = from_card(card, html.page, html.content.base, Paths())
    price, before = _told_price(candidate, told, part)
    known = {evidence.field for evidence in candidate.evidence} | {"description", "image", "image_alt", "url"}
    if price != told.price:
        known |= {"price", "price_before"}
    return replace(
        candidate,
        description=candidate.description or told.description,
        image=candidate.image or told.image,
        price=price,
        price_before=before,
        declared=told.declared,
        validity=told.validity,
        guessed=True,
        over=candidate.over or told.over,
        evidence=(*candidate.evidence, *(e for e in told.evidence if e.field not in known)),
    )


def _told_price(candidate: Candidate, told: Candidate, part: OwnPart) -> tuple[Price | None, Decimal | None]:
    """The price the heading names, else the only one the text asks, and that near it; several are of several."""
    zone = part.html.page.rules.zone
    texts = [candidate.title, *(block.text for block in part.html.content.blocks)]
    sums = [money for text in texts for money in find_money(text, zone) if money.currency]
    former = {money.amount for money in sums if money.part == "before"}
    asked = {money.amount for money in sums if money.part == "price"} - former
    lead = lead_of(part.html.content.blocks, candidate.title)
    near = {money.amount for line in lead.splitlines() for money in find_money(line, zone)}
    only = told.price if told.price and len(asked) <= 1 and told.price.amount in near else None
    price = candidate.price or read_price(candidate.title, zone) or only
    before = candidate.price_before or (told.price_before if price == told.price else None)
    if before is None and len(former) == 1 and price is not None and max(former) > price.amount:
        before = max(former)
    return price, before


def _with_saving(candidate: Candidate, lead: str) -> Candidate:
    """The offer with the first percentage its text gives off, and the words that give it."""
    saving = next((saving for saving in find_savings(lead) if saving.percent is not None), None)
    if saving is None:
        return candidate
    evidence = Evidence("discount_percent", saving.text, "page:up-to" if saving.upper_bound else "page:saving")
    return replace(candidate, discount=saving.percent, evidence=(*candidate.evidence, evidence))
