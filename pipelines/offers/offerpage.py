"""A page that is one offer's own, told by its address, its first heading and what it says: nothing on it repeats."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from pipelines.offers.cardcontext import is_news_url, is_offer_url
from pipelines.offers.cardfields import read_fields
from pipelines.offers.cardlooks import Look, Region, is_editorial, look_at, text_of
from pipelines.offers.cardpieces import CardField
from pipelines.offers.cards import Card
from pipelines.offers.cardsigns import MONEY, SAVING
from pipelines.offers.htmlpage import HtmlPage
from pipelines.web.boilerplate import Regions
from pipelines.windows.datetokens import fold

__all__ = ["find_own_offer", "holds"]

_MOST_WORDS = 800  # of the page's main text: more is an article
_FEWEST_WORDS = 2  # of a title
_BODY = frozenset({"html", "body"})


def find_own_offer(html: HtmlPage, cards: Sequence[Card]) -> Card | None:
    """The offer whose own page this is, or None; `cards` are those found on it, among which may be the offer's own."""
    heading = _first_heading(html)
    others = heading is not None and any(not holds(card, heading) for card in cards)
    if heading is None or _most_words(html) > _MOST_WORDS:
        return None
    title, address = text_of(heading), unquote(urlsplit(html.url).path).lower()
    plain = fold(title).text
    if len(plain.split()) < _FEWEST_WORDS or is_news_url(address) or is_editorial(title):
        return None
    region = _around(heading)
    look = look_at(region)
    named = bool(SAVING.search(plain) or MONEY.search(plain))
    if not _is_told(look, named, is_offer_url(address), others):
        return None
    fields = read_fields(region)
    named_fields = {**fields.named, "title": CardField(title, heading)}
    named_fields.pop("url", None)
    return Card(region[0], named_fields, region, (), None, fields.alternative, fields.over)


def holds(card: Card, element: HtmlElement) -> bool:
    """Whether the element stands in the card."""
    return element in card.region or not set(card.region).isdisjoint(element.iterancestors())


def _is_told(look: Look, named: bool, addressed: bool, others: bool) -> bool:
    """Whether the page says enough: by its address and any sign, else by its heading and until when."""
    if others:
        return named and addressed
    if addressed:
        return look.signs > 0
    return named and look.timely and look.call


def _first_heading(html: HtmlPage) -> HtmlElement | None:
    """The page's only first heading outside boilerplate."""
    skipped = Regions.of(html.content.placed).cover
    body = html.content.visible.find("body")
    found = [] if body is None else [h for h in body.iter("h1") if text_of(h) and not skipped(h)]
    return found[0] if len(found) == 1 else None


def _most_words(html: HtmlPage) -> int:
    return sum(len(block.text.split()) for block in html.content.blocks)


def _around(heading: HtmlElement) -> Region:
    """The largest element around the heading within the body: what the page says of its subject."""
    line = [element for element in (heading, *heading.iterancestors()) if element.tag not in _BODY]
    main = next((element for element in line if element.tag in {"main", "article"}), None)
    return (main if main is not None else line[-1],)
