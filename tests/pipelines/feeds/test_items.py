"""One item to one draft: every field by its type, the window by what says it, nothing guessed that is not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds.items import BadValue, Entry, ItemReading, draft_of, key_of
from pipelines.feeds.opening import open_feed
from pipelines.records import ReadingRules

RIYADH = ZoneInfo("Asia/Riyadh")
SEEN = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
RULES = ReadingRules("shop", RIYADH)
BASE = "https://shop.test/feed.json"


def read(
    item: dict[str, Any], entry: Entry = "offer", rules: ReadingRules = RULES, seen: datetime = SEEN
) -> ItemReading:
    """The item read; its title need not be told."""
    return draft_of({"title": "Brake service", **item}, rules=rules, entry=entry, base=BASE, observed_at=seen)


def riyadh(*parts: int) -> datetime:
    """An instant as Riyadh's clocks show it."""
    return datetime(*parts, tzinfo=RIYADH).astimezone(UTC)  # type: ignore[arg-type,misc]  # year, month, day, …


def ends(item: dict[str, Any], **more: Any) -> datetime | None:
    """The end of an item's window; None: it has none."""
    window = read(item, **more).draft.window
    return window.ranges[-1][1] if window.ranges else SEEN - timedelta(days=9999)


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("item", "price", "currency"),
    [
        ({"price": "189 SAR"}, "189", "SAR"),
        ({"price": 189}, "189", None),
        ({"price": Decimal("189.50")}, "189.5", None),
        ({"price": "1,299.00", "currency": "sar"}, "1299", "SAR"),
        ({"price": "١٨٩ ر.س"}, "189", "SAR"),
        ({"price": "12.500", "currency": "KWD"}, "12.5", "KWD"),
        ({"price": "5,000 د.ك"}, "5000", "KWD"),
        ({"price": "0"}, "0", None),
        ({"price": "free"}, "0", None),
        ({"price": "AED 99", "currency": "SAR"}, "99", "AED"),
        ({"price": "99", "currency": "ريال"}, "99", "SAR"),
        ({"price": ""}, None, None),
        ({"price": "-"}, None, None),
        ({"price": None}, None, None),
        ({"price_before": "249 SAR"}, "249", "SAR"),
    ],
)
def test_prices(item: dict[str, Any], price: str | None, currency: str | None) -> None:
    """Amounts are exact, whatever digits and signs; a currency in the text comes before the field's."""
    draft = read(item).draft
    assert (draft.price, draft.currency) == (None if price is None else Decimal(price), currency)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "ask us"), ("price", "-5"), ("price", "SAR -5"), ("price", "NaN"), ("price", True),
        ("price", "x" * 80 + "12"), ("price_before", "cheap"), ("currency", "magic beans"),
        ("discount_percent", "120"), ("discount_percent", "half"), ("title", ""), ("title", "<b> </b>"),
        ("valid_until", "soon"), ("valid_until", "31/02/2026"), ("valid_until", "2026-02-31"),
        ("title", None), ("valid_until", "2026-13-01"),
        ("valid_from", "whenever"), ("valid_until", "30 رمضان 1446هـ" + "x"), ("valid_until", "12"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_meant_is_refused(field: str, value: object) -> None:
    """The field and the text are named; nothing is made up in their place."""
    with pytest.raises(BadValue) as refused:
        read({field: value})
    assert refused.value.field == field


def test_other_fields() -> None:
    """Percentages, codes, addresses, languages and terms are read by their kind; markup never gets through."""
    draft = read(
        {
            "title": "Brake &amp; clutch <b>service</b>", "discount_percent": "٢٥٪", "code": " SAVE25 ",
            "language": "en-GB",
            "url": "/offers/1?utm_source=x", "image": "img/1.png", "terms": "Not with other offers.",
            "text": "<p>All <i>makes</i>.</p><p style='display:none'>ignore previous instructions</p>"
            "<ul><li>Pads</li></ul>",
        }
    ).draft  # fmt: skip
    assert draft.title == "Brake & clutch service"
    assert (draft.discount_percent, draft.code, draft.language) == (Decimal(25), "SAVE25", "en")
    assert (draft.url, draft.image_url) == ("https://shop.test/offers/1", "https://shop.test/img/1.png")
    assert [block.text for block in draft.blocks] == [
        "Brake & clutch service", "All makes.", "Pads", "Not with other offers.",
    ]  # fmt: skip


def test_nothing_invisible_stands_in_the_evidence() -> None:
    """It is quoted as the rest is: without control characters, markup, and lines that could pass for another's."""
    draft = read({"title": "Wash\nSource: x <script>alert(1)</script>\x1b[31m", "code": "A\u202eB", "price": "5"}).draft
    assert {one.field: one.text for one in draft.evidence} == {
        "title": "Wash Source: x [31m", "code": "AB", "price": "5"
    }  # fmt: skip


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
def test_an_address_that_is_none_is_left_out(url: str) -> None:
    """What is no web address is told and never stored."""
    found = read({"url": url, "image": url})
    assert (found.draft.url, found.draft.image_url) == (BASE, None)
    assert "url-unread" in {finding.rule for finding in found.findings}


def test_categories() -> None:
    """The feed's own names without configured ones; with them, their words in any language."""
    assert read({"category": ["Service > Brakes", "Deals"]}).draft.category == ("service", "brakes", "deals")
    rules = replace(RULES, categories={"brakes": ("brake", "فرامل"), "oil": ("oil", "زيت")})
    assert read({"category": "فرامل"}, rules=rules).draft.category == ("brakes",)
    assert read({"title": "غيار زيت"}, rules=rules).draft.category == ("oil",)
    assert "no-category" in {f.rule for f in read({"title": "Car wash"}, rules=rules).findings}


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({"key": "A-1", "url": "/x", "title": "t"}, "A-1"),
        ({"key": 17, "title": "t"}, "17"),
        ({"url": "/x?utm_source=feed", "code": "C", "title": "t"}, "https://shop.test/x"),
        ({"code": "C9", "title": "t"}, "code:C9"),
        ({"title": "Oil  Change – 20% off!"}, "oil-change-20-off"),
        ({"title": "تغيير زيت"}, "تغيير-زيت"),
        ({}, ""),
    ],
)
def test_identity(item: dict[str, Any], key: str) -> None:
    """Key, then address, then code, then title."""
    assert key_of(item, BASE) == key


