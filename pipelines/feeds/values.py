"""The values of an item, each by its type: money as exact decimals, percentages, languages, addresses."""

from __future__ import annotations

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.offers.prices.reading import Price, read_currency, read_discount, read_price
from pipelines.records import FreshetError
from pipelines.urls import BadUrl, normalise_url
from pipelines.windows.datetokens import fold

__all__ = ["BadValue", "read_address", "read_amount", "read_code_of_currency", "read_language", "read_percent"]

_LONGEST = 60  # characters of a price; more is a sentence, in which any number may be meant
_PLAIN = re.compile(r"\+?\d+(?:\.\d+)?")
_NEGATIVE = re.compile(r"(?<![\d\w])[-−–]\s?\d")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?[%٪]?")
_NONE = frozenset({"", "-", "–", "—", "n/a", "na", "none", "null", "nil", "لا يوجد"})


class BadValue(FreshetError):
    """A field of an item holds what it cannot mean; the message names both."""

    def __init__(self, field: str, value: str, why: str) -> None:
        super().__init__(f"{field}: «{value[:100]}» {why}")
        self.field = field


def is_none(text: str) -> bool:
    """Whether a text is one of the ways to write that there is nothing."""
    return text.strip().casefold() in _NONE


def read_amount(field: str, text: str, currency: str | None, zone: ZoneInfo) -> Price | None:
    """The price in a field, its own currency before `currency` (ISO 4217); None when it says that there is none.

    Raises BadValue when the text is no price.
    """
    if is_none(text):
        return None
    if _PLAIN.fullmatch(text.strip()):
        return Price(_plain(Decimal(text.strip())), currency)
    named = text if read_currency(text, zone) or not currency else f"{text} {currency}"
    found = read_price(named, zone) if len(text) <= _LONGEST and not _NEGATIVE.search(text) else None
    if found is None:
        raise BadValue(field, text, "is no price")
    return Price(_plain(found.amount), found.currency or currency)


def _plain(amount: Decimal) -> Decimal:
    """The amount without zeros at its end: «99.00» and «99» are one price."""
    return Decimal(f"{amount.normalize():f}")


def read_code_of_currency(text: str, zone: ZoneInfo) -> str | None:
    """The ISO 4217 code that a field names, None when it names none. Raises BadValue for what is no currency."""
    if is_none(text):
        return None
    code = read_currency(text, zone)
    if code is None and re.fullmatch(r"[A-Za-z]{3}", text.strip()):
        code = text.strip().upper()
    if code is None:
        raise BadValue("currency", text, "is no currency; write its ISO 4217 code")
    return code


def read_percent(text: str) -> Decimal | None:
    """The percentage a field gives, None when it says that there is none. Raises BadValue for anything but 0 to 100."""
    if is_none(text):
        return None
    written = _PERCENT.fullmatch(fold(text).text.strip().replace("٫", "."))
    found = Decimal(written[1]) if written else read_discount(text[:200])
    if found is None or found > 100:
        raise BadValue("discount_percent", text, "is no percentage")
    return _plain(found)


def read_language(text: str) -> str | None:
    """The primary tag of a language tag, None for anything else."""
    tag = re.split(r"[-_]", text.strip().lower())[0]
    return tag if re.fullmatch(r"[a-z]{2,3}", tag) else None


def read_address(text: str, base: str) -> str | None:
    """The normalised web address, relative ones resolved against `base`; None for what is none."""
    try:
        return normalise_url(text, base if base.startswith(("http:", "https:")) else None)
    except BadUrl:
        return None
