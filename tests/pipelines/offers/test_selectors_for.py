"""From cards that were found to selectors that find them again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml.html import HtmlElement

from pipelines.offers.cards.finding import Card, CardField
from pipelines.offers.htmlpage import HtmlPage
from pipelines.offers.selecting.proposing import selectors_for
from pipelines.offers.selecting.selectors import read_selected
from pipelines.records import OfferSelectors, Page, ReadingRules
from pipelines.web.blocks import visible_text
from pipelines.web.html import parse_html, read_html

RULES = ReadingRules("x", ZoneInfo("Asia/Riyadh"))


def _page(body: str) -> HtmlPage:
    text = f"<!doctype html><html lang=en><title>Offers</title><body>{body}</body></html>"
    page = Page("https://x.test/offers", text.encode(), "text/html", datetime(2026, 1, 5, tzinfo=UTC), RULES)
    tree = parse_html(text)
    return HtmlPage(page, page.url, tree, read_html(page, tree))


def _cards(html: HtmlPage, item: str, **fields: str) -> list[Card]:
    """Cards at these paths, as a discovery by structure would give them: XPath, so that no class name is used."""
    return [_card(element, fields) for element in html.content.visible.xpath(item)]


def _card(element: HtmlElement, fields: dict[str, str]) -> Card:
    found: dict[str, CardField] = {}
    for name, path in fields.items():
        where, _, attribute = path.partition("@")
        for at in element.xpath(where)[:1]:
            value = at.get(attribute) if attribute else visible_text(at)
            if value:
                found[name] = CardField(value, at, attribute)
    return Card(element, found)


def _first(html: HtmlPage, cards: list[Card]) -> OfferSelectors | None:
    return next(selectors_for(html, cards), None)


CARD = (
    '<div class="col-md-4 css-1ab2"><div class="offer-card p-4"><img src="/{n}.png"><h3 class="offer-title">{t}</h3>'
    '<p>Until {n} May 2026</p><span class="price">SAR {n}9</span><a class="more btn" href="/o/{n}">Book</a></div></div>'
)


def _many(template: str, titles: str = "Oil Tyres Brakes") -> str:
    return "".join(template.format(n=n, t=title) for n, title in enumerate(titles.split(), 1))


def test_class_names_that_last_are_taken_before_all_else() -> None:
    """The card's own, the title's, the price's; a link and an image by their tag."""
    html = _page(f'<div class="row">{_many(CARD)}</div>')
    cards = _cards(html, "//body/div/div/div", title="h3", price="span", validity="p", url="a@href", image="img@src")
    assert _first(html, cards) == OfferSelectors(
        ".offer-card", title=".offer-title", price=".price", validity="p", url=".more::attr(href)",
        image="img::attr(src)",
    )  # fmt: skip


def test_a_validity_that_may_be_read_from_all_of_the_card_is_left_out_in_a_later_proposal() -> None:
    """The fullest comes first; each is to be proven."""
    html = _page(f'<div class="row">{_many(CARD)}</div>')
    proposals = list(selectors_for(html, _cards(html, "//body/div/div/div", title="h3", validity="p")))
    assert [proposal.validity for proposal in proposals[:2]] == ["p", None]


@pytest.mark.parametrize(
    ("body", "item", "wanted"),
    [
        (f'<ul class="offers">{_many("<li><h3>{t}</h3></li>")}</ul><ul>{_many("<li>{t}</li>")}</ul>', "//ul[1]/li",
         ".offers > li"),
        (f'<section id="promos">{_many("<div><h3>{t}</h3></div>")}</section><div>x</div>', "//section/div",
         "#promos > div"),
        (f"<main>{_many('<article><h3>{t}</h3></article>')}</main>", "//article", "article"),
        (f"<main>{_many('<article><h3>{t}</h3></article>')}</main><article>news</article>", "//main/article",
         "main article"),
        (f'{_many(CARD)}<div class="offer-card">an advertisement</div>', "//div[contains(@class, 'p-4')]", None),
        (f'{_many("<div class=card><h3>{t}</h3></div>")}{_many("<div class=tile><h3>{t}</h3></div>")}'
         '<div class=note><h3>x</h3></div>', "//div[h3][not(@class='note')]", "div.card, div.tile"),
    ],
)  # fmt: skip
def test_the_item_is_the_cards_and_nothing_else(body: str, item: str, wanted: str | None) -> None:
    """By name, by what stands around them, by shape; a name that others carry too comes only with them."""
    html = _page(body)
    found = _first(html, _cards(html, item, title="h3"))
    if wanted is None:
        assert found is None or len(read_selected(html.content.visible, found, "")) != 3
    else:
        assert found is not None
        assert found.item == wanted