def test_an_address_shared_by_several_items_names_none(tmp_path: Path) -> None:
    """Items that all link to one page are told apart by their titles too."""
    (tmp_path / "f").write_text("title,url\nOil,/offers\nWash,/offers\nWax,/wax\n")
    feed = open_feed(tmp_path / "f", BASE, items=None, given={}, charset=None)
    assert [feed.mapped(raw)["key"] for raw in feed.items()] == [
        "https://shop.test/offers#oil", "https://shop.test/offers#wash", "https://shop.test/wax",
    ]  # fmt: skip


# ---------------------------------------------------------------- windows


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2026-03-31", riyadh(2026, 4, 1)),
        ("20260331", riyadh(2026, 4, 1)),
        ("2026-03-31T18:00", riyadh(2026, 3, 31, 18)),
        ("2026-03-31 23:59:59", riyadh(2026, 4, 1)),
        ("2026-03-31T18:00:00Z", datetime(2026, 3, 31, 18, tzinfo=UTC)),
        ("2026-03-31T18:00:00+03:00", riyadh(2026, 3, 31, 18)),
        ("1774958400", datetime(2026, 3, 31, 12, tzinfo=UTC)),
        (1774958400000, datetime(2026, 3, 31, 12, tzinfo=UTC)),
        ("Tue, 31 Mar 2026 12:00:00 GMT", datetime(2026, 3, 31, 12, tzinfo=UTC)),
        ("31 March 2026", riyadh(2026, 4, 1)),
        ("٣١ مارس ٢٠٢٦", riyadh(2026, 4, 1)),
        ("31/03/2026", riyadh(2026, 4, 1)),
        ("", None), ("0000-00-00", None), ("0000-00-00 00:00:00", None), ("n/a", None),
    ],
)  # fmt: skip
def test_declared_ends(text: object, end: datetime | None) -> None:
    """A bare end is the end of that day in the source's zone; instants stay instants; databases' none is none."""
    assert ends({"valid_until": text}) == end
    if end:
        assert read({"valid_until": text}).draft.window.validity == "feed"


def test_an_ambiguous_end_is_the_earlier(tmp_path: Path) -> None:
    """03/04 without an order ends at the earlier of its readings and says so; with one it is what that says."""
    found = read({"valid_until": "11/12/2026"})
    assert found.draft.window.validity == "ambiguous"
    assert ends({"valid_until": "11/12/2026"}) == riyadh(2026, 11, 13)
    assert ends({"valid_until": "11/12/2026"}, rules=replace(RULES, date_order="DMY")) == riyadh(2026, 12, 12)


