"""Amounts of money in a text, as exact decimals, each with the part it plays: a price, the price before, or neither.

An amount is money when a currency stands beside it, or when the text holds nothing but a number and words of price
(«only 49»). Kilometres, years, phone numbers and oil grades are none. Of money, only what is paid for the thing is
its price: not what is saved («SAR 50 off»), must be spent («on orders over SAR 200»), may be reached («up to
SAR 500»), is paid for delivery, or a part at a time («4 payments of SAR 50»). «From SAR 99» and «SAR 99 – 199» are
prices, the lowest. `price-parser` reads the digits; the names of currencies are ours: it knows few of the Gulf's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from pipelines.offers.prices.currencies import (
    currency_after,
    currency_before,
    fold_money,
    has_thousandths,
    read_currency,
)
from pipelines.offers.prices.discounts import read_discount
from pipelines.offers.prices.words import Part, follows_price_before, is_price_word, part_of, words

__all__ = [
    "Money", "Part", "Price", "find_money", "is_price", "read_currency", "read_discount", "read_price", "read_prices",
]  # fmt: skip


_LONGEST = 300  # characters of a text that are looked at: a price stands in few
_NUMBER = re.compile(
    r"(?<!\d)(?<!\d[.,٫٬'])(?:\d{1,3}(?: \d{3})+(?:[.,٫]\d{1,2})?(?![\d])|\d+(?:[.,٫٬']\d+)*)(?![\d'])", re.ASCII
)
_FORM = re.compile(r"\d+|\d+[.,]\d{1,8}|\d{1,3}(?:([ ,.'])\d{2,3})(?:\1\d{3})*(?:[.,]\d{1,3})?")
_THOUSANDTHS = re.compile(r"\d{1,3}(?:,\d{3})*\.\d{3}|\d+\.\d{3}")
_FROM_TO = words(r"\b(?:from|من)\b.*\d.*\b(?:to|إلى)\b.*\d")
_RANGE = words(r"\s?(?:-|–|—|~|\bto\b|الى)\s?")
_OF_DATE = re.compile(
    r"(?:st|nd|rd|th)?[\s/.-]{0,2}(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d{1,2}[/.-])|\s?[%٪]"
)
_PER = words(r"^\W*(?:(?:per|/|لكل|كل|لل)\s?\w+|شهريا|monthly)")
_PERCENT_AFTER = re.compile(r"\s?[%٪]")
_PERCENT_BEFORE = re.compile(r"[%٪]\s?$")
_BARE = 60  # characters of a text that may be a price without a currency
_FREE = words(
    r"""[\s:!.*-]*(?:(?:price|cost|السعر|سعر)[\s:]*)?(?:free|for free|free of charge|complimentary|gratis|مجاني|مجانا
    |مجانية|بالمجان)[\s!.*]*"""
)


@dataclass(frozen=True)
class Price:
    """An amount, and its currency when the text names one."""

    amount: Decimal
    currency: str | None  # ISO 4217


@dataclass(frozen=True)
class Money:
    """One amount of money in a text and the part it plays there."""

    amount: Decimal
    currency: str | None
    part: Part


def read_price(text: str, zone: ZoneInfo | None = None) -> Price | None:
    """What a text says is to be paid, or None when it says nothing of the kind; «Free» is zero.

    `zone` says what a name shared by several currencies («ريال», «Rs», «$») means where the source is.
    """
    return read_prices(text, zone)[0]


def read_prices(text: str, zone: ZoneInfo | None = None) -> tuple[Price | None, Price | None]:
    """The price and the price before in one text: «SAR 189 instead of SAR 249», «was 249, now 189».

    Two prices side by side with no word between are the old and the new, whichever stands first; «from 249 to 189»
    is no range but a fall.
    """
    plain = _plain(text)
    if _FREE.fullmatch(plain):
        return Price(Decimal(0), None), None
    found = find_money(text, zone)
    prices = [money for money in found if money.part == "price"] or [m for m in found if m.part in ("monthly", "unit")]
    before = next((money for money in found if money.part == "before"), None)
    if not prices:
        return None, None
    price = prices[0]
    if before is None and len(prices) > 1 and len(found) == 2 and _side_by_side(plain, zone):
        before, price = sorted(prices[:2], key=lambda money: -money.amount)
    elif before is None and len(prices) == len(found) == 2 and prices[1].amount < prices[0].amount and _falls(plain):
        before, price = prices
    currency = price.currency or (before.currency if before else None)
    return Price(price.amount, currency), Price(before.amount, before.currency or currency) if before else None


def find_money(text: str, zone: ZoneInfo | None = None) -> tuple[Money, ...]:
    """Every amount of money in the first 300 characters of a text, in order, with the part it plays."""
    plain = _plain(text)
    if not re.search(r"\d", plain):
        return ()
    amounts = list(_amounts(plain, zone))
    if not any(amount.named for amount in amounts):
        amounts = amounts if _is_bare(plain, amounts) else []
    else:
        amounts = [shared for at in range(len(amounts)) if (shared := _named(plain, amounts, at))]
    ends = [0, *(amount.end for amount in amounts)]
    return tuple(
        Money(amount.value, amount.currency, part_of(plain[end : amount.start], plain[amount.end :], plain))
        for amount, end in zip(amounts, ends, strict=False)
    )


@lru_cache(maxsize=4096)
def is_price(text: str) -> bool:
    """Whether a short text is one price and no more: «SAR 99», «from 99 SR per visit», «بدلا من 150 ر.س», «142.88»."""
    plain = _plain(text)
    if len(text) > _BARE or not re.search(r"\d", plain) or _is_phone(plain):
        return False
    amounts = list(_amounts(plain, None))
    if len(amounts) != 1:
        return False
    rest = f"{plain[: amounts[0].start]} {_PER.sub(' ', plain[amounts[0].end :])}"
    return all(is_price_word(word) or read_currency(word) for word in re.findall(r"[^\W_]+(?:\.[^\W_]+)*|[%٪]", rest))


def _plain(text: str) -> str:
    return fold_money(text[:_LONGEST]).replace("\n", " ; ")


# ---------------------------------------------------------------- amounts


@dataclass(frozen=True)
class _Amount:
    """A number of a folded text that may be money; `start` and `end` hold the currency's name."""

    value: Decimal
    currency: str | None
    start: int
    end: int
    named: bool  # a currency stands beside it


