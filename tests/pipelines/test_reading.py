"""One page read whole: offers, their own text, the page's own entry, and what happens to pages that cannot be read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.documents.reading import DocumentReader
from pipelines.reading import READING_RECIPE, read_page
from pipelines.records import STANDING, Block, Draft, OfferSelectors, Outcome, Page, Reading, ReadingRules
from pipelines.windows.sets import end_of

LIST = "https://garage.example/en/offers"
SEEN = datetime(2026, 6, 10, tzinfo=UTC)
SELECTORS = OfferSelectors(
    item=".card",
    title="h3",
    description=".about",
    price=".price",
    validity=".until",
    category=".tag",
    code=".code",
    url="a::attr(href)",
    image="img::attr(src)",
)
RULES = ReadingRules("garage", ZoneInfo("Asia/Riyadh"), date_order="DMY", selectors=SELECTORS)
JUNE_END = datetime(2026, 6, 30, 21, tzinfo=UTC)

CARDS = """
<section>
<div class="card"><img src="/oil.jpg" alt=""><span class="tag">Oil</span>
<h3>Oil change with filter</h3>
<p class="about">Up to four litres, poured by people who wipe the cap.</p>
<p class="price">SAR 99 instead of SAR 150</p>
<p class="until">Until 30 June 2026</p><p>Code <b class="code">OIL99</b></p>
<a href="oil-change?utm_source=list">More</a></div>
<div class="card"><span class="tag">إطارات</span><h3>أربعة إطارات بسعر ثلاثة</h3>
<p class="about">تركيب وترصيص مجانًا في كل فروعنا.</p><p class="price">٩٠٠ ريال</p>
<p class="until">ساري حتى ٣٠ يونيو ٢٠٢٦</p><a href="tyres">المزيد</a></div>
</section>
"""
INTRO = "<p>All prices include tax, and every branch honours them from Saturday to Thursday.</p>"


def html(body: str, *, head: str = "", title: str = "Offers", language: str = "en") -> bytes:
    start = f'<html lang="{language}"><head><title>{title}</title>{head}</head>'
    return f"{start}<body><main>{body}</main></body></html>".encode()


def read(body: str | bytes, *, url: str = LIST, rules: ReadingRules = RULES, head: str = "", **fields: Any) -> Reading:
    bytes_ = body if isinstance(body, bytes) else html(body, head=head)
    page = Page(url, bytes_, "text/html", SEEN, rules, charset="utf-8", **fields)
    return read_page(page, documents=None)


def script(data: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", **data})}</script>'


def offers_of(reading: Reading) -> list[Draft]:
    return [draft for draft in reading.drafts if draft.kind == "offer"]


def page_of(reading: Reading) -> Draft | None:
    return next((draft for draft in reading.drafts if draft.kind == "page"), None)


def text_of(draft: Draft | None) -> str:
    return "\n".join(block.text for block in draft.blocks) if draft else ""


def rules_of(reading: Reading) -> set[str]:
    return {finding.rule for finding in reading.findings}


def test_selectors_read_cards_in_both_languages() -> None:
    """Every field of `[offers]`, the window from its validity text, the language from its own text."""
    oil, tyres = offers_of(read(f"<h1>Offers</h1>{INTRO}{CARDS}"))
    assert (oil.key, oil.url) == ("https://garage.example/en/oil-change", "https://garage.example/en/oil-change")
    assert (oil.title, oil.code, oil.category, oil.language) == ("Oil change with filter", "OIL99", ("oil",), "en")
    assert (oil.price, oil.price_before, oil.currency, oil.discount_percent) == (
        Decimal(99),
        Decimal(150),
        "SAR",
        Decimal(34),
    )
    assert oil.image_url == "https://garage.example/oil.jpg"
    assert (oil.window.validity, oil.window.ranges) == ("stated", ((None, JUNE_END),))
    assert (tyres.title, tyres.price, tyres.currency, tyres.language) == (
        "أربعة إطارات بسعر ثلاثة",
        Decimal(900),
        "SAR",
        "ar",
    )
    assert end_of(tyres.window) == JUNE_END


def test_every_value_names_its_evidence() -> None:
    """The exact text, the rule that read it, and the page it stands on."""
    oil = offers_of(read(CARDS))[0]
    rules = {found.field: (found.rule, found.url) for found in (*oil.evidence, *oil.window.evidence)}
    assert rules["price"] == ("selector:.price", LIST)
    assert rules["window"] == ("text:until-date", LIST)


def test_text_of_an_offer_is_cut_from_the_page_s_own_entry() -> None:
    """INTERFACE section 3: what is left is the page's; nothing of a card comes back through it."""
    reading = read(f"<h1>Offers</h1>{INTRO}{CARDS}<p>Ask any of our branches.</p>")
    page = page_of(reading)
    assert page is not None
    assert (page.key, page.window) == (LIST, STANDING)
    assert "All prices include tax" in text_of(page)
    assert not any(word in text_of(page) for word in ("litres", "99", "إطارات", "30 June", "OIL99"))
    assert "wipe the cap" in text_of(offers_of(reading)[0])


