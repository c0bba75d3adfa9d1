"""Prices as schema.org declares them: of an offer, of its price specifications, of an aggregate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from pipelines.offers.linkeddata import Node
from pipelines.offers.prices import read_currency, read_price
from pipelines.records import Evidence

__all__ = ["read_declared_price", "read_price_before", "specifications"]

_BEFORE = ("listprice", "strikethroughprice", "msrp", "srp", "regularprice", "minimumadvertisedprice")
_NOT_A_PRICE = ("Delivery", "Payment", "Shipping")


def read_declared_price(
    offers: Sequence[Node], item: Node, zone: ZoneInfo | None
) -> tuple[Decimal | None, str | None, list[Evidence]]:
    """The lowest price, its currency, and where it stands."""
    read = ((_amount(text, zone), node, text) for node, text in _price_texts(offers))
    stated = [(amount, node, text) for amount, node, text in read if amount is not None]
    if not stated:
        return None, None, []
    amount, node, text = min(stated, key=lambda found: found[0])
    named = _currency((node, *offers), zone)
    currency = named or read_currency(text, zone) or read_currency(item.text("priceCurrency"), zone)
    return amount, currency, [Evidence("price", text, f"{node.syntax}:price")]


def _price_texts(offers: Sequence[Node]) -> Iterator[tuple[Node, str]]:
    for offer in offers:
        texts = [text for name in ("price", "lowPrice") for text in offer.texts(name)]
        if texts:
            yield from ((offer, text) for text in texts[:1])
            continue
        for specification in specifications(offer):
            text = specification.text("price", "minPrice")
            if text and not _is_before(specification):
                yield specification, text


def specifications(offer: Node) -> tuple[Node, ...]:
    """The offer's price specifications and their components, without those of delivery and payment."""
    found = offer.nodes("priceSpecification")
    parts = tuple(part for specification in found for part in specification.nodes("priceComponent"))
    return tuple(s for s in (*found, *parts) if not any(word in name for name in s.types for word in _NOT_A_PRICE))


def _is_before(specification: Node) -> bool:
    kind = re.split(r"[/#]", specification.text("priceType"))[-1].lower().replace(" ", "")
    return kind in _BEFORE


def read_price_before(offers: Sequence[Node], price: Decimal | None, zone: ZoneInfo | None) -> Decimal | None:
    """What it cost before: the highest list price above the price itself."""
    amounts = [_amount(s.text("price"), zone) for offer in offers for s in specifications(offer) if _is_before(s)]
    higher = [amount for amount in amounts if amount is not None and (price is None or amount > price)]
    return max(higher, default=None)


def _amount(text: str, zone: ZoneInfo | None) -> Decimal | None:
    """The amount of a declared price: a plain number as it is, since «1250.000» in KWD is no grouping."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Decimal(text)
    if re.fullmatch(r"\d+(\.\d+)?[eE][+-]?\d{1,2}", text):
        return _decimal(text)
    found = read_price(text, zone)
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
