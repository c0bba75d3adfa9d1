"""Cards of pages that nobody prepared: what is one, what its fields rest on, and that its text is its own."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pipelines.offers.cards.finding import CardGroup, find_card_groups
from pipelines.offers.cards.signs import MONEY, SAVING, TIMELY, says_over
from pipelines.offers.htmlpage import HtmlPage
from pipelines.reading import read_page
from pipelines.records import Draft, OfferSelectors, Page, Reading, ReadingRules
from pipelines.web.decoding import decode_html
from pipelines.web.html import parse_html, read_html
from pipelines.windows.datetokens import fold

URL = "https://garage.example/en/offers"
SEEN = datetime(2026, 6, 10, tzinfo=UTC)
RULES = ReadingRules("garage", ZoneInfo("Asia/Riyadh"), date_order="DMY")
CARD = """<div class="deal"><img src="/{n}.jpg" alt=""><h3><a href="/en/offers/{n}">{title}</a></h3>
<p>{text}</p><b class="price">SAR {price}</b><p>Until {day} July 2026</p></div>"""


def card(n: int, title: str = "", text: str = "Fitted while you wait.", price: int = 90) -> str:
    return CARD.format(n=n, title=title or f"Service number {n}", text=text, price=price, day=n % 28 + 1)


def page_of(body: str, rules: ReadingRules = RULES) -> Page:
    whole = f'<html lang="en"><head><title>Offers</title></head><body><main>{body}</main></body></html>'
    return Page(URL, whole.encode(), "text/html", SEEN, rules, charset="utf-8")


def read(body: str, rules: ReadingRules = RULES) -> Reading:
    return read_page(page_of(body, rules), documents=None)


def offers(body: str, rules: ReadingRules = RULES) -> list[Draft]:
    return [draft for draft in read(body, rules).drafts if draft.kind == "offer"]


def groups(body: str) -> tuple[CardGroup, ...]:
    page = page_of(body)
    tree = parse_html(decode_html(page.body, page.charset))
    return find_card_groups(HtmlPage(page, page.url, tree, read_html(page, tree)))


# ---------------------------------------------------------------- fields


def test_fields_name_the_element_and_attribute_they_stand_in() -> None:
    """Each value tells where it was read, so that a selector can be made of it."""
    (group,) = groups(card(1) + card(2))
    first = group.cards[0]
    assert first.element.get("class") == "deal"
    assert (first.fields["title"].element.tag, first.fields["title"].attribute) == ("a", "")
    assert (first.fields["url"].value, first.fields["url"].attribute) == ("/en/offers/1", "href")
    assert (first.fields["image"].value, first.fields["image"].attribute) == ("/1.jpg", "src")
    assert first.fields["price"].element.get("class") == "price"


def test_each_value_keeps_its_evidence() -> None:
    """An offer's evidence quotes the page and names the rule."""
    (first, _) = offers(card(1) + card(2))
    rules = {found.field: (found.rule, found.text) for found in first.evidence}
    assert rules["title"] == ("card:title", "Service number 1")
    assert rules["price"] == ("card:price", "SAR 90")
    assert rules["validity"] == ("card:validity", "Until 2 July 2026")


# ---------------------------------------------------------------- text


def test_a_cards_text_is_cut_from_the_page() -> None:
    """The page keeps what no offer says, an offer what its card says."""
    reading = read("<h1>Our offers</h1><p>All branches honour these.</p>" + card(1) + card(2))
    page = next(draft for draft in reading.drafts if draft.kind == "page")
    assert [block.text for block in page.blocks] == ["Our offers", "All branches honour these."]
    first = next(draft for draft in reading.drafts if draft.kind == "offer")
    assert "Fitted while you wait." in [block.text for block in first.blocks]


def test_cards_without_a_wrapper_are_cut_too() -> None:
    """Of headings followed by their text each offer has its own, and the page none of it."""
    flat = "".join(
        f"<h3>Check {n}</h3><p>SAR {n}0 until {n} July 2026</p><p><a href='/{n}'>More</a></p>" for n in (1, 2, 3)
    )
    reading = read(f"<h1>Offers</h1><p>Ask inside.</p>{flat}")
    texts = [" ".join(block.text for block in draft.blocks) for draft in reading.drafts]
    assert texts == [*(f"Check {n} SAR {n}0 until {n} July 2026 More" for n in (1, 2, 3)), "Offers Ask inside."]


