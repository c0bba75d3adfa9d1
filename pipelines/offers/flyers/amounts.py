"""What one line of a document says about money: the price, the price before, what is saved, and where that stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from pipelines.offers.prices.currencies import currency_after, currency_before
from pipelines.offers.prices.discounts import find_savings
from pipelines.offers.prices.reading import Money, Price, find_money, read_prices
from pipelines.windows.datetokens import Folded, fold

__all__ = ["Amounts", "amounts_of"]

_LONGEST = 600  # characters: an amount that belongs to an offer stands in a line, not in a page of prose


@dataclass(frozen=True)
class Amounts:
    """What one text says about money."""

    price: Price | None = None
    before: Price | None = None
    discount: Decimal | None = None  # percent
    saving: bool = False  # something is cheaper, or comes two for one
    gift: bool = False  # «free»: a saving only where an offer is meant
    several: bool = False  # several prices that nothing tells apart
    spans: tuple[tuple[int, int], ...] = ()  # where amounts and savings stand in the folded text


_NUMBER = re.compile(r"(?<![\d.,٫٬/:-])\d+(?:[.,٫٬]\d+)*(?![\d/:])")
_FALLEN = re.compile(
    r"(?:\bfrom\b|(?<![ء-ي])من)[^\d]{0,8}(\d+(?:\.\d+)?)[^\d]{0,10}(?:\bto\b|الي)[^\d]{0,8}(\d+(?:\.\d+)?)"
)
_GIFT = re.compile(
    r"(?<![-\w])(?<!feel )(?<!toll )(?<!duty )free(?! number| of error)(?![-\w])|\bcomplimentary\b"
    r"|مجانا|مجاني\w?|مجانيه"
)
# Currencies whose short names are words or units too -> how their names are written when they are meant.
_ALSO_WORDS = {"HUF": r"HUF|\dFt", "TRY": r"TRY|₺|TL", "RON": r"RON|\d lei", "MYR": r"MYR|RM", "IDR": r"IDR|Rp"}
_LETTERS = re.compile(r"[^\W\d_]")


def amounts_of(text: str, zone: ZoneInfo | None = None) -> Amounts:
    """The price, the price before and the savings that a line names; `zone` tells apart currencies of one name."""
    if len(text) > _LONGEST:
        return Amounts()
    folded = fold(text)
    savings = find_savings(text)
    money = [found for found in find_money(text, zone) if _is_money(found, text)]
    spans = [*_money_spans(folded, zone), *_places(folded, [saving.text for saving in savings])]
    several = _are_several(money, spans, folded.text)
    price, before = (None, None) if several else _priced(text, money, zone)
    if fallen := _FALLEN.search(folded.text):
        price, before = _fallen(price, before, Decimal(fallen[1]), Decimal(fallen[2]))
    discount = max((saving.percent for saving in savings if saving.percent is not None), default=None)
    return Amounts(
        price, before, discount,
        saving=bool(savings or before) or any(found.part == "saving" for found in money),
        gift=bool(_GIFT.search(folded.text)), several=several, spans=tuple(sorted(spans)),
    )  # fmt: skip


def _is_money(found: Money, text: str) -> bool:
    """Whether an amount has a currency that is no other word here («10 ft», «try 2»), or words of price beside it."""
    if found.currency is None:
        return bool(_LETTERS.search(text))
    sign = _ALSO_WORDS.get(found.currency)
    return sign is None or bool(re.search(sign, text))


def _priced(text: str, money: Sequence[Money], zone: ZoneInfo | None) -> tuple[Price | None, Price | None]:
    """The price and the price before; a former price alone is a price before."""
    former = next((Price(found.amount, found.currency) for found in money if found.part == "before"), None)
    price, before = (
        read_prices(text, zone) if any(found.part not in ("before", "saving") for found in money) else (None, None)
    )
    if price is not None and price.amount <= 0:
        price = None
    before = before or former
    return price, before if price is None or before is None or before.amount > price.amount else None


def _fallen(
    price: Price | None, before: Price | None, first: Decimal, second: Decimal
) -> tuple[Price | None, Price | None]:
    """«From 750 to 499 SAR» is a price that fell; «from 99 to 150» a range, whose lowest is the price."""
    if price is None or price.amount != first or second >= first:
        return price, before
    return Price(second, price.currency), Price(first, price.currency)


def _are_several(money: Sequence[Money], spans: Sequence[tuple[int, int]], folded: str) -> bool:
    """Whether a text gives several prices with words between them: of several sizes, cars or quantities."""
    prices = {found.amount for found in money if found.part == "price"}
    if len(prices) < 2 or any(found.part == "before" for found in money):
        return False
    between = [folded[one[1] : other[0]] for one, other in pairwise(spans)]
    return any(_LETTERS.search(re.sub(r"\b(?:to|and|الي|و)\b", "", text)) for text in between)


def _money_spans(folded: Folded, zone: ZoneInfo | None) -> Iterator[tuple[int, int]]:
    taken = 0
    for number in _NUMBER.finditer(folded.text):
        before = currency_before(folded.text, number.start(), zone)
        after = currency_after(folded.text, number.end(), zone)
        if before and before[1] >= taken:
            taken = number.end()
            yield before[1], taken
        elif after:
            taken = after[1]
            yield number.start(), taken


def _places(folded: Folded, quotes: Sequence[str]) -> Iterator[tuple[int, int]]:
    for quote in quotes:
        wanted = fold(quote).text
        at = folded.text.find(wanted)
        if wanted and at >= 0:
            yield at, at + len(wanted)
