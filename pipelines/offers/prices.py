"""Prices and discounts as exact decimals, with currencies by the names people use, English and Arabic.

`price-parser` splits amount and currency; the names of currencies are ours, because it knows few of the Gulf's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipelines.windows.datetokens import fold

__all__ = ["Price", "read_currency", "read_discount", "read_price", "read_prices"]

# ISO 4217 -> names and signs. Longer names are tried first, so «ريال قطري» is not taken for «ريال».
_NAMES: dict[str, str] = {
    "SAR": "sar|s.r|sr|saudi riyal|saudi riyals|riyal|riyals|ر.س|رس|ر س|ريال سعودي|ريال|ريالا|﷼|⃁",
    "AED": "aed|dhs|dh|dirham|dirhams|د.إ|درهم إماراتي|درهم|درهما",
    "QAR": "qar|q.r|qr|ر.ق|ريال قطري", "OMR": "omr|r.o|ر.ع|ريال عماني", "YER": "yer|ر.ي|ريال يمني",
    "KWD": "kwd|kd|k.d|د.ك|دينار كويتي", "BHD": "bhd|bd|b.d|د.ب|دينار بحريني", "JOD": "jod|jd|د.ا|دينار أردني",
    "EGP": "egp|le|l.e|ج.م|جنيه مصري|جنيه|جنيها|e£", "MAD": "mad|د.م|درهم مغربي", "IQD": "iqd|د.ع|دينار عراقي",
    "USD": "usd|us$|$|us dollar|us dollars|dollar|dollars|دولار", "EUR": "eur|€|euro|euros|يورو",
    "GBP": "gbp|£|pound sterling|جنيه إسترليني", "PHP": "php|₱|peso|pesos", "INR": "inr|₹", "LKR": "lkr|රු",
    "PKR": "pkr", "TRY": "try|₺|tl", "JPY": "jpy|¥|円", "CNY": "cny|rmb", "KRW": "krw|₩", "RUB": "rub|₽|руб|р.",
    "UAH": "uah|₴|грн", "PLN": "pln|zł", "CZK": "czk|kč", "SEK": "sek", "NOK": "nok", "DKK": "dkk", "CHF": "chf",
    "CAD": "cad|c$|ca$", "AUD": "aud|a$|au$", "NZD": "nzd|nz$", "SGD": "sgd|s$", "HKD": "hkd|hk$", "MYR": "myr|rm",
    "IDR": "idr|rp", "THB": "thb|฿", "VND": "vnd|₫", "BRL": "brl|r$", "MXN": "mxn|mx$", "ZAR": "zar", "ILS": "ils|₪",
    "HUF": "huf|ft", "RON": "ron|lei", "BGN": "bgn|лв",
}  # fmt: skip
# Names that several currencies share, and who means what by them where the source is.
_LOCAL: dict[str, dict[str, str]] = {
    "rs": {"Asia/Colombo": "LKR", "Asia/Kolkata": "INR", "Asia/Karachi": "PKR"},
    "riyal": {"Asia/Qatar": "QAR", "Asia/Muscat": "OMR", "Asia/Aden": "YER"},
    "ريال": {"Asia/Qatar": "QAR", "Asia/Muscat": "OMR", "Asia/Aden": "YER"},
    "درهم": {"Africa/Casablanca": "MAD"},
    "دينار": {"Asia/Kuwait": "KWD", "Asia/Bahrain": "BHD", "Asia/Amman": "JOD", "Asia/Baghdad": "IQD"},
    "$": {"America/Toronto": "CAD", "Australia/Sydney": "AUD", "Asia/Singapore": "SGD", "America/Mexico_City": "MXN"},
}
_OF_THOUSAND = frozenset({"KWD", "BHD", "OMR", "JOD", "IQD"})  # «12.500 د.ك» is twelve and a half
_THOUSANDTHS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})*\.\d{3}(?!\d)")
_AMOUNT = re.compile(r"\d")
_PERCENT = re.compile(
    r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s?[%٪](?:\s?(?:off|discount|savings?|less|cashback|خصم|تخفيض|توفير))?"
)
_PERCENT_WORDS = re.compile(r"(?:off|discount|sav|less|cash\s?back|خصم|تخفيض|توفير|وفر)")
_BEFORE = re.compile(
    r"(?:instead of|was|before|regular(?:ly)? price|old price|rrp|بدلا من|بدل من|بدل|كان|قبل الخصم)[\s:]*"
    r"((?:[^\d\s]{1,6}\s?){0,2}\d[\d,]*(?:\.\d+)?)"
)
_BOTH_DIGITS = str.maketrans({"٫": ".", "٬": ","})


@dataclass(frozen=True)
class Price:
    """An amount, and its currency when the text names one."""

    amount: Decimal
    currency: str | None  # ISO 4217


def read_price(text: str, zone: ZoneInfo | None = None) -> Price | None:
    """The first price in a text, or None when it holds no amount.

    `zone` says what a name shared by several currencies («ريال», «Rs», «$») means where the source is.
    """
    plain = fold(text[:300]).text.translate(_BOTH_DIGITS)
    if not _AMOUNT.search(plain):
        return None
    from price_parser import Price as Parsed  # 40 ms: only pages with prices pay for it

    parsed = Parsed.fromstring(plain)
    if parsed.amount is None or parsed.amount < 0:
        return None
    currency = read_currency(plain, zone)
    thousandths = _THOUSANDTHS.search(plain) if currency in _OF_THOUSAND else None
    amount = Decimal(thousandths[0].replace(",", "")) if thousandths else parsed.amount
    return Price(amount, currency)


def read_prices(text: str, zone: ZoneInfo | None = None) -> tuple[Price | None, Price | None]:
    """The price and the price before in one text: «SAR 189 instead of SAR 249», «was 249, now 189»."""
    plain = fold(text[:300]).text.translate(_BOTH_DIGITS)
    found = _BEFORE.search(plain)
    if not found:
        return read_price(plain, zone), None
    before, price = read_price(found[1], zone), read_price(plain[: found.start()] + plain[found.end() :], zone)
    if before and price and before.currency is None:
        before = Price(before.amount, price.currency)
    return price, before if price else None


def read_currency(text: str, zone: ZoneInfo | None = None) -> str | None:
    """The ISO 4217 code of the first currency a text names, or None."""
    found = _pattern().search(fold(text[:300]).text)
    if not found:
        return None
    name = found[0]
    local = _LOCAL.get(name, {}).get(zone.key if zone else "")
    return local or _codes().get(name)


def read_discount(text: str) -> Decimal | None:
    """The largest percentage a text gives off («50% off», «خصم ٥٠٪»), or None when it names none."""
    plain = fold(text[:2000]).text.translate(_BOTH_DIGITS)
    if not _PERCENT_WORDS.search(plain):
        return None
    found = [Decimal(match[1]) for match in _PERCENT.finditer(plain) if _speaks_of_saving(plain, match)]
    return max((value for value in found if 0 < value <= 100), default=None)


def _speaks_of_saving(text: str, match: re.Match[str]) -> bool:
    return bool(_PERCENT_WORDS.search(text[max(0, match.start() - 25) : match.end() + 25]))


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {fold(name).text: code for code, names in reversed(_NAMES.items()) for name in names.split("|")}


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = sorted({*_codes(), *_LOCAL}, key=lambda name: (-len(name), name))
    return re.compile("|".join(_bounded(name) for name in names))


def _bounded(name: str) -> str:
    """The name as a whole word; a digit may touch it («SAR99»), a letter may not."""
    before = r"(?<![^\W\d_])" if name[0].isalpha() else ""
    after = r"(?![^\W\d_])" if name[-1].isalpha() else ""
    return before + re.escape(name) + after