def test_copies_of_a_slide_leave_the_page_with_their_offer() -> None:
    """What a slider repeats is one offer, and no copy stays in the page's own text."""
    reading = read("<h1>Offers</h1><p>Ask inside.</p>" + card(1) + card(2) + card(1))
    assert [draft.title for draft in reading.drafts if draft.kind == "offer"] == [
        "Service number 1",
        "Service number 2",
    ]
    page = next(draft for draft in reading.drafts if draft.kind == "page")
    assert "Service number" not in " ".join(block.text for block in page.blocks)


# ---------------------------------------------------------------- identity


def test_keys_of_one_title_do_not_depend_on_order() -> None:
    """Offers of one title and one link are told apart by what they say, not by their place."""
    cards = [
        f"<div class='d'><h3>Oil change</h3><p>{text}</p><b>SAR {price}</b><a href='/book'>Book now</a></div>"
        for text, price in (("For small cars only.", 99), ("For large cars only.", 149))
    ]
    forth, back = (offers("<h1>Offers</h1>" + "".join(order)) for order in (cards, cards[::-1]))
    assert len({draft.key for draft in forth}) == 2
    assert {draft.key: draft.price for draft in forth} == {draft.key: draft.price for draft in back}


# ---------------------------------------------------------------- what speaks first


DECLARED = '{"@context":"https://schema.org","@type":"Offer","name":"%s","url":"%s","price":"85","priceCurrency":"SAR"}'


def declared(name: str, url: str = "") -> str:
    return f'<script type="application/ld+json">{DECLARED % (name, url)}</script>'


def test_one_stray_declaration_hides_no_card() -> None:
    """What a list declares and what it shows are its offers, each once."""
    found = offers(declared("Something else") + "<h1>Offers</h1>" + card(1) + card(2) + card(3))
    assert [draft.title for draft in found] == ["Something else", *(f"Service number {n}" for n in (1, 2, 3))]


@pytest.mark.parametrize("data", [declared("Service number 2"), declared("The second", "/en/offers/2")])
def test_what_is_declared_of_a_card_joins_it(data: str) -> None:
    """By its title or its address a declared offer is that of its card: its price is served, the card's date kept."""
    found = offers(data + "<h1>Offers</h1>" + card(1) + card(2) + card(3))
    assert sorted(draft.key for draft in found) == [f"{URL}/{n}" for n in (1, 2, 3)]
    (second,) = (draft for draft in found if draft.key == f"{URL}/2")
    assert (second.price, second.window.ranges[0][1]) == (Decimal(85), datetime(2026, 7, 3, 21, tzinfo=UTC))


LONE = {
    "itemprop": card(1).replace('class="price"', 'itemprop="price" content="90"'),
    "meta": card(1).replace("<p>", '<meta itemprop="price" content="90"><p>', 1),
    "button": card(1).replace("</div>", '<button id="add-to-cart">Add to cart</button></div>'),
}


@pytest.mark.parametrize("marked", LONE.values(), ids=LONE)
@pytest.mark.parametrize("heading", ["Offers", "Save 20% this summer", "عروض الصيف"])
def test_what_stands_in_a_card_is_no_mark_of_the_page(marked: str, heading: str) -> None:
    """A price, a button or a state within one card of a list makes no product's page of it."""
    found = offers(f"<h1>{heading}</h1><p>At all branches.</p>" + marked + "".join(card(n) for n in range(2, 6)))
    assert [draft.key for draft in found] == [f"{URL}/{n}" for n in range(1, 6)]


def test_related_products_are_not_offers_of_a_products_page() -> None:
    """The page of one product stays its own, and neither prices nor dates of others reach its text or window."""
    own = '<h1>Battery 70 Ah</h1><b class="price">SAR 249</b><button id="add-to-cart">Add to cart</button>'
    (found,) = offers(own + "<p>Fitted at once.</p><h2>You may need</h2>" + "".join(card(n) for n in range(1, 5)))
    assert (found.key, found.price, found.window.ranges) == (URL, Decimal(249), ((None, None),))
    assert "July" not in " ".join(block.text for block in found.blocks)