def _amounts(text: str, zone: ZoneInfo | None) -> Iterator[_Amount]:
    taken = 0  # where the last name of a currency ended: one name serves one number
    numbers = list(_NUMBER.finditer(text))
    for at, number in enumerate(numbers):
        following = numbers[at + 1] if at + 1 < len(numbers) else None
        before = currency_before(text, number.start(), zone)
        before = before if before and before[1] >= taken else None
        after = currency_after(text, number.end(), zone) if before is None else None
        if after and following and _belongs_to_next(text, number, following, after[1], zone):
            after = None
        if _PERCENT_AFTER.match(text, number.end()) or _PERCENT_BEFORE.search(text[: number.start()]):
            continue
        named = before or after
        start, end = (before[1] if before else number.start()), (after[1] if after else number.end())
        value = _value(number[0], named[0] if named else None, zone)
        if value is not None and _stands_alone(text, start, number, named is not None):
            taken = end
            yield _Amount(value, named[0] if named else None, start, end, named is not None)


def _belongs_to_next(
    text: str, number: re.Match[str], following: re.Match[str], end: int, zone: ZoneInfo | None
) -> bool:
    """Whether a name between two numbers is that of the second: «2024 SAR 199», but not «199 SAR 249 SAR»."""
    if text[end : following.start()].strip(" :.") or currency_after(text, following.end(), zone):
        return False
    name = text[number.end() : end].strip()
    dated = re.fullmatch(r"(?:19|20)\d\d", following[0]) or _OF_DATE.match(text, following.end())
    return not dated and not re.search(r"[\u0600-\u06ff]", name)


def _value(number: str, currency: str | None, zone: ZoneInfo | None) -> Decimal | None:
    plain = number.replace("٬", "").replace("'", "")
    if "٫" in plain:
        plain = plain.replace(",", "").replace("٫", ".")
        return Decimal(plain) if re.fullmatch(r"\d+\.\d+", plain) else None
    if not _FORM.fullmatch(plain) or re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{2,4}", plain):
        return None
    if has_thousandths(currency, zone) and _THOUSANDTHS.fullmatch(plain):
        return Decimal(plain.replace(",", ""))
    from price_parser.parser import parse_number  # 40 ms: only pages with prices pay for it

    found = parse_number(plain)
    return Decimal(found) if found is not None else None


def _stands_alone(text: str, start: int, number: re.Match[str], named: bool) -> bool:
    """Not the tail of a word, a date or a grade («5w-30», «x5»), nor below zero."""
    before = text[max(0, start - 3) : start]
    if re.search(r"[^\W\d_]$|[^\s]-$|[\d][/:.]$|#$", before) and not (named and start < number.start()):
        return bool(re.search(r"\d ?[-–]$", before)) and named
    return not re.search(r"(?:^|\s)-$", before)


def _named(text: str, amounts: Sequence[_Amount], at: int) -> _Amount | None:
    """The amount, with its neighbour's currency when it is the other end of a range or the price before; else None."""
    amount = amounts[at]
    if amount.named:
        return amount
    for one, other in pairwise(amounts[max(0, at - 1) : at + 2]):
        neighbour = one if amount is other else other
        between = text[one.end : other.start]
        near = between if amount is other else text[max(0, one.start - 30) : one.start]
        if neighbour.named and (_RANGE.fullmatch(between) or (len(between) < 30 and follows_price_before(near))):
            return replace(amount, currency=neighbour.currency)
    return None


def _is_bare(text: str, amounts: Sequence[_Amount]) -> bool:
    """Whether a text without any currency is a price all the same: nothing in it but numbers and words of price."""
    if len(text) > _BARE or not amounts or len(amounts) > 2:
        return False
    rest = re.sub(r"[\d.,٫٬':;+*!()/|–—-]+", " ", text)
    return not _is_phone(text) and all(is_price_word(word) for word in rest.split())


def _is_phone(text: str) -> bool:
    return bool(re.search(r"(?:^|\D)(?:\+|0)\d{6,}|\d{1,2}[:/]\d{1,2}", text))


def _side_by_side(text: str, zone: ZoneInfo | None) -> bool:
    """Whether nothing stands between the two amounts of a text but their currencies' names and spaces."""
    amounts = list(_amounts(text, zone))
    return len(amounts) == 2 and not text[amounts[0].end : amounts[1].start].strip(" ;")


def _falls(text: str) -> bool:
    """Whether a price goes from one amount to the other."""
    return bool(_FROM_TO.search(text))
