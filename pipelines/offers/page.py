"""The offers of one HTML page, each with its own text: by structured data, by the source's selectors, by their shape.

Cards are looked for by their shape where the source names no selectors; what the page declares of them joins them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.offers.breadcrumbs import read_trail, steps_above
from pipelines.offers.candidates import (
    Candidate,
    from_card,
    from_selected,
    from_structured,
    normal_url,
    regions_of,
)
from pipelines.offers.cards.banners import find_banners
from pipelines.offers.cards.finding import Card, find_card_groups
from pipelines.offers.declared.linkeddata import read_nodes
from pipelines.offers.declared.nodes import Node
from pipelines.offers.declared.structured import StructuredOffer, read_offers
from pipelines.offers.htmlpage import HtmlPage
from pipelines.offers.joining import join_candidates
from pipelines.offers.listterms import with_terms
from pipelines.offers.pages.kinds import is_below_offers
from pipelines.offers.pages.own import OwnPart, completed, own_part, read_own_offer
from pipelines.offers.regions import Sought, blocks_by_region, find_regions, outside
from pipelines.offers.selecting.selectors import read_selected
from pipelines.records import Block, Finding
from pipelines.web.boilerplate import Regions
from pipelines.web.treepaths import Paths

__all__ = ["HtmlPage", "find_offers"]


def find_offers(html: HtmlPage) -> tuple[list[Candidate], list[tuple[Block, ...]], tuple[Finding, ...]]:
    """The page's offers, the blocks of each, and findings: what it declares, what selectors find, what its shape shows.

    Where the page is one product's own, cards of others are no offers of it, and their text is none of its.
    """
    nodes, findings = read_nodes(html.tree, html.content.visible, html.content.base)
    declared = _structured(html, nodes)
    selected, notes = _selected(html)
    known = _with_own_page(join_candidates(declared, selected), html)
    cards = _cards(html) if html.page.rules.selectors is None else []
    part = own_part(html, cards)
    own = [] if known else read_own_offer(part)
    shaped = [] if _is_alone([*known, *own], part) else _shaped(html, part.apart if own else cards)
    joined = join_candidates([*known, *own], shaped)
    trail = read_trail(nodes, html.content.visible)
    candidates = [replace(c, context=steps_above(trail, c.title)) for c in (completed(c, part) for c in joined)]
    candidates = with_terms(candidates, html.content.blocks)
    if html.page.rules.selectors is not None and not candidates and not notes:
        notes = (_none_matched(html),)
    return candidates, _texts_of(candidates, part), (*findings, *notes)


def _cards(html: HtmlPage) -> list[Card]:
    """The offers found by their shape: cards and banners."""
    body = html.content.visible.find("body")
    if body is None:
        return []
    cards = [card for group in find_card_groups(html) for card in group.cards]
    taken = frozenset(part for card in cards for region in (card.region, *card.copies) for part in region)
    return [*cards, *find_banners(body, Regions.of(html.content.placed).cover, taken)]


def _is_alone(known: Sequence[Candidate], part: OwnPart) -> bool:
    """Whether what is known of the page is all it offers: it sells that, or is its own page and no list of others."""
    if not known:
        return False
    own = any(candidate.own_page for candidate in known)
    return part.sells_one or (own and not part.is_list and not is_below_offers(part.html.url))


def _shaped(html: HtmlPage, cards: Sequence[Card]) -> list[Candidate]:
    paths = Paths()
    return [from_card(card, html.page, html.content.base, paths) for card in cards]


def _structured(html: HtmlPage, nodes: Sequence[Node]) -> list[Candidate]:
    offers = read_offers(nodes, html.page.rules.zone)
    paths = Paths()
    known = [paths.of(offer.element) if offer.element is not None else "" for offer in offers]
    own = _own_offer(html, offers)
    sought = [_sought(offer, region) for offer, region in zip(offers, known, strict=True)]
    regions = find_regions(sought, html.content.blocks)
    candidates = [from_structured(offer, html.page, region) for offer, region in zip(offers, regions, strict=True)]
    return [replace(c, own_page=True, region="") if at == own else c for at, c in enumerate(candidates)]


def _sought(offer: StructuredOffer, region: str) -> Sought:
    price = [f"{offer.price:,}", str(offer.price), f"{offer.price.normalize():f}"] if offer.price is not None else []
    return Sought(offer.title, (*price, offer.description[:60]), region)


def _own_offer(html: HtmlPage, offers: Sequence[StructuredOffer]) -> int | None:
    """Which of the offers this page is about: the one whose URL it is, or the only one when it is its heading."""
    urls = [normal_url(offer.url, html.page) for offer in offers]
    if urls.count(html.url) + (urls.count(html.page.url) if html.page.url != html.url else 0) == 1:
        return next(at for at, url in enumerate(urls) if url in (html.url, html.page.url))
    if len(offers) != 1:
        return None
    title = offers[0].title.casefold()
    headings = [block.text.casefold() for block in html.content.blocks if block.kind == "heading" and block.level == 1]
    names_page = any(title in text or text in title for text in headings)
    return 0 if names_page or title in html.content.title.casefold() else None


def _with_own_page(candidates: Sequence[Candidate], html: HtmlPage) -> list[Candidate]:
    """The candidates, the one marked whose URL is this page's and no other's."""
    here = [at for at, candidate in enumerate(candidates) if candidate.url in (html.url, html.page.url)]
    if len(here) != 1 or any(candidate.own_page for candidate in candidates):
        return list(candidates)
    return [replace(c, own_page=True, region="") if at == here[0] else c for at, c in enumerate(candidates)]


def _selected(html: HtmlPage) -> tuple[list[Candidate], tuple[Finding, ...]]:
    """The offers the source's selectors find, and what to say of those that have no title."""
    rules = html.page.rules
    if rules.selectors is None:
        return [], ()
    items = read_selected(html.content.visible, rules.selectors, html.content.base)
    texts = blocks_by_region(html.content.blocks, (item.region for item in items))
    candidates = [from_selected(item, html.page, _first_text(texts[item.region])) for item in items]
    unnamed = sum(not candidate.title for candidate in candidates)
    notes = (Finding("offer-without-title", f"{unnamed} items without any text were left out"),) if unnamed else ()
    return [candidate for candidate in candidates if candidate.title], notes


def _none_matched(html: HtmlPage) -> Finding:
    rules = html.page.rules
    marker = (rules.empty_marker or "").casefold()
    if marker and marker in " ".join(block.text for block in html.content.blocks).casefold():
        return Finding(
            "listing-empty", f"the listing says that it is empty: «{rules.empty_marker}»", rules.empty_marker or ""
        )
    item = rules.selectors.item if rules.selectors else ""
    return Finding("no-offer-matched", f"selector '{item}' matched 0 nodes on {html.page.url}", item)


def _first_text(blocks: Sequence[Block]) -> str:
    heading = next((block.text for block in blocks if block.kind == "heading"), "")
    return heading or next((block.text[:120] for block in blocks), "")


def _texts_of(candidates: Sequence[Candidate], part: OwnPart) -> list[tuple[Block, ...]]:
    """Each candidate's own blocks; the offer whose page this is has all that no other offer and no card has.

    A card has its blocks also where they were no part of the page's main text.
    """
    content = part.html.content
    regions = [region for candidate in candidates if not candidate.own_page for region in regions_of(candidate)]
    inside = blocks_by_region((placed.block for placed in content.placed), regions)
    return [outside(content.blocks, regions) if c.own_page else inside.get(c.region, ()) for c in candidates]
