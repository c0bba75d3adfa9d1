"""Which of the offers of one thing hold where the source is, by the countries they name."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pipelines.offers.declared.nodes import Node

__all__ = ["sold_here"]

# Zone -> the names its country goes by in `eligibleRegion`: ISO 3166-1 codes, and English and Arabic names.
_COUNTRIES = {
    "Asia/Riyadh": "sa sau saudi\u00a0arabia ksa السعودية",
    "Asia/Dubai": "ae are united\u00a0arab\u00a0emirates uae الإمارات",
    "Asia/Qatar": "qa qat qatar قطر", "Asia/Kuwait": "kw kwt kuwait الكويت", "Asia/Bahrain": "bh bhr bahrain البحرين",
    "Asia/Muscat": "om omn oman عمان", "Africa/Cairo": "eg egy egypt مصر", "Asia/Amman": "jo jor jordan الأردن",
    "Asia/Manila": "ph phl philippines", "Asia/Colombo": "lk lka sri\u00a0lanka", "Asia/Kolkata": "in ind india",
    "Asia/Karachi": "pk pak pakistan", "Europe/London": "gb gbr uk united\u00a0kingdom",
}  # fmt: skip


def sold_here(offers: Sequence[Node], zone: ZoneInfo | None) -> tuple[Node, ...]:
    """The offers that hold in the zone's country: all of them when none does or nothing tells."""
    names = {name.replace("\u00a0", " ") for name in _COUNTRIES.get(zone.key if zone else "", "").split(" ") if name}
    here = tuple(offer for offer in offers if _holds(offer, names)) if names else ()
    return here or tuple(offers)


def _holds(offer: Node, names: set[str]) -> bool:
    where, elsewhere = _regions(offer, "eligibleRegion"), _regions(offer, "ineligibleRegion")
    return (not where or bool(where & names)) and not elsewhere & names


def _regions(offer: Node, name: str) -> set[str]:
    coded = (text for node in offer.nodes(name) for text in node.texts("addressCountry"))
    return {text.strip().casefold() for text in (*offer.texts(name), *coded)}
