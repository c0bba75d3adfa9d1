"""Pages that are one offer's own page though they declare none, and the many that are not."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pipelines.reading import read_page
from pipelines.records import Draft, Page, ReadingRules

SEEN = datetime(2026, 6, 10, tzinfo=UTC)
BUY = '<button id="add-to-cart">Add to cart</button>'
WORDS = "<p>Our workshop team fits it while you wait, at every branch in the city, seven days a week.</p>"


def offers(body: str, url: str = "https://garage.example/en/shop/battery-70", head: str = "") -> list[Draft]:
    head = f"<head><title>Battery 70 Ah | Garage</title>{head}</head>"
    html = f"<html lang='en'>{head}<body><main>{body}</main></body></html>"
    page = Page(url, html.encode(), "text/html", SEEN, ReadingRules("garage", ZoneInfo("Asia/Riyadh")))
    return [draft for draft in read_page(page, documents=None).drafts if draft.kind == "offer"]


def told(found: list[Draft]) -> list[tuple[str, Decimal | None, Decimal | None, str | None]]:
    return [(draft.title, draft.price, draft.price_before, draft.currency) for draft in found]


@pytest.mark.parametrize(
    "price",
    [
        '<span class="price">SAR 249</span>',
        '<span class="price"><del>SAR 299</del> <ins>SAR 249</ins></span>',
        '<div class="old-price">SAR 299</div><div class="special-price">SAR 249</div>',
        '<p class="product__price">249<sup>00</sup> SAR</p>',
        '<span data-testid="price">٢٤٩ ر.س</span><span class="save">وفر ٥٠ ريال</span>',
        '<b class="amount">SAR 249.00</b><p class="instalments">or 4 payments of SAR 62.25</p>',
        '<i class="shipping-price">SAR 15</i><b class="price-now">SAR 249</b>',
        '<div class="price">SAR 249</div><div class="price-excl-tax">SAR 216.52</div>',
    ],
)
def test_the_price_of_what_the_page_sells(price: str) -> None:
    """Marked by names of classes; neither the old price, nor parts, nor delivery, nor the price without tax."""
    found = offers(f"<h1>Battery 70 Ah</h1>{price}{BUY}{WORDS}")
    assert [(draft.key, draft.title, draft.price, draft.currency) for draft in found] == [
        ("https://garage.example/en/shop/battery-70", "Battery 70 Ah", Decimal(249), "SAR")
    ]


def test_a_price_struck_out_is_the_price_before() -> None:
    """Also when names alone tell which is which."""
    for price in (
        "<del>SAR 299</del><span class='price'>SAR 249</span>",
        "<p class='was-price'>SAR 299</p><p class='price'>SAR 249</p>",
    ):
        found = offers(f"<h1>Battery 70 Ah</h1><div class='prices'>{price}</div>{BUY}{WORDS}")
        assert told(found) == [("Battery 70 Ah", Decimal(249), Decimal(299), "SAR")]


def test_related_products_lend_no_price() -> None:
    """What stands in a section of related products, or links to another page, belongs to another thing."""
    related = "".join(f'<a href="/p{n}"><h3>Thing {n}</h3><span class="price">SAR {n}</span></a>' for n in (11, 12, 13))
    page = f'<h1>Battery 70 Ah</h1><span class="price">SAR 249</span>{BUY}{WORDS}'
    assert told(offers(f'<div>{page}</div><section class="related-products">{related}</section>'))[0][1] == Decimal(249)


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="product:price:amount" content="249.00"><meta property="product:price:currency" content="SAR">',
        '<meta property="og:price:amount" content="249"><meta property="og:price:currency" content="SAR">',
        '<meta name="twitter:label1" content="Price"><meta name="twitter:data1" content="SAR 249">',
        '<meta property="og:type" content="product"><meta itemprop="price" content="249 SAR">',
    ],
)
def test_declared_outside_of_schema_org(head: str) -> None:
    """Open Graph's product words, Twitter's labels, an itemprop without an item."""
    image = '<meta property="og:image" content="/battery.jpg">'
    (found,) = offers(f"<h1>Battery 70 Ah</h1>{WORDS}", head=head + image)
    assert (found.price, found.currency, found.image_url) == (Decimal(249), "SAR", "https://garage.example/battery.jpg")


def test_what_is_sold_out_is_over_and_what_is_out_of_stock_without_a_price_too() -> None:
    """The page itself says so; a size that is sold out says nothing of the others."""
    for said in ("<p>Sold out</p>", "<p class='stock'>نفدت الكمية</p>"):
        (found,) = offers(f"<h1>Battery 70 Ah</h1><span class='price'>SAR 249</span>{said}{BUY}{WORDS}")
        assert found.window.ranges == ()
    (gone,) = offers(f"<h1>Battery 70 Ah</h1><p>Currently unavailable</p>{BUY}{WORDS}")
    assert (gone.window.ranges, gone.price) == ((), None)
    size = "<ul><li><button>Sold out</button></li></ul>"
    (other,) = offers(f"<h1>Battery 70 Ah</h1><span class='price'>SAR 249</span>{size}{BUY}{WORDS}")
    assert other.window.ranges == ((None, None),)


@pytest.mark.parametrize(
    ("title", "text", "price", "percent"),
    [
        ("Summer tyre deal", "<p>50% off all tyres until 30 June 2026.</p>", None, 50),
        ("عرض الإطارات الصيفي", "<p>خصم ٥٠٪ على جميع الإطارات حتى 30 يونيو 2026</p>", None, 50),
        ("Oil change offer", "<p>SAR 149 instead of SAR 199. Valid until 30 June 2026.</p>", 149, 25),
    ],
)
def test_an_offer_s_own_page(title: str, text: str, price: int | None, percent: int) -> None:
    """A heading, a saving or a price, a validity: the page is the offer, its key the page."""
    url = "https://garage.example/en/offers/summer"
    found = offers(f"<h1>{title}</h1>{text}{WORDS}", url)
    assert [(draft.key, draft.title, draft.price) for draft in found] == [(url, title, price)]
    assert found[0].discount_percent == percent
    assert found[0].window.ranges[0][1] == datetime(2026, 6, 30, 21, tzinfo=UTC)


LISTED = "".join(
    f'<div class="card"><h3><a href="/o{n}">Deal {n}</a></h3><span class="price">SAR {n}9</span></div>'
    for n in (1, 2, 3)
)


@pytest.mark.parametrize(
    ("url", "body", "head"),
    [
        ("https://garage.example/", f"<h1>Welcome</h1><span class='price'>SAR 249</span>{BUY}{WORDS}", ""),
        ("https://garage.example/ar", f"<h1>أهلا</h1><span class='price'>SAR 249</span>{BUY}{WORDS}", ""),
        ("https://garage.example/en/about-us", f"<h1>About us</h1><p>We offer 20% off since 1985.</p>{WORDS}", ""),
        ("https://garage.example/blog/oil-prices", f"<h1>Why oil costs SAR 99 and how to save 20%</h1>{WORDS * 4}", ""),
        (
            "https://news.example/2026/deal",
            f"<h1>Garage chain sold in SAR 20 million deal</h1><p class='byline'>By A. Writer</p>{WORDS * 4}",
            '<meta property="article:published_time" content="2026-06-01">',
        ),
        ("https://garage.example/en/privacy", f"<h1>Privacy</h1><p>Free copies until 30 June 2026.</p>{WORDS}", ""),
        ("https://garage.example/en/branches/riyadh", f"<h1>Riyadh branch</h1><p>Open until 10 pm.</p>{WORDS}", ""),
        ("https://garage.example/en/warranty", f"<h1>Warranty</h1><p>10,000 km or 12 months.</p>{WORDS}", ""),
    ],
)
def test_what_is_no_offer_s_own_page(url: str, body: str, head: str) -> None:
    """First pages, about, blogs, news, rules, branches: a price or a percentage in them offers nothing."""
    assert [draft for draft in offers(body, url, head) if draft.key == url] == []


def test_a_list_is_not_its_first_card() -> None:
    """Prices of one make, each beside a heading or link of its own, are a list's."""
    url = "https://garage.example/en/offers"
    assert [draft for draft in offers(f"<h1>Special offers</h1><div>{LISTED}</div>", url) if draft.key == url] == []


def test_more_offers_below_an_offer_are_others() -> None:
    """The page's own offer stands, whatever stands under «More offers»."""
    url = "https://garage.example/en/offers/summer"
    deal = f"<h1>Summer tyre deal</h1><p>50% off all tyres until 30 June 2026.</p>{WORDS}"
    body = f"{deal}<h2>More offers</h2><div>{LISTED}</div>"
    own = [draft for draft in offers(body, url) if draft.key == url]
    assert [(draft.title, draft.price, draft.discount_percent) for draft in own] == [
        ("Summer tyre deal", None, Decimal(50))
    ]
