"""Whether a thing is to be had: schema.org's names for it, and the words shops write on their pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from pipelines.offers.prices.words import words
from pipelines.windows.datetokens import fold

__all__ = ["declared_availability", "is_over", "stated_availability"]

# schema.org's ItemAvailability, from what one would most like to hear to what one would least.
_NAMES = (
    "InStock", "InStoreOnly", "OnlineOnly", "LimitedAvailability", "PreOrder", "PreSale", "MadeToOrder", "BackOrder",
    "Reserved", "OutOfStock", "SoldOut", "Discontinued",
)  # fmt: skip
_KNOWN = {name.lower(): name for name in _NAMES} | {
    "available": "InStock", "availablefororder": "InStock", "instockonline": "InStock", "true": "InStock",
    "notsold": "InStock", "forsale": "InStock", "lowstock": "LimitedAvailability", "preorderonly": "PreOrder",
    "oos": "OutOfStock", "unavailable": "OutOfStock", "notavailable": "OutOfStock", "notinstock": "OutOfStock",
    "false": "OutOfStock", "sold": "SoldOut",
}  # fmt: skip
_OVER = frozenset({"SoldOut", "Discontinued"})
_LONGEST = 120  # characters of a text that says it: more is a sentence about something else

_ENDED = words(r"""^\W*(?:sold ?out|discontinued|no longer available|نفدت الكمية|نفذت الكمية|نفد المخزون|تم البيع
    |بيعت بالكامل
    |ausverkauft|épuisé|agotado|esaurito|esgotado|uitverkocht|wyprzedan[eyao]|vyprodáno|vypredané|распродано
    |tükendi)\b""")
_OUT = words(r"""\b(?:(?:currently |temporarily )?(?:out[ -]of[ -]stock|unavailable|not available|not in stock)
    |notify me when (?:it is )?(?:available|back)|back in stock soon
    |غير متوفر|غير متوفرة|غير متاح|غير متاحة|أعلمني عند التوفر|أخبرني عند التوفر
    |nicht (?:verfügbar|lieferbar|auf lager)|indisponible|rupture de stock|no disponible|sin stock|non disponibile
    |indisponível|sem stock|niet (?:beschikbaar|op voorraad)|niedostępny|brak w magazynie|nedostupn[éýo]|není skladem
    |nie je skladom|nedostupné|нет в наличии|немає в наявності|stokta yok|mevcut değil|nema na zalihi)""")
_IN = words(r"""\b(?:in stock|in-stock|available now|available online|ready to ship|only \d+ left|متوفر|متوفرة
    |متاح الآن|متوفر الآن
    |auf lager|sofort (?:verfügbar|lieferbar)|en stock|disponible|disponibile|disponível|em stock|op voorraad|dostępny
    |w magazynie|skladem|na sklade|skladom|на складе|в наличии|в наявності|stokta|na zalihi|na zalogi)\b""")


def declared_availability(texts: Iterable[str]) -> tuple[str, str]:
    """The best of what several offers of one thing declare, by schema.org's local name, and the text that says it.

    A thing is to be had when one of its sizes or sellers has it. What is no such name comes back as it stands.
    """
    named = [(_name(text), text) for text in texts if text.strip()]
    known = [found for found in named if found[0] in _NAMES]
    return min(known, key=lambda found: _NAMES.index(found[0]), default=named[0] if named else ("", ""))


def _name(text: str) -> str:
    local = re.split(r"[/#:]", text.strip().rstrip("/"))[-1]
    return _KNOWN.get(re.sub(r"[\W_]+", "", local).lower(), local.replace(" ", ""))


def is_over(availability: str) -> bool:
    """Whether the thing is gone for good; what is out of stock comes back."""
    return availability in _OVER


def stated_availability(text: str) -> Literal["InStock", "OutOfStock", "SoldOut"] | None:
    """What a short visible text says: «In stock», «Sold out», «غير متوفر»; None when it says nothing of it."""
    if len(text) > _LONGEST:
        return None
    plain = fold(text).text
    if _ENDED.search(plain):
        return "SoldOut"
    if _OUT.search(plain):
        return "OutOfStock"
    return "InStock" if _IN.search(plain) else None