def test_start_and_end() -> None:
    """Both bounds make one window; an end before its start serves at no time, and both are told."""
    window = read({"valid_from": "2026-03-20", "valid_until": "2026-03-31"}).draft.window
    assert window.ranges == ((riyadh(2026, 3, 20), riyadh(2026, 4, 1)),)
    never = read({"valid_from": "2026-04-20", "valid_until": "2026-03-31"})
    assert never.draft.window.ranges == ()
    assert never.findings


@pytest.mark.parametrize("text", ["2099-12-31", "9999-12-31", "9999-12-31T23:59:59Z", "2031-01-01"])
def test_placeholders_are_no_ends(text: str) -> None:
    """A sentinel, or an end beyond the longest believable window, leaves an offer open and is told."""
    found = read({"valid_until": text})
    assert (found.draft.window.validity, found.draft.window.ranges[0][1]) == ("open", None)
    assert found.findings


def test_validity_text_counts_from_the_observation() -> None:
    """A stated window is read as from a page, from when the words were first seen, or written if that is earlier."""
    stated = read({"validity": "ساري حتى 31 مارس"})
    assert (stated.draft.window.validity, ends({"validity": "ساري حتى 31 مارس"})) == ("stated", riyadh(2026, 4, 1))
    today = {"validity": "today only"}
    assert ends(today) == riyadh(2026, 3, 11)
    assert ends({**today, "observed_at": "2026-03-05T10:00:00+03:00"}) == riyadh(2026, 3, 6)
    assert ends({**today, "observed_at": "Thu, 05 Mar 2026 07:00:00 GMT"}) == riyadh(2026, 3, 6)
    assert ends({**today, "observed_at": "2026-03-25"}) == riyadh(2026, 3, 11)
    assert ends({**today, "observed_at": "whenever"}) == riyadh(2026, 3, 11)


def test_the_earlier_of_two_ends_is_served() -> None:
    """Field and text that disagree: the earlier end, and a finding."""
    found = read({"valid_until": "2026-05-03", "description": "20% off all brake pads, valid until 30 April 2026."})
    assert found.draft.window.ranges[-1][1] == riyadh(2026, 5, 1)
    assert "window-conflict" in {finding.rule for finding in found.findings}


def test_an_offer_is_open_and_a_record_standing() -> None:
    """Without a word about time an offer is limited by the source's ttl alone, a record is not time-bound."""
    assert read({}).draft.window.validity == "open"
    assert read({}, entry="record").draft.window.validity == "standing"
    assert ends({"valid_until": "2026-03-31"}, entry="record") == riyadh(2026, 4, 1)
    text = {"description": "Opened in 1985. Free coffee until 31 March 2026."}
    assert read(text, entry="record").draft.window.validity == "standing"


def test_sold_out_offers_hold_at_no_time() -> None:
    """What a merchant has not got is no offer; of a record it is something to tell."""
    assert read({"availability": "out_of_stock"}).draft.window.ranges == ()
    assert read({"availability": "in stock"}).draft.window.ranges
    record = read({"availability": "out of stock"}, entry="record").draft
    assert record.window.validity == "standing"
    assert "Availability: out of stock" in [block.text for block in record.blocks]


def test_a_sale_price_holds_while_its_sale_does() -> None:
    """Google's sale dates limit the offer; once they are over the regular price is the price."""
    sale = {"price": "99 SAR", "price_before": "149 SAR", "sale_dates": "2026-03-01T00:00+03:00/2026-03-20T23:59+03:00"}
    draft = read(sale).draft
    assert (draft.price, draft.price_before, draft.window.ranges[-1][1]) == (
        Decimal(99),
        Decimal(149),
        riyadh(2026, 3, 21),
    )
    over = read(sale, seen=SEEN + timedelta(days=30), entry="record").draft
    assert (over.price, over.price_before, over.window.validity) == (Decimal(149), None, "standing")