@pytest.mark.parametrize("noise", ["css-1x2y3z", "sc-bdVaJa", "flex p-4 md:w-1/2", "jsx-123 active", ""])
def test_without_lasting_names_nothing_is_proposed(noise: str) -> None:
    """Generated and utility classes alone: discovery reads such pages."""
    body = _many(f'<div class="{noise}"><h3 class="{noise}">{{t}}</h3></div>')
    html = _page(f"<div>{body}</div><div><h3>About</h3></div>")
    assert _first(html, _cards(html, "//body/div[1]/div", title="h3")) is None


def test_an_id_with_a_number_is_no_name() -> None:
    """`block-views-17` is another block after the next change of the site."""
    html = _page(f'<div id="block-views-17">{_many("<div><h3>{t}</h3></div>")}</div><div><div>x</div></div>')
    assert _first(html, _cards(html, "//body/div[1]/div", title="h3")) is None


def test_a_card_that_is_a_link_gives_its_own_address() -> None:
    """`a::attr(href)` means the card itself, too."""
    html = _page(f"<div>{_many('<a class=promo href=/o/{n}><h3>{t}</h3><p>x {n}</p></a>')}</div><a href=/>home</a>")
    cards = _cards(html, "//div/a", title="h3", url=".@href")
    found = _first(html, cards)
    assert found is not None
    read = read_selected(html.content.visible, found, "https://x.test/offers")
    assert [offer.url for offer in read] == [f"https://x.test/o/{n}" for n in (1, 2, 3)]


def test_a_field_that_some_cards_lack_matches_nothing_there() -> None:
    """The old price stands on one card of three: a selector that finds a text on the others is none for it."""
    bare = '<div class="deal"><h3>{t}</h3><p><b>{n}5 SAR</b></p></div>'
    was = '<div class="deal"><h3>Wash</h3><p><s>90 SAR</s> <b>45 SAR</b></p></div>'
    html = _page(_many(bare) + was)
    found = _first(html, _cards(html, "//body/div", title="h3", price="p/b", price_before="p/s"))
    assert found == OfferSelectors(".deal", title="h3", price="b", price_before="s")


def test_an_arabic_page_is_no_other() -> None:
    """Names are Latin whatever the text."""
    card = '<div class="offer"><h3 class="name">غيار زيت {n}</h3><span class="price">{n}٩ ر.س</span></div>'
    html = _page(_many(card))
    found = _first(html, _cards(html, "//body/div", title="h3", price="span"))
    assert found == OfferSelectors(".offer", title=".name", price=".price")


def test_hostile_names_never_reach_a_selector() -> None:
    """Quotes, braces and line ends in class names and ids."""
    evil = 'x"] , body { } \n[offers]'
    card = f"<div class='{evil} deal' id='{evil}'><h3 class='{evil}' itemprop='{evil}'>{{t}}</h3></div>"
    html = _page(_many(card.replace("{ }", "{{ }}")))
    found = _first(html, _cards(html, "//body/div", title="h3"))
    assert found is not None
    told = " ".join(str(value) for value in vars(found).values())
    assert not set(told) & set('"{}\n]')
    assert found == replace(found, item=".deal", title="h3")


def test_a_price_within_a_sentence_names_the_sentence() -> None:
    """What is read from the text selected is the same amount, also where a card has none and another number stands."""
    cards = "".join(
        f'<div class="deal"><h3>{title}</h3><p class="says">{text}</p></div>'
        for title, text in (("Oil", "Now SAR 90."), ("Tyres", "١٢٠ ريال فقط"), ("Check", "with 12 points"))
    )
    html = _page(cards)
    elements = html.content.visible.xpath("//body/div")
    found = _cards(html, "//body/div", title="h3")
    prices = ("sar 90", "120 ريال", "")
    priced = [
        Card(element, {**card.fields, **({"price": CardField(price, element.xpath("p")[0])} if price else {})})
        for element, card, price in zip(elements, found, prices, strict=True)
    ]
    assert _first(html, priced) == OfferSelectors(".deal", title="h3", price=".says")


def test_the_column_around_a_card_bears_no_name_of_an_offer() -> None:
    """Discovery may take the grid's column for the card: the named element inside it, or around it, is the item."""
    html = _page(f"<main>{_many(CARD)}</main>")
    for item in ("//main/div", "//main/div/div"):
        found = _first(html, _cards(html, item, title=".//h3"))
        assert found is not None
        assert found.item == ".offer-card"


def test_a_page_builder_s_names_are_no_item() -> None:
    """Every block of such a page carries them."""
    html = _page(f"<div>{_many('<div class=elementor-widget-wrap><h3>{t}</h3></div>')}</div><div><div>x</div></div>")
    assert _first(html, _cards(html, "//body/div[1]/div", title="h3")) is None
