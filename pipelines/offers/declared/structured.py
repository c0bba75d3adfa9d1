"""Offers a page declares with schema.org: Offer, AggregateOffer, Product, Service, Event, SaleEvent and lists of them.

What counts as one offer:

- A thing with `offers` is one offer: the lowest price, the latest start, the earliest end of them, because they are
  sellers or sizes of one thing. Those with a name («VIP») or a window each of their own are offers of their own.
- What is sold in several places counts where the source is; it is to be had when one of its offers is.
- An Offer that stands alone, in a list, in a catalogue or under `makesOffer` is one offer, about its `itemOffered`.
- A SaleEvent is an offer by itself. Another event ends what is sold for it; a cancelled one ends it at once.
- A product with a price and no date is an offer with an open window: the price holds until it is seen to change,
  limited by the source's ttl. A product without `offers` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipelines.offers.availability import declared_availability, is_over
from pipelines.offers.declared.nodes import Node
from pipelines.offers.declared.prices import read_declared_price, read_price_before, specifications
from pipelines.offers.declared.regionality import sold_here
from pipelines.records import Evidence
from pipelines.windows.declared import Declared

__all__ = ["StructuredOffer", "read_offers"]

_OFFERS = frozenset({"Offer", "AggregateOffer", "OfferForPurchase", "OfferForLease"})
_GROUPS = frozenset({"ProductGroup"})
_OFF_PAGE = frozenset({
    "isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "isConsumableFor", "review", "reviews", "workExample",
    "about",
})  # fmt: skip
_IDENTIFIERS = ("sku", "mpn", "gtin", "gtin13", "gtin14", "gtin12", "gtin8", "productID", "identifier", "serialNumber")


@dataclass(frozen=True)
class StructuredOffer:
    """One offer as a page declares it; every value with its evidence."""

    title: str
    description: str = ""
    url: str = ""  # absolute, not normalised; the offer's, else its item's
    image: str = ""
    identifier: str = ""  # sku, mpn, gtin, product id or @id
    category: tuple[str, ...] = ()
    price: Decimal | None = None
    price_before: Decimal | None = None
    currency: str | None = None
    availability: str = ""  # local name, as InStock
    cancelled: bool = False  # an event that does not take place
    declared: tuple[Declared, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    element: HtmlElement | None = field(default=None, repr=False, compare=False)  # where it stands; unknown in JSON-LD

    @property
    def over(self) -> bool:
        """Whether the page itself says that it is not to be had any more."""
        return self.cancelled or is_over(self.availability)


def read_offers(nodes: Sequence[Node], zone: ZoneInfo | None = None) -> tuple[StructuredOffer, ...]:
    """Every offer the nodes declare, in order, each once; `zone` tells apart currencies that share a name."""
    seen: set[int] = set()
    found = (offer for node in map(_Linked(nodes).join, nodes) for offer in _visit(node, None, zone, seen))
    return tuple(dict.fromkeys(offer for offer in found if offer.title))


@dataclass(frozen=True)
class _Linked:
    """What a page names by id, so that an offer may point to the thing it offers («itemOffered: #record»)."""

    nodes: Sequence[Node]

    def join(self, node: Node) -> Node:
        """The node, with the things it merely names put in its hands."""
        named = [text for text in node.texts("itemOffered") if not node.nodes("itemOffered")]
        target = next((n for n in self.nodes if n.id and n is not node and any(_names(t, n.id) for t in named)), None)
        return replace(node, values={**node.values, "itemOffered": (target,)}) if target else node


def _names(reference: str, name: str) -> bool:
    return reference == name or ("#" in name and reference.endswith("#" + name.split("#")[-1]))


# ---------------------------------------------------------------- the walk


def _visit(node: Node, parent: Node | None, zone: ZoneInfo | None, seen: set[int]) -> Iterator[StructuredOffer]:
    if id(node) in seen:
        return
    seen.add(id(node))
    offers = _offers_of(node)
    if node.types & _OFFERS:
        yield from _single(node, parent, zone, seen)
        return
    if offers:
        seen.update(id(offer) for offer in offers)
        yield from _of_item(node, offers, zone)
    elif "SaleEvent" in node.types:
        yield _build(node, (), zone)
    for name, values in node.values.items():
        if name in _OFF_PAGE or (name == "hasVariant" and offers):
            continue
        for value in values:
            if isinstance(value, Node):
                yield from _visit(value, node, zone, seen)


def _offers_of(node: Node) -> tuple[Node, ...]:
    own = tuple(offer for offer in node.nodes("offers") if offer.types & _OFFERS or not offer.types)
    own = own or tuple(_named_offer(text, node) for text in node.texts("offers") if not node.nodes("offers"))
    if own or not node.types & _GROUPS or not node.text("name"):
        return own
    return tuple(offer for variant in node.nodes("hasVariant") for offer in _offers_of(variant))


def _named_offer(text: str, node: Node) -> Node:
    """An offer that is only an address («offers: https://…/buy») or a price in words."""
    kind = "url" if re.match(r"https?:|/", text) else "price"
    return Node(frozenset({"Offer"}), {kind: (text,)}, node.syntax)


def _single(offer: Node, parent: Node | None, zone: ZoneInfo | None, seen: set[int]) -> Iterator[StructuredOffer]:
    items = offer.nodes("itemOffered", "itemListElement") or ((parent,) if parent and not offer.text("name") else ())
    seen.update(id(item) for item in items)
    named = [item for item in items if item.text("name")] or [offer]
    yield from (_build(item, (offer,), zone) for item in named)


def _of_item(item: Node, offers: Sequence[Node], zone: ZoneInfo | None) -> Iterator[StructuredOffer]:
    offers = sold_here(offers, zone)
    inner = sold_here([nested for offer in offers for nested in (offer.nodes("offers") or (offer,))], zone)
    own_names = {offer.text("name") for offer in inner} - {"", item.text("name")}
    if len(inner) > 1 and len(own_names) == len(inner):
        yield from (_build(item, (offer,), zone, own=offer.text("name")) for offer in inner)
    elif len(inner) > 1 and len({tuple(_bounds((offer,))) for offer in inner}) == len(inner):
        yield from (_build(item, (offer,), zone, own=_price_name(offer)) for offer in inner)
    else:
        yield _build(item, (*offers, *(offer for offer in inner if offer not in offers)), zone)


def _price_name(offer: Node) -> str:
    """What tells apart the steps of a price that changes with time: each has its own window and no name."""
    return " ".join(text for text in (offer.text("price", "lowPrice"), offer.text("priceCurrency")) if text)


# ---------------------------------------------------------------- one offer


def _build(item: Node, offers: Sequence[Node], zone: ZoneInfo | None, own: str = "") -> StructuredOffer:
    price, currency, price_evidence = read_declared_price(offers, item, zone)
    before = read_price_before(offers, price, zone)
    title = _title(item, offers, own)
    description = _first(node.text("description") for node in (*offers, item) if node)
    availability, available = declared_availability(text for node in offers for text in node.texts("availability"))
    cancelled = next((text for text in item.texts("eventStatus") if text.lower().endswith("cancelled")), "")
    evidence = [Evidence("title", title, f"{item.syntax}:name"), *price_evidence]
    if description:
        evidence.append(Evidence("description", description, f"{item.syntax}:description"))
    if available:
        evidence.append(Evidence("availability", available, f"{item.syntax}:availability"))
    if cancelled:
        evidence.append(Evidence("availability", cancelled, f"{item.syntax}:eventStatus"))
    return StructuredOffer(
        title=title,
        description=description,
        url=_url(item, offers),
        image=_image(item, offers),
        identifier=_identifier(item, offers),
        category=tuple(dict.fromkeys(name for node in (*offers, item) for name in _categories(node))),
        price=price,
        price_before=before,
        currency=currency,
        availability=availability,
        cancelled=bool(cancelled),
        declared=tuple(_declared(item, offers)),
        evidence=tuple(evidence),
        element=_element(item, offers),
    )


def _title(item: Node, offers: Sequence[Node], own: str) -> str:
    name = item.text("name", "headline", "title")
    if own:
        return f"{name} – {own}" if name and name not in own else own
    return name or _first(offer.text("name", "headline") for offer in offers)


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _url(item: Node, offers: Sequence[Node]) -> str:
    own = dict.fromkeys(url for offer in offers if (url := offer.text("url") or _address(offer)))
    return next(iter(own)) if len(own) == 1 else item.text("url") or min(own, default="")


def _address(offer: Node) -> str:
    """An offer's id where it is a page's address and no mere name within one."""
    return offer.id if offer.id and offer.id.startswith("http") and "#" not in offer.id else ""


def _image(item: Node, offers: Sequence[Node]) -> str:
    for node in (*offers, item):
        described = _first(image.text("url", "contentUrl") for image in node.nodes("image"))
        if found := node.text("image", "thumbnailUrl") or described:
            return found
    return ""


def _identifier(item: Node, offers: Sequence[Node]) -> str:
    offer_skus = {offer.text("sku") for offer in offers} - {""}
    described = _first(node.text("value") for node in item.nodes("identifier"))
    own = item.text(*_IDENTIFIERS) or described
    return own or (next(iter(offer_skus)) if len(offer_skus) == 1 else "") or item.id or ""


def _categories(node: Node) -> Iterator[str]:
    for text in node.texts("category"):
        yield from (part for part in re.split(r"\s*[>/|›»,;]\s*", text) if part and not part.startswith("http"))


def _element(item: Node, offers: Sequence[Node]) -> HtmlElement | None:
    return next((node.element for node in (item, *offers) if node.element is not None), None)


# ---------------------------------------------------------------- validity

_STARTS = ("validFrom", "availabilityStarts")
_ENDS = ("validThrough", "priceValidUntil", "availabilityEnds")


def _declared(item: Node, offers: Sequence[Node]) -> Iterator[Declared]:
    yield from _bounds(offers or (item,))
    if not any(name.endswith("Event") for name in item.types):
        return
    over = next((name for name in ("endDate", "startDate") if item.text(name)), "")
    if "SaleEvent" in item.types and item.text("startDate"):
        yield Declared("start", item.text("startDate"), f"{item.syntax}:startDate")
        over = "endDate" if item.text("endDate") else ""
    if over:
        yield Declared("end", item.text(over), f"{item.syntax}:{over}")


def _bounds(nodes: Sequence[Node]) -> Iterator[Declared]:
    for holder in (*nodes, *(s for node in nodes for s in specifications(node))):
        for name in (*_STARTS, *_ENDS):
            bound: Literal["start", "end"] = "start" if name in _STARTS else "end"
            yield from (Declared(bound, text, f"{holder.syntax}:{name}") for text in holder.texts(name))