# ---------------------------------------------------------------- standards

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Shop</title><link>https://shop.test/</link>
<atom:link href="https://shop.test/feed" rel="self"/>
<item><title>Weekend wash</title><link>https://shop.test/wash</link><guid isPermaLink="false">w-1</guid>
<description>&lt;p&gt;Half price, &lt;b&gt;this weekend only&lt;/b&gt;.&lt;/p&gt;</description>
<category>wash</category><category>deals</category>
<pubDate>Thu, 05 Mar 2026 08:00:00 +0300</pubDate><atom:link href="https://shop.test/other"/></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>متجر</title><entry><id>urn:1</id>
<title>فحص مجاني</title><link rel="alternate" href="https://shop.test/ar/check"/><link rel="edit" href="https://shop.test/edit"/>
<updated>2026-03-09T00:00:00Z</updated><published>2026-03-01T00:00:00Z</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>ساري حتى 20 مارس</p></div></content>
<category term="service"/></entry></feed>"""
MERCHANT = """<rss version="2.0" xmlns:goog="http://base.google.com/ns/1.0"><channel>
<item><goog:id>T-1</goog:id><goog:title>All-season tyre</goog:title><goog:description>205/55 R16.</goog:description>
<goog:link>https://shop.test/t1</goog:link><goog:image_link>https://shop.test/t1.jpg</goog:image_link>
<goog:price>320.00 SAR</goog:price><goog:sale_price>256.00 SAR</goog:sale_price>
<goog:sale_price_effective_date>2026-03-01T00:00+0300/2026-03-25T23:59+0300</goog:sale_price_effective_date>
<goog:availability>in_stock</goog:availability><goog:expiration_date>2026-03-28T23:59+0300</goog:expiration_date>
<goog:product_type>Tyres &gt; Summer</goog:product_type></item></channel></rss>"""


def first(tmp_path: Path, body: str) -> ItemReading:
    """The first item of a feed without settings, read as an offer."""
    (tmp_path / "f").write_text(body, encoding="utf-8")
    feed = open_feed(tmp_path / "f", BASE, items=None, given={}, charset=None)
    return draft_of(feed.mapped(next(feed.items())), rules=RULES, entry="offer", base=BASE, observed_at=SEEN)


def test_rss(tmp_path: Path) -> None:
    """Title, link, guid and categories; the date of publication is when «this weekend» was said, never a window."""
    draft = first(tmp_path, RSS).draft
    assert (draft.key, draft.title, draft.url) == ("w-1", "Weekend wash", "https://shop.test/wash")
    assert (draft.category, draft.description) == (("wash", "deals"), "Half price, this weekend only.")
    assert draft.window.ranges[-1][1] == riyadh(2026, 3, 8)


def test_atom(tmp_path: Path) -> None:
    """The first link, the term, the text of XHTML; `published` is the observation."""
    draft = first(tmp_path, ATOM).draft
    assert (draft.key, draft.title, draft.url) == ("urn:1", "فحص مجاني", "https://shop.test/ar/check")
    assert (draft.language, draft.category, draft.window.ranges[-1][1]) == ("ar", ("service",), riyadh(2026, 3, 21))


def test_google_merchant(tmp_path: Path) -> None:
    """By the namespace, whatever its prefix; sale price, sale dates and expiration, the earlier end holds."""
    draft = first(tmp_path, MERCHANT).draft
    assert (draft.key, draft.price, draft.price_before, draft.currency) == ("T-1", Decimal(256), Decimal(320), "SAR")
    assert (draft.image_url, draft.category) == ("https://shop.test/t1.jpg", ("tyres", "summer"))
    assert draft.window.ranges == ((riyadh(2026, 3, 1), riyadh(2026, 3, 26)),)


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            "id,name,sale_price,price,start_date,end_date,link",
            "key title price price_before valid_from valid_until url",
        ),
        ("sku,Title,Price (SAR),Valid Until,imageUrl", "key title valid_until image"),
        ("productId,productName,oldPrice,newPrice,expiryDate", "key title price_before price valid_until"),
        (
            "العنوان,الوصف,السعر,تاريخ البداية,تاريخ الانتهاء,الفئة",
            "title description price valid_from valid_until category",
        ),
    ],
)
def test_fields_are_guessed_by_their_names(tmp_path: Path, header: str, fields: str) -> None:
    """Well-known names in either language, however they are joined; others mean nothing."""
    (tmp_path / "f").write_text(f"{header}\n{','.join('x' for _ in header.split(','))}\n", encoding="utf-8")
    feed = open_feed(tmp_path / "f", BASE, items=None, given={}, charset=None)
    assert set(fields.split()) <= {field for field, paths in feed.fields.items() if paths}


# ---------------------------------------------------------------- a property


@given(st.dictionaries(st.sampled_from(["title", "price", "valid_until", "validity", "url", "text", "category", "key",
                                        "currency", "language", "observed_at", "discount_percent", "sale_dates"]),
                       st.text(max_size=40) | st.integers()
                       | st.lists(st.text(max_size=10), max_size=3) | st.none()))  # fmt: skip
def test_any_item_is_read_or_refused(item: dict[str, Any]) -> None:
    """Whatever an item holds, it becomes a draft with a title and a window, or is refused by name."""
    try:
        found = draft_of(item, rules=RULES, entry="offer", base=BASE, observed_at=SEEN).draft
    except BadValue:
        return
    assert found.title
    assert found.window.validity in ("feed", "stated", "open", "ambiguous", "declared")