def test_a_page_with_nothing_but_offers_has_no_entry() -> None:
    """Headings alone are nothing to quote."""
    assert page_of(read(f"<h1>Offers</h1>{CARDS}")) is None


PRODUCT = {
    "@type": "Product",
    "name": "Brake pads, front axle",
    "description": "Fitted while you wait.",
    "offers": {"@type": "Offer", "price": "210.00", "priceCurrency": "SAR", "priceValidUntil": "2026-06-30"},
}


def test_a_page_that_is_one_offer_s_own_belongs_to_it_wholly() -> None:
    """Its key is the page's URL, its text the page's; there is no other entry."""
    body = "<h1>Brake pads, front axle</h1><p>Fitted while you wait.</p><p>We keep the old pads for you to see.</p>"
    reading = read(body, url="https://garage.example/en/brakes", head=script(PRODUCT))
    (offer,) = reading.drafts
    assert (offer.kind, offer.key) == ("offer", "https://garage.example/en/brakes")
    assert "old pads" in text_of(offer)
    assert (offer.window.validity, end_of(offer.window), offer.price) == ("declared", JUNE_END, Decimal(210))


def test_a_card_and_its_detail_page_have_one_key() -> None:
    """So that they become one entry, whichever is read first; tracking parameters do not matter."""
    card = offers_of(read(CARDS))[0]
    detail = script({"@type": "Offer", "name": card.title, "url": card.url, "price": 99})
    own = offers_of(read(f"<h1>{card.title}</h1><p>All of it.</p>", url=card.url, head=detail))[0]
    assert own.key == card.key


def test_a_detail_page_without_structured_data_is_known_by_the_link_of_its_card() -> None:
    """The one selected item whose URL is the page's makes it the offer's own page."""
    body = CARDS.split("</section>")[0].split('<div class="card"><span')[0].replace("oil-change?", "/en/oil-change?")
    (offer,) = read(f"{body}<p>Terms: one car a visit.</p>", url="https://garage.example/en/oil-change").drafts
    assert offer.key == "https://garage.example/en/oil-change"
    assert "one car a visit" in text_of(offer)


def test_declared_offers_of_a_list_page_take_their_cards_from_it() -> None:
    """JSON-LD has no place on the page: the card is found by the title."""
    names = ("Polish by hand", "Polish by machine")
    items = [{"@type": "Offer", "name": name, "price": 50, "priceCurrency": "SAR", "sku": name[-4:]} for name in names]
    cards = "".join(f"<li><h3>{name}</h3><p>For {50} riyals, inside and out: {name[-7:]}.</p></li>" for name in names)
    rules = replace(RULES, selectors=None)
    reading = read(
        f"{INTRO}<ul>{cards}</ul>", rules=rules, head=script({"@type": "ItemList", "itemListElement": items})
    )
    assert [draft.key for draft in offers_of(reading)] == ["sku:hand", "sku:hine"]
    assert ["inside and out" in text_of(draft) for draft in offers_of(reading)] == [True, True]
    assert "inside and out" not in text_of(page_of(reading))
    assert "All prices" in text_of(page_of(reading))


def test_what_is_declared_and_what_is_shown_disagree() -> None:
    """The earlier end is served, both are evidence, and a person is told."""
    offer = {"@type": "Offer", "name": "Oil change with filter", "validThrough": "2026-07-31"}
    reading = read(CARDS, head=script(offer))
    found = offers_of(reading)[0]
    assert end_of(found.window) == JUNE_END
    assert {evidence.text for evidence in found.window.evidence} == {"2026-07-31", "Until 30 June 2026"}
    assert "window-conflict" in rules_of(reading)