def test_selectors_that_match_nothing_are_not_replaced_by_a_guess() -> None:
    """A source that names its cards means those: a changed page is a finding, not an invitation."""
    rules = ReadingRules("garage", ZoneInfo("Asia/Riyadh"), selectors=OfferSelectors(item=".gone"))
    assert offers(card(1) + card(2), rules) == []


# ---------------------------------------------------------------- what is none


@pytest.mark.parametrize(
    "style", ["display:none", "visibility:hidden", "position:absolute;left:-9999px", "font-size:0"]
)
def test_a_hidden_card_is_none(style: str) -> None:
    """What no visitor sees is not offered."""
    hidden = card(3, title="Everything for nothing").replace("<div", f'<div style="{style}"', 1)
    assert [draft.title for draft in offers(card(1) + card(2) + hidden)] == ["Service number 1", "Service number 2"]


@pytest.mark.parametrize("name", ["related-products", "sidebar", "newsletter", "comments"])
def test_cards_in_boilerplate_are_none(name: str) -> None:
    """What stands beside the page's subject is not what it offers."""
    prose = "<p>" + "We have repaired gearboxes for as long as anyone here can remember, and gladly. " * 9 + "</p>"
    assert offers(f'<h1>Gearboxes</h1>{prose}<div class="{name}">{card(1)}{card(2)}</div>') == []


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("Expired", True), ("Offer ended", True), ("This offer has expired.", True), ("SOLD OUT", True),
        ("Ended on 3 May 2026", True), ("No longer available", True), ("Promo is over", True), ("منتهي", True),
        ("انتهى العرض", True), ("العرض منتهي", True), ("نفدت الكمية", True), ("عرض منتهي الصلاحية", True),
        ("Expires soon", False), ("Ends on 3 May 2026", False), ("Over 20% off", False), ("Closed on Fridays", False),
        ("Offer ended queues at the desk", False), ("ينتهي العرض قريبًا", False), ("لم ينته العرض بعد", False),
        ("Until stocks are sold out", False),
    ],
)  # fmt: skip
def test_marks_of_an_offer_that_is_over(text: str, over: bool) -> None:
    """A short text of its own says that an offer is over; a warning or a condition does not."""
    assert says_over(fold(text).text) is over


@pytest.mark.parametrize(
    ("text", "saving", "money", "timely"),
    [
        ("Up to 50% OFF tyres", True, False, False),
        ("خصم ٥٠٪ على الزيت حتى ٣٠ يونيو", True, False, True),
        ("Buy 1, Take 1 FREE pizza", True, False, False),
        ("اشترِ واحدة واحصل على الثانية مجانًا", True, False, False),
        ("SAR 189 instead of SAR 249", False, True, False),
        ("Valid until 31 March 2026", False, False, True),
        ("1 Jun - 30 Jun 2026", False, False, True),
        ("من 01/06/2026 إلى 30/06/2026", False, False, True),
        ("6 days left", False, False, True),
        ("a $10.1 mln deal for equipment", False, False, False),
        ("Open daily until late", False, False, False),
        ("we care for cars", False, False, False),
    ],
)
def test_signs_of_an_offer(text: str, saving: bool, money: bool, timely: bool) -> None:
    """The words that speak for an offer are known in both languages, and others are not taken for them."""
    plain = fold(text).text
    assert (bool(SAVING.search(plain)), bool(MONEY.search(plain)), bool(TIMELY.search(plain))) == (
        saving,
        money,
        timely,
    )


# ---------------------------------------------------------------- what is said around and within cards

PLAIN = "".join(
    f'<div class="d"><h3><a href="/en/offers/{n}">Service {n}</a></h3><b class="price">SAR {n}5</b></div>'
    for n in (1, 2, 3)
)
JUNE = datetime(2026, 6, 30, 21, tzinfo=UTC)


