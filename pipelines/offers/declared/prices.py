"""Prices as schema.org declares them: of an offer, of its price specifications, of an aggregate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from pipelines.offers.declared.nodes import Node
from pipelines.offers.prices.reading import read_currency, read_price
from pipelines.records import Evidence

__all__ = ["read_declared_price", "read_price_before", "specifications"]

_BEFORE = ("listprice", "strikethroughprice", "msrp", "srp", "regularprice", "minimumadvertisedprice")
_ALONE = re.compile(r"[^\d-]{0,12}(\d[\d.,' ]*)\D{0,12}")  # one number: what is declared a price needs no currency
_NOT_A_PRICE = ("Delivery", "Payment", "Shipping")
_CONDITIONS = ("validForMemberTier", "referenceQuantity")
_GOODS = frozenset({"Product", "IndividualProduct", "ProductModel", "ProductGroup", "SomeProducts", "Vehicle", "Car"})


def read_declared_price(
    offers: Sequence[Node], item: Node, zone: ZoneInfo | None
) -> tuple[Decimal | None, str | None, list[Evidence]]:
    """The lowest price, its currency, and where it stands. A product that costs nothing has no price yet."""
    read = ((_amount(text, zone), node, text) for node, text in _price_texts(offers))
    stated = [(amount, node, text) for amount, node, text in read if amount is not None]
    stated = [found for found in stated if found[0] > 0] or [found for found in stated if _may_be_free(item, found[2])]
    if not stated:
        return None, None, []
    amount, node, text = min(stated, key=lambda found: found[0])
    named = _currency((node, *offers), zone)
    currency = named or read_currency(text, zone) or read_currency(item.text("priceCurrency"), zone)
    return amount, currency, [Evidence("price", text, f"{node.syntax}:price")]


def _may_be_free(item: Node, text: str) -> bool:
    """Whether nothing is what it costs: shops write 0 for goods whose price is asked for."""
    kinds = {*item.types, *(re.split(r"[/#:]", name)[-1] for name in item.texts("additionalType"))}
    return kinds.isdisjoint(_GOODS) or bool(re.search(r"[^\W\d_]", text))


def _price_texts(offers: Sequence[Node]) -> Iterator[tuple[Node, str]]:
    for offer in offers:
        current = [s for s in specifications(offer) if not _is_before(s)]
        reduced = [s for s in current if _kind(s) == "saleprice"]
        texts = [text for name in ("price", "lowPrice") for text in offer.texts(name)]
        if texts and not reduced:
            yield offer, texts[0]
            continue
        for specification in reduced or _for_everyone(current) or current or specifications(offer):
            if text := specification.text("price", "minPrice"):
                yield specification, text


def _for_everyone(found: Sequence[Node]) -> list[Node]:
    """The prices of one, for anybody: not a member's, not each of a dozen, not that of 100 ml."""
    return [s for s in found if not any(s.values.get(name) for name in _CONDITIONS) and not _of_several(s)]


def _of_several(specification: Node) -> bool:
    quantities = specification.nodes("eligibleQuantity")
    return any(re.fullmatch(r"[2-9]|\d{2,}", node.text("minValue", "value")) for node in quantities)


def specifications(offer: Node) -> tuple[Node, ...]:
    """The offer's price specifications and their components, without those of delivery and payment."""
    found = offer.nodes("priceSpecification")
    parts = tuple(part for specification in found for part in specification.nodes("priceComponent"))
    return tuple(s for s in (*found, *parts) if not any(word in name for name in s.types for word in _NOT_A_PRICE))


def _is_before(specification: Node) -> bool:
    return _kind(specification) in _BEFORE


def _kind(specification: Node) -> str:
    return re.split(r"[/#]", specification.text("priceType"))[-1].lower().replace(" ", "")


def read_price_before(offers: Sequence[Node], price: Decimal | None, zone: ZoneInfo | None) -> Decimal | None:
    """What it cost before: the highest list price above the price itself."""
    texts = [s.text("price") for offer in offers for s in specifications(offer) if _is_before(s)]
    texts += [o.text("price") for o in offers if any(_kind(s) == "saleprice" for s in specifications(o))]
    amounts = [_amount(text, zone) for text in texts]
    higher = [amount for amount in amounts if amount is not None and (price is None or amount > price)]
    return max(higher, default=None)


def _amount(text: str, zone: ZoneInfo | None) -> Decimal | None:
    """The amount of a declared price: a plain number as it is, since «1250.000» in KWD is no grouping."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Decimal(text)
    if re.fullmatch(r"\d+(\.\d+)?[eE][+-]?\d{1,2}", text):
        return _decimal(text)
    alone = _ALONE.fullmatch(text)
    found = read_price(text, zone) or (read_price(alone[1]) if alone else None)
    return found.amount if found else None


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _currency(nodes: Sequence[Node], zone: ZoneInfo | None) -> str | None:
    for holder in (*nodes, *(s for node in nodes for s in specifications(node))):
        text = holder.text("priceCurrency", "currency")
        if re.fullmatch(r"[A-Za-z]{3}", text):
            return text.upper()
        if text and (found := read_currency(text, zone)):
            return found
    return None