def test_one_offer_found_twice_is_one_draft() -> None:
    """Structured data speaks first; the selectors lend it place, code and validity."""
    offer = {"@type": "Offer", "name": "Oil change with filter", "price": 99, "priceCurrency": "SAR"}
    found = offers_of(read(CARDS, head=script(offer)))
    assert [draft.title for draft in found] == ["Oil change with filter", "أربعة إطارات بسعر ثلاثة"]
    assert (found[0].code, end_of(found[0].window)) == ("OIL99", JUNE_END)


def test_a_card_shown_twice_is_one_offer_and_cut_twice() -> None:
    """A carousel above the list repeats a card: one entry, and no copy of its text is left on the page."""
    reading = read(INTRO + CARDS + CARDS)
    assert [draft.key for draft in offers_of(reading)] == [
        "https://garage.example/en/oil-change",
        "https://garage.example/en/tyres",
    ]
    assert "litres" not in text_of(page_of(reading))


def test_sold_out_is_served_at_no_time() -> None:
    """A page's own word that an offer is over is respected."""
    sold = {**PRODUCT, "offers": {**PRODUCT["offers"], "availability": "https://schema.org/SoldOut"}}  # type: ignore[dict-item]
    assert offers_of(read("<h1>Brake pads, front axle</h1>", head=script(sold)))[0].window.ranges == ()


@pytest.mark.hazard("C6")
def test_hidden_structured_data_declares_nothing() -> None:
    """HAZARDS C6: microdata that nobody can see cannot stretch a window."""
    hidden = (
        '<div style="display:none" itemscope itemtype="https://schema.org/Offer"><span itemprop="name">Fake</span>'
        '<meta itemprop="validThrough" content="2099-01-01"></div>'
    )
    assert [draft.title for draft in offers_of(read(INTRO + hidden))] == []


def test_categories_come_from_the_words_of_the_source() -> None:
    """Configured words in any language; an offer that fits none is reported."""
    rules = replace(RULES, categories={"oil": ("زيت", "oil"), "brakes": ("brake",)})
    reading = read(CARDS, rules=rules)
    assert [draft.category for draft in offers_of(reading)] == [("oil",), ()]
    assert "no-category" in rules_of(reading)


def test_selectors_that_match_nothing_are_a_finding() -> None:
    """Whether that is a failure, the page's own history says; an empty listing says so itself."""
    assert "no-offer-matched" in rules_of(read(INTRO))
    rules = replace(RULES, empty_marker="no current offers")
    empty = read("<p>There are no current offers.</p>", rules=rules)
    assert (empty.outcome, rules_of(empty)) == (Outcome.OK, {"listing-empty"})


def test_selectors_of_a_list_miss_nothing_on_a_page_that_gives_its_own_offer() -> None:
    """The page a card leads to is read by its heading and price; the selectors were never for it."""
    body = f"<h1>Oil change offer</h1><p class='cost'>SAR 99</p><p>Valid until 30 June 2026</p>{INTRO}"
    reading = read(body, url=f"{LIST}/oil-change")
    assert [draft.title for draft in offers_of(reading)] == ["Oil change offer"]
    assert "no-offer-matched" not in rules_of(reading)


def test_a_page_without_text_or_offer_is_an_empty_extraction() -> None:
    """HAZARDS rule 12: said aloud, with the URL and the way out."""
    reading = read("<div id='app'></div>")
    assert (reading.outcome, reading.drafts) == (Outcome.EMPTY_EXTRACTION, ())
    assert LIST in reading.message
    assert "render = true" in reading.message


@pytest.mark.parametrize("where", ["header", "meta"])
def test_unavailable_after_limits_the_page_whole(where: str) -> None:
    """From the header or from the page: the entry's window is declared."""
    meta = '<meta name="robots" content="unavailable_after: 2026-06-30">' if where == "meta" else ""
    header = "2026-06-30" if where == "header" else None
    page = page_of(read(INTRO, head=meta, unavailable_after=header))
    assert page is not None
    assert (page.window.validity, end_of(page.window)) == ("declared", JUNE_END)