def ends(body: str) -> set[datetime | None]:
    return {draft.window.ranges[0][1] for draft in offers(body)}


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>Offers</h1><p>All offers are valid until 30 June 2026.</p>{PLAIN}",
        f"<h1>Offers</h1>{PLAIN}<p>* Prices valid until 30 June 2026, while stocks last.</p>",
        f"<h1>عروضنا</h1><p>العرض ساري حتى 30 يونيو 2026</p>{PLAIN}",
        f"<h1>Our services</h1><h2>Offers until 30 June 2026</h2>{PLAIN}",
    ],
)
def test_the_end_of_a_list_is_that_of_its_cards(body: str) -> None:
    """What a list says of all its offers limits those that say nothing of it themselves."""
    assert ends(body) == {JUNE}


def test_a_card_s_own_end_is_its_own() -> None:
    """A card that names its end keeps it; a line about something else in another section limits nothing."""
    assert ends(f"<h1>Offers</h1><p>All offers are valid until 30 June 2026.</p>{card(1)}{card(2)}") == {
        datetime(2026, 7, day, 21, tzinfo=UTC) for day in (2, 3)
    }
    assert ends(f"<h1>Offers</h1>{PLAIN}<h2>Jobs</h2><p>Apply until 30 June 2026 to become a fitter.</p>") == {None}


def priced(text: str) -> list[tuple[Decimal | None, Decimal | None]]:
    cards = "".join(
        f'<div class="d"><h3><a href="/en/offers/{n}">Service {n}</a></h3>{text}<a href="/b">Book now</a></div>'
        for n in (1, 2)
    )
    found = offers(f"<h1>Offers</h1>{cards}")
    return [(draft.price, draft.price_before) for draft in found]


@pytest.mark.parametrize(
    ("text", "price", "before"),
    [
        ("<p>SAR 149 instead of SAR 199</p>", 149, 199),
        ("<p>٩٩ ريال بدل ٢٥٠ ريال</p>", 99, 250),
        ("<b>120 ر.س</b> <del>بدلا من 150 ر.س</del>", 120, 150),
        ("<div><h4>89 ر.س</h4><span>120 ر.س</span></div>", 89, 120),
        ("<div><span>34</span><sup>.95</sup> <i>SAR</i></div><p class='was'>49.95 SAR</p>", "34.95", "49.95"),
        ('<span class="n">Regular price</span><span>Dhs. 149.00 AED</span><s>Dhs. 199.00 AED</s>', 149, 199),
        ('<p class="old-price"><i>Regular price</i><b class="price">SAR 99</b></p>'
         '<p class="special-price"><i>Special price</i><b class="price">SAR 74</b></p>', 74, 99),
        ('<p class="was">SAR 99</p>', None, 99),
    ],
)  # fmt: skip
def test_a_card_s_price_and_the_one_before(text: str, price: str | int | None, before: str | int) -> None:
    """By words, by marks, side by side; a price that is over is never the price."""
    wanted = (Decimal(price) if price is not None else None, Decimal(before))
    assert priced(text) == [wanted, wanted]


def test_of_several_dates_the_one_of_the_offer_decides() -> None:
    """When one travels or stays is not until when one books."""
    cards = "".join(
        f'<div class="d"><h3><a href="/en/offers/{n}">Flight {n}</a></h3>'
        "<p>Travel between 1 July and 30 September 2026</p>"
        f"<p>Book by 30 June 2026</p><b>SAR {n}99</b></div>"
        for n in (1, 2)
    )
    assert ends(f"<h1>Offers</h1>{cards}") == {JUNE}


def test_sold_out_is_respected_under_selectors() -> None:
    """An item's own mark counts however the item was found."""
    rules = ReadingRules("garage", ZoneInfo("Asia/Riyadh"), selectors=OfferSelectors(item=".deal", title="h3"))
    marked = card(2).replace("</div>", "<span>منتهي</span></div>")
    assert [draft.window.ranges == () for draft in offers(card(1) + marked, rules)] == [False, True]


def test_a_call_is_neither_title_nor_description_nor_code() -> None:
    """What a button says describes nothing, and capitals after «code» are no code."""
    text = "<p><span>Check it out</span></p><p>NO CODE NEEDED</p>"
    cards = "".join(f'<div class="d"><h3><a href="/o/{n}">{n}0% off</a></h3>{text}</div>' for n in (1, 2))
    assert {(draft.description, draft.code) for draft in offers(f"<h1>Offers</h1>{cards}")} <= {
        ("", None),
        ("NO CODE NEEDED", None),
    }
