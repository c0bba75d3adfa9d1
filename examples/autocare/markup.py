"""The structured data of an offer: JSON-LD in its several habits, and the values of microdata.

Terms as in https://schema.org/Offer and https://schema.org/Product.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from examples.autocare.offers import Offer, Words
from examples.autocare.schedule import Span

__all__ = ["declared_end", "declared_start", "json_ld"]


def json_ld(offer: Offer, words: Words, opened: datetime, url: str, image: str, seller: str) -> str | None:
    """The offer's JSON-LD as text that may stand inside a script element; None: this offer carries none."""
    if not offer.markup.startswith("jsonld"):
        return None
    data = {"@context": "https://schema.org", **_node(offer, words, offer.span(opened), url, image, seller)}
    return json.dumps(data, ensure_ascii=False, indent=1).replace("</", "<\\/")


def declared_start(offer: Offer, span: Span) -> str | None:
    """The start as the offer's markup writes it; None: not stated."""
    return None if span.start is None else _written(offer, span, span.start)


def declared_end(offer: Offer, span: Span) -> str | None:
    """The end as the offer's markup writes it; None: not stated. The end of a day is its last second."""
    if span.end is None:
        return None
    return _written(offer, span, span.end if span.timed else span.end - timedelta(seconds=1))


def _written(offer: Offer, span: Span, moment: datetime) -> str:
    if offer.markup in {"jsonld-date", "jsonld-price-valid-until"}:
        return moment.date().isoformat()
    if offer.markup == "jsonld-local":
        return moment.replace(tzinfo=None).isoformat()
    if offer.markup == "microdata" and not span.timed:
        return moment.date().isoformat()
    return moment.isoformat()


def _node(offer: Offer, words: Words, span: Span, url: str, image: str, seller: str) -> dict[str, Any]:
    terms = _terms(offer, span)
    if offer.markup == "jsonld-price-valid-until":
        product = {"@type": "Product", "name": words.title, "description": words.summary, "image": image}
        return {**product, "url": url, "offers": {"@type": "Offer", "url": url, **terms}}
    service = {"@type": "Service", "name": words.title, "provider": {"@type": "AutoRepair", "name": seller}}
    about = {"name": words.title, "description": words.summary, "url": url, "image": image}
    return {"@type": "Offer", **about, **terms, "itemOffered": service}


def _terms(offer: Offer, span: Span) -> dict[str, Any]:
    first, last = _NAMES.get(offer.markup, ("validFrom", "validThrough"))
    terms = {
        "price": offer.price and f"{offer.price:.2f}",
        "priceCurrency": offer.price and "SAR",
        first: declared_start(offer, span),
        last: declared_end(offer, span),
    }
    return {name: value for name, value in terms.items() if value is not None}


_NAMES = {
    "jsonld-price-valid-until": ("validFrom", "priceValidUntil"),
    "jsonld-availability": ("availabilityStarts", "availabilityEnds"),
}
