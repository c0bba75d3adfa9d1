"""Offers from schema.org data: one offer in three syntaxes, nesting, lists, prices, and JSON that needs mending."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import lxml.html
import pytest

from pipelines.offers.declared.brokenjson import load_json
from pipelines.offers.declared.linkeddata import read_nodes
from pipelines.offers.declared.structured import StructuredOffer, read_offers

BASE = "https://garage.example/en/offers"

MICRODATA = """
<div itemscope itemtype="https://schema.org/Product"><h3 itemprop="name">Winter wash</h3>
<p itemprop="description">Salt off, wax on.</p><meta itemprop="sku" content="W-7">
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
<span itemprop="price" content="45.00">SAR 45</span><meta itemprop="priceCurrency" content="SAR">
<link itemprop="availability" href="https://schema.org/InStock"><a itemprop="url" href="/en/offers/wash">See</a>
<meta itemprop="validThrough" content="2026-06-30"></div></div>
"""
RDFA = """
<div vocab="https://schema.org/" typeof="Product"><h3 property="name">Winter wash</h3>
<p property="description">Salt off, wax on.</p><meta property="sku" content="W-7">
<div property="offers" typeof="Offer">
<span property="price" content="45.00">SAR 45</span><meta property="priceCurrency" content="SAR">
<link property="availability" href="https://schema.org/InStock"><a property="url" href="/en/offers/wash">See</a>
<meta property="validThrough" content="2026-06-30"></div></div>
"""
OFFER = {
    "@type": "Offer",
    "price": 45.0,
    "priceCurrency": "SAR",
    "availability": "https://schema.org/InStock",
    "url": "/en/offers/wash",
    "validThrough": "2026-06-30",
}
PRODUCT = {"@type": "Product", "name": "Winter wash", "description": "Salt off, wax on.", "sku": "W-7", "offers": OFFER}

AGGREGATE = {
    "@type": "AggregateOffer",
    "lowPrice": "45",
    "highPrice": 90,
    "priceCurrency": "SAR",
    "offers": [{"@type": "Offer", "url": "/a"}, {"@type": "Offer", "url": "/b"}],
}


def script(data: Any) -> str:
    return f'<script type="application/ld+json">{data if isinstance(data, str) else json.dumps(data)}</script>'


def offers(body: str) -> tuple[StructuredOffer, ...]:
    tree = lxml.html.document_fromstring(f"<html><body>{body}</body></html>")
    nodes, _ = read_nodes(tree, tree, BASE)
    return read_offers(nodes, ZoneInfo("Asia/Riyadh"))


def facts(offer: StructuredOffer) -> tuple[object, ...]:
    dates = [(found.bound, found.value) for found in offer.declared]
    values = (offer.title, offer.description, offer.url, offer.identifier, offer.price, offer.currency)
    return (*values, offer.availability, dates)


def test_three_syntaxes_give_the_same_offer() -> None:
    """Microdata, RDFa and JSON-LD differ in nothing but their evidence."""
    read = [offers(body) for body in (MICRODATA, RDFA, script({"@context": "https://schema.org", **PRODUCT}))]
    assert [len(found) for found in read] == [1, 1, 1]
    expected = ("Winter wash", "Salt off, wax on.", "https://garage.example/en/offers/wash", "W-7", Decimal(45), "SAR")
    assert {str(facts(found[0])).replace("45.00", "45").replace("45.0", "45") for found in read} == {
        str((*expected, "InStock", [("end", "2026-06-30")]))
    }


@pytest.mark.parametrize(
    "data",
    [
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "Garage"}, PRODUCT]},
        [{"@type": "WebPage", "mainEntity": PRODUCT}],
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": PRODUCT}]},
        {"@type": "AutoRepair", "makesOffer": {**OFFER, "itemOffered": {"name": "Winter wash", "sku": "W-7"}}},
        {"@type": "AutoRepair", "hasOfferCatalog": {"itemListElement": [{**OFFER, "name": "Winter wash"}]}},
        {"@graph": [{**PRODUCT, "offers": {"@id": "#o"}}, {"@id": "#o", **OFFER}]},
        {"@type": "Product", "name": "Winter wash", "offers": [OFFER, {**OFFER, "price": "52"}]},
        {"@type": ["Service", "Product"], "name": "Winter wash", "offers": AGGREGATE},
    ],
)
def test_an_offer_is_found_wherever_it_is_nested(data: Any) -> None:
    """Graphs, lists, catalogues, references and aggregates: one offer, the lowest price."""
    found = offers(script(data))
    assert [(offer.title, offer.price, offer.currency) for offer in found] == [("Winter wash", Decimal(45), "SAR")]


def test_named_offers_and_steps_of_a_price_are_offers_of_their_own() -> None:
    """«VIP» and «Early bird» are two things to buy; so are two prices with two windows."""
    tickets = [{"@type": "Offer", "name": "Standard", "price": 10}, {"@type": "Offer", "name": "VIP", "price": 90}]
    found = offers(script({"@type": "Event", "name": "Drift day", "endDate": "2026-06-30", "offers": tickets}))
    assert [offer.title for offer in found] == ["Drift day – Standard", "Drift day – VIP"]
    assert found[0].declared[0].value == "2026-06-30"
    steps = [{**OFFER, "price": 60, "validThrough": "2026-07-31"}, OFFER]
    assert [offer.price for offer in offers(script({**PRODUCT, "offers": steps}))] == [Decimal(60), Decimal("45.0")]


def test_prices_of_specifications() -> None:
    """A list price is what it cost before; delivery charges are no price of the thing."""
    specifications = [
        {"@type": "UnitPriceSpecification", "price": "199.00", "priceCurrency": "SAR"},
        {"@type": "UnitPriceSpecification", "price": "249.00", "priceType": "https://schema.org/StrikethroughPrice"},
        {"@type": "DeliveryChargeSpecification", "price": "5"},
    ]
    found = offers(
        script(
            {"@type": "Product", "name": "Battery", "offers": {"@type": "Offer", "priceSpecification": specifications}}
        )
    )
    assert [(o.price, o.price_before, o.currency) for o in found] == [(Decimal("199.00"), Decimal("249.00"), "SAR")]


def test_what_is_sold_out_is_over_and_a_product_without_offers_is_none() -> None:
    """SoldOut and Discontinued end an offer; being out of stock does not."""
    states = ("SoldOut", "http://schema.org/Discontinued", "OutOfStock")
    found = [offers(script({**PRODUCT, "offers": {**OFFER, "availability": state}}))[0].over for state in states]
    assert found == [True, True, False]
    assert offers(script({"@type": "Product", "name": "Nothing to buy"})) == ()
    assert [
        o.title for o in offers(script({"@type": "SaleEvent", "name": "White Friday", "startDate": "2026-11-27"}))
    ] == ["White Friday"]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": [1, 2,],}',
        '<!-- {"a": 1, "b": [1, 2]} -->',
        '/* made by hand */ {"a": 1, <!-- no more --> "b": [1, 2]}',
        '//<![CDATA[\n{"a": 1, "b": [1, 2]}\n//]]>',
        '{"a": 1, "b": [1, 2]};',
        '{"a": 1\n "b": [1, 2]}',
        "{&quot;a&quot;: 1, &quot;b&quot;: [1, 2]}",
    ],
)
def test_json_is_mended_where_one_reading_is_possible(text: str) -> None:
    """Stray and missing commas, comments, CDATA, a semicolon, entities."""
    assert load_json(text) == ({"a": 1, "b": [1, 2]}, True)


def test_json_beyond_repair_is_not_guessed_at() -> None:
    """A cut-off object is no object; strings are never changed by mending."""
    assert load_json('{"a": {"b": 1') == (None, False)
    assert load_json('{"a": "x, ]} {"}')[0] == {"a": "x, ]} {"}
    assert load_json('{"a": "x, ]} {",}')[0] == {"a": "x, ]} {"}


def test_circles_and_depth_end() -> None:
    """Things that name each other, and nesting without end, cost bounded work."""
    circle = {
        "@graph": [
            {"@id": "#a", **PRODUCT, "isPartOf": {"@id": "#b"}},
            {"@id": "#b", "hasPart": [{"@id": "#a"}, {"@id": "#b"}]},
        ]
    }
    assert len(offers(script(circle))) == 1
    deep: Any = PRODUCT
    for _ in range(500):
        deep = {"@type": "Thing", "hasPart": deep}
    assert offers(script(deep)) == ()


def offer(**facts: Any) -> tuple[StructuredOffer, ...]:
    return offers(script({**PRODUCT, "offers": {**OFFER, **facts}}))


def test_a_cancelled_event_is_over() -> None:
    """Its tickets are no longer to be had, whatever its date."""
    event = {"@type": "Event", "name": "Drift day", "startDate": "2026-07-01", "offers": OFFER}
    states = ("https://schema.org/EventCancelled", "EventRescheduled")
    assert [offers(script({**event, "eventStatus": state}))[0].over for state in states] == [True, False]


def test_one_size_in_stock_is_in_stock() -> None:
    """The best that any of the offers of one thing declares."""
    found = offers(script({**PRODUCT, "offers": [{**OFFER, "availability": "SoldOut"}, {**OFFER, "price": 50}]}))
    assert [(o.availability, o.over) for o in found] == [("InStock", False)]


def test_offers_given_as_an_address_or_as_words() -> None:
    """«offers» may be a link to where it is sold, or a price in words; a sentence is neither."""
    linked = {"@type": "Event", "name": "Drift day", "offers": "https://tickets.example/drift"}
    assert [(o.title, o.url) for o in offers(script(linked))] == [("Drift day", "https://tickets.example/drift")]
    assert [(o.price, o.currency) for o in offers(script({**PRODUCT, "offers": "SAR 45"}))] == [(Decimal(45), "SAR")]


@pytest.mark.parametrize(
    ("specifications", "price", "before"),
    [
        ([{"price": 249, "priceType": "ListPrice"}, {"price": 189, "priceType": "SalePrice"}], 189, 249),
        ([{"price": 249, "priceType": "https://schema.org/ListPrice"}], 249, None),
        ([{"price": 99, "validForMemberTier": {"@id": "#gold"}}, {"price": 120}], 120, None),
        ([{"price": 4, "referenceQuantity": {"value": 100, "unitCode": "MLT"}}, {"price": 40}], 40, None),
        ([{"price": 30, "eligibleQuantity": {"minValue": 12}}, {"price": 35}], 35, None),
    ],
)
def test_which_of_several_prices(specifications: list[dict[str, Any]], price: int, before: int | None) -> None:
    """The sale price of one for anybody; neither a member's, nor that of a dozen, nor that of 100 ml."""
    priced = {"@type": "Offer", "priceCurrency": "SAR", "priceSpecification": specifications}
    (found,) = offers(script({**PRODUCT, "offers": priced}))
    assert found.price == price
    assert before is None or found.price_before == before