def test_a_credible_canonical_url_is_the_page_s_identity() -> None:
    """Another host's, or the home page in place of an inner page, is reported and not followed."""
    good = read(INTRO, url=LIST + "?page=1&view=grid", head=f'<link rel="canonical" href="{LIST}">')
    assert (good.canonical, good.drafts[0].key) == (LIST, LIST)
    for astray in ("https://other.example/en/offers", "https://garage.example/"):
        bad = read(INTRO, head=f'<link rel="canonical" href="{astray}">')
        assert (bad.canonical, bad.drafts[0].key) == (None, LIST)
        assert "canonical-ignored" in rules_of(bad)


def test_a_source_s_own_reader_takes_the_place_of_ours() -> None:
    """Its drafts are the offers, their regions are cut; what it raises is the page's failure, not the run's."""
    page = Page(LIST, html(f"{INTRO}<p id='x'>Tow for free.</p>"), "text/html", SEEN, RULES)

    def own(given: Page) -> list[Draft]:
        blocks = (Block("paragraph", "Tow for free."),)
        return [Draft("tow", "offer", given.url, "Tow", blocks, "en", STANDING, region="/html/body/main/p[2]")]

    drafts = read_page(page, documents=None, custom=own).drafts
    assert [draft.kind for draft in drafts] == ["offer", "page"]
    assert "Tow" not in text_of(drafts[1])

    def broken(given: Page) -> list[Draft]:
        raise KeyError("price")

    failed = read_page(page, documents=None, custom=broken)
    assert failed.outcome is Outcome.PARSE_FAILED
    assert "KeyError" in failed.message


def test_a_wrong_selector_names_its_field() -> None:
    """A selector that is no CSS is the configuration's fault, and says so."""
    reading = read(INTRO, rules=replace(RULES, selectors=OfferSelectors(item="div[")))
    assert reading.outcome is Outcome.PARSE_FAILED
    assert "[offers] item = 'div['" in reading.message


def test_documents_become_one_entry() -> None:
    """Title, language by its text, page numbers kept; a broken one ends with its own reason."""
    rules = replace(RULES, selectors=None)
    text = Page(
        "https://garage.example/docs/terms.txt",
        "الضمان لمدة سنة كاملة على كل قطعة.".encode(),
        "text/plain",
        SEEN,
        rules,
    )
    with DocumentReader() as documents:
        reading = read_page(text, documents=documents)
        empty = read_page(replace(text, body=b"  "), documents=documents)
    (draft,) = reading.drafts
    assert (draft.kind, draft.key, draft.language, draft.window) == ("document", text.url, "ar", STANDING)
    assert draft.title
    assert empty.outcome is not Outcome.OK
    assert "terms.txt" in empty.message


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400) | st.text(alphabet="<>/=\"' adivscript{}[]@:,0123456789", max_size=300).map(str.encode))
def test_no_bytes_can_raise_out_of_a_reading(body: bytes) -> None:
    """Whatever a page holds, its reading is an outcome."""
    reading = read(body + b'<div class="card">x</div>' if len(body) % 2 else body)
    assert isinstance(reading, Reading)
    assert reading.drafts or reading.outcome is not Outcome.OK or reading.findings


@pytest.mark.hazard("C7")
def test_deep_and_repeated_nesting_ends() -> None:
    """HAZARDS C7: an offer 300 levels down is read; 100,000 levels are refused aloud, never cut in silence."""
    deep = read("<div>" * 300 + CARDS + "</div>" * 300)
    assert len(offers_of(deep)) == 2
    assert read("<div>" * 100_000 + CARDS).outcome is not Outcome.OK


def test_reading_is_a_function_of_the_page() -> None:
    """Same bytes, same reading; the recipe has a name that is hashed with the rules."""
    assert read(INTRO + CARDS) == read(INTRO + CARDS)
    assert READING_RECIPE


def test_a_window_in_the_title_limits_the_page_whole() -> None:
    """The title stands in every chunk: nothing of the page is quoted after what it states."""
    page = page_of(read(html(INTRO, title="Summer sale until 30 June 2026 | Garage")))
    assert page is not None
    assert (page.window.validity, end_of(page.window)) == ("stated", JUNE_END)


def test_a_description_that_states_its_end_is_not_kept() -> None:
    """It would be quoted after that; one that states none is kept."""
    dated = page_of(read(INTRO, head='<meta name="description" content="20 % off everything until 30 June 2026">'))
    plain = page_of(read(INTRO, head='<meta name="description" content="Oil, tyres and batteries">'))
    assert dated is not None
    assert plain is not None
    assert (dated.description, plain.description) == ("", "Oil, tyres and batteries")
