"""Offers as one reader found them, before it is known which text of the page is theirs: one shape for all readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urljoin

from pipelines.offers.cards.fields import read_over
from pipelines.offers.cards.finding import Card
from pipelines.offers.declared.structured import StructuredOffer
from pipelines.offers.prices.reading import Price, find_money, read_price, read_prices
from pipelines.offers.regions import region_of
from pipelines.offers.selecting.selectors import SelectedOffer
from pipelines.records import Evidence, Page
from pipelines.urls import BadUrl, normalise_url
from pipelines.web.treepaths import Paths
from pipelines.windows.declared import Declared

__all__ = ["Candidate", "from_card", "from_selected", "from_structured", "normal_url", "regions_of"]


@dataclass(frozen=True)
class Candidate:
    """An offer as one reader found it, before it is known which text of the page is its own."""

    title: str
    description: str = ""
    url: str = ""  # normalised; empty when it has none that can be asked for
    image: str = ""
    identifier: str = ""  # sku:… or code:…
    code: str = ""
    tags: tuple[str, ...] = ()  # the site's own categories
    context: tuple[str, ...] = ()  # the page's breadcrumb trail, without the offer itself
    price: Price | None = None
    price_before: Decimal | None = None
    declared: tuple[Declared, ...] = ()
    validity: str = ""  # a text known to speak of its validity
    terms: tuple[str, ...] = ()  # lines around it that say until when it and its like hold
    guessed: bool = False  # it was found by its shape: its validity may stand elsewhere in its text
    over: bool = False  # the page itself says that it is not to be had any more
    region: str = ""
    own_page: bool = False  # the page is this offer's own
    discount: Decimal | None = None  # a percentage shown on a badge
    copies: tuple[str, ...] = ()  # regions that show the same offer again
    evidence: tuple[Evidence, ...] = ()


def from_structured(offer: StructuredOffer, page: Page, region: str) -> Candidate:
    """What schema.org data says, its URL normalised."""
    return Candidate(
        title=offer.title,
        description=offer.description,
        url=normal_url(offer.url, page),
        image=normal_url(offer.image, page),
        identifier=f"sku:{offer.identifier}" if offer.identifier and "/" not in offer.identifier else "",
        tags=offer.category,
        price=Price(offer.price, offer.currency) if offer.price is not None else None,
        price_before=offer.price_before,
        declared=offer.declared,
        over=offer.over,
        region=region,
        evidence=offer.evidence,
    )


def from_selected(offer: SelectedOffer, page: Page, fallback_title: str) -> Candidate:
    """What the source's selectors found; without a title of its own it takes the first heading of its region."""
    price, was = read_prices(offer.price, page.rules.zone)
    before = _former(offer.price_before, page) or was
    selectors = page.rules.selectors
    fields = ("title", "description", "price", "price_before", "validity", "code")
    over = read_over((offer.element,)) if offer.element is not None else None
    return Candidate(
        title=offer.title or fallback_title,
        description=offer.description,
        url=normal_url(offer.url, page),
        image=normal_url(offer.image, page),
        identifier=f"code:{offer.code}" if offer.code else "",
        code=offer.code,
        tags=offer.category,
        price=price,
        price_before=before.amount if before else None,
        validity=offer.validity,
        region=offer.region,
        over=over is not None,
        evidence=(
            *(
                Evidence(field, text, f"selector:{getattr(selectors, field)}")
                for field in fields
                if (text := getattr(offer, field))
            ),
            *([Evidence("availability", over.value, "selector:over")] if over else []),
        ),
    )


def from_card(card: Card, page: Page, base: str, paths: Paths) -> Candidate:
    """What a card found by its shape says, its addresses resolved against `base`."""
    value = {name: found.value for name, found in card.fields.items()}
    price, was = read_prices(value.get("price", ""), page.rules.zone)
    before = _former(value.get("price_before", ""), page) or was
    declared, validity = _dated(card)
    return Candidate(
        title=value["title"],
        description=value.get("description", ""),
        url=normal_url(urljoin(base, value.get("url", "")) if "url" in value else "", page),
        image=normal_url(urljoin(base, value.get("image", "")) if "image" in value else "", page),
        code=value.get("code", ""),
        tags=tuple(tag.value for tag in card.tags),
        price=price,
        price_before=before.amount if before else None,
        declared=declared,
        validity=validity,
        guessed=True,
        over=card.over is not None,
        region=region_of(card.region, paths),
        discount=Decimal(card.discount.value) if card.discount else None,
        copies=tuple(region_of(copy, paths) for copy in card.copies),
        evidence=tuple(_card_evidence(card)),
    )


def _former(text: str, page: Page) -> Price | None:
    """The amount of a text known to give a former price, whatever its words call it: «99», «Regular price SAR 99»."""
    found = read_price(text, page.rules.zone)
    money = next(iter(find_money(text, page.rules.zone)), None)
    return found or (Price(money.amount, money.currency) if money else None)


def _dated(card: Card) -> tuple[tuple[Declared, ...], str]:
    """Validity as declared ends where attributes give it, else as text: every line that speaks of it."""
    declared = tuple(
        Declared("end", found.value.replace("/", "-"), f"card:{found.attribute}")
        for found in card.timely
        if found.attribute
    )
    return declared, "\n".join(dict.fromkeys(found.value for found in card.timely if not found.attribute))


def _card_evidence(card: Card) -> Iterator[Evidence]:
    for name, found in (*card.fields.items(), ("discount_percent", card.discount), ("image_alt", card.alternative)):
        if found is not None and name != "url":
            at = f"@{found.attribute}" if found.attribute else ""
            yield Evidence(name, found.value, f"card:{name}{at}")
    if card.over is not None:
        yield Evidence("availability", card.over.value, "card:over")


def regions_of(candidate: Candidate) -> tuple[str, ...]:
    """All places of the page that show the candidate."""
    return (candidate.region, *candidate.copies)


def normal_url(url: str, page: Page) -> str:
    """The normalised address of a reference on the page; empty when it is none that can be asked for."""
    try:
        return normalise_url(url, page.url) if url else ""
    except BadUrl:
        return ""