def test_the_offer_of_this_country_counts() -> None:
    """Where several name their countries, those of the source's; where none does, all."""
    cheap = {**OFFER, "price": 40, "eligibleRegion": "AE"}
    here = {**OFFER, "price": 45, "eligibleRegion": {"@type": "Country", "name": "SA"}}
    assert [o.price for o in offers(script({**PRODUCT, "offers": [cheap, here]}))] == [Decimal(45)]
    assert [o.price for o in offers(script({**PRODUCT, "offers": [cheap]}))] == [Decimal(40)]


def test_goods_for_nothing_have_no_price_yet() -> None:
    """Shops write 0 for «on request»; a service may be free, and what says «Free» is. Below zero is nothing."""
    assert [offer(price=price)[0].price for price in (0, "0.00", "-5", "Free")] == [None, None, None, Decimal(0)]
    service = {"@type": "Service", "name": "Battery check", "offers": {"@type": "Offer", "price": 0}}
    assert [o.price for o in offers(script(service))] == [Decimal(0)]


def test_rdfa_reads_the_same_each_time_and_in_the_page_s_order() -> None:
    """A graph has no order, the page has; `datetime` is the value of a time; the element is known."""
    one = (
        '<div typeof="Product"><b property="name">{0}</b>'
        '<div property="offers" typeof="Offer"><i property="price">{1}</i>'
        '<time property="validThrough" datetime="2026-06-30">end of June</time></div></div>'
    )
    body = "".join(one.format(f"Wash {n}", n) for n in range(1, 9))
    found = offers(f'<div vocab="https://schema.org/">{body}</div>')
    assert [o.title for o in found] == [f"Wash {n}" for n in range(1, 9)]
    assert {o.declared[0].value for o in found} == {"2026-06-30"}
    assert all(o.element is not None for o in found)


def test_a_lazily_shown_image_is_not_the_page() -> None:
    """microdata's `src` may be put in place by a script."""
    image = '<img itemprop="image" data-src="/wash.jpg"><h3'
    assert offers(MICRODATA.replace("<h3", image, 1))[0].image == "https://garage.example/wash.jpg"
