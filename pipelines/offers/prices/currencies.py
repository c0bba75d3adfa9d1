"""Which currency a text names, by the names and signs people use for it, English and Arabic, as an ISO 4217 code."""

from __future__ import annotations

import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipelines.windows.datetokens import fold

__all__ = ["currency_after", "currency_before", "fold_money", "has_thousandths", "read_currency"]

# ISO 4217 -> names and signs. A name stands under the currency that is meant where nothing else says which.
_NAMES: dict[str, str] = {
    "SAR": "sar|s.r|sr|saudi riyal|saudi riyals|riyal|riyals|ر.س|رس|ر س|ريال سعودي|ريال|ريالا|ريالات|﷼|\u20c1",
    "AED": "aed|dhs|dh|dirham|dirhams|درهم إماراتي|درهم|درهما|دراهم",
    "QAR": "qar|q.r|qr|qatari riyal|qatari riyals|ر.ق|ريال قطري", "YER": "yer|ر.ي|ريال يمني",
    "OMR": "omr|r.o|omani rial|omani rials|rial|rials|ر.ع|ر.ع.|ريال عماني",
    "KWD": "kwd|kd|k.d|kuwaiti dinar|kuwaiti dinars|د.ك|دينار كويتي", "IQD": "iqd|د.ع|دينار عراقي",
    "BHD": "bhd|bd|b.d|bahraini dinar|bahraini dinars|د.ب|دينار بحريني", "LYD": "lyd|د.ل|دينار ليبي",
    "JOD": "jod|jd|jds|jordanian dinar|jordanian dinars|دينار أردني", "TND": "tnd|د.ت|دينار تونسي",
    "EGP": "egp|le|l.e|egyptian pound|egyptian pounds|ج.م|جنيه مصري|جنيه|جنيها|e£", "SDG": "sdg|جنيه سوداني",
    "MAD": "mad|د.م|درهم مغربي", "DZD": "dzd|د.ج|دينار جزائري", "LBP": "lbp|ل.ل|ليرة لبنانية",
    "SYP": "syp|ل.س|ليرة سورية", "IRR": "irr|تومان", "ILS": "ils|₪|شيكل",
    "USD": "usd|us$|$|us dollar|us dollars|dollar|dollars|دولار|دولار أمريكي|دولارا", "EUR": "eur|€|euro|euros|يورو",
    "GBP": "gbp|£|pound sterling|pounds sterling|جنيه إسترليني", "PHP": "php|₱|peso|pesos", "LKR": "lkr|රු|slr",
    "INR": "inr|₹|rupees|روبية هندية", "PKR": "pkr|روبية باكستانية", "BDT": "bdt|৳|tk", "NPR": "npr",
    "TRY": "try|₺|tl|ليرة تركية", "JPY": "jpy|¥|円", "CNY": "cny|rmb", "KRW": "krw|₩|원", "TWD": "twd|nt$",
    "RUB": "rub|₽|руб|р", "UAH": "uah|₴|грн", "KZT": "kzt|₸|тг", "BYN": "byn|б.р|бел.руб", "GEL": "gel|₾",
    "PLN": "pln|zł", "CZK": "czk|kč", "SEK": "sek", "NOK": "nok", "DKK": "dkk", "CHF": "chf", "HRK": "hrk|kn",
    "HUF": "huf|ft", "RON": "ron|lei", "BGN": "bgn|лв", "CAD": "cad|c$|ca$", "AUD": "aud|a$|au$",
    "NZD": "nzd|nz$", "SGD": "sgd|s$", "HKD": "hkd|hk$", "MYR": "myr|rm", "IDR": "idr|rp", "THB": "thb|฿|บาท",
    "VND": "vnd|₫", "BRL": "brl|r$", "MXN": "mxn|mx$", "ARS": "ars", "CLP": "clp", "COP": "cop", "ZAR": "zar",
    "NGN": "ngn|₦", "KES": "kes|ksh|kshs", "GHS": "ghs|gh₵",
}  # fmt: skip
# Names that several currencies share, and who means what by them where the source is.
_RIYALS = {"Asia/Qatar": "QAR", "Asia/Muscat": "OMR", "Asia/Aden": "YER", "Asia/Tehran": "IRR"}
_DINARS = {
    "Asia/Kuwait": "KWD", "Asia/Bahrain": "BHD", "Asia/Amman": "JOD", "Asia/Baghdad": "IQD", "Africa/Tunis": "TND",
    "Africa/Tripoli": "LYD", "Africa/Algiers": "DZD",
}  # fmt: skip
_RUPEES = {"Asia/Colombo": "LKR", "Asia/Kolkata": "INR", "Asia/Karachi": "PKR", "Asia/Kathmandu": "NPR"}
_DOLLARS = {
    "America/Toronto": "CAD", "America/Vancouver": "CAD", "Australia/Sydney": "AUD", "Australia/Melbourne": "AUD",
    "Asia/Singapore": "SGD", "Asia/Hong_Kong": "HKD", "Pacific/Auckland": "NZD", "America/Mexico_City": "MXN",
    "America/Santiago": "CLP", "America/Argentina/Buenos_Aires": "ARS", "America/Bogota": "COP", "Asia/Taipei": "TWD",
}  # fmt: skip
_DIRHAMS = {"Africa/Casablanca": "MAD"}
_POUNDS = {"Africa/Khartoum": "SDG"}
_LOCAL: dict[str, dict[str, str]] = {
    **dict.fromkeys(("riyal", "riyals", "rial", "rials", "ريال", "ريالا", "ريالات"), _RIYALS),
    **dict.fromkeys(("دينار", "دنانير", "دينارا", "dinar", "dinars"), _DINARS),
    **dict.fromkeys(("rs", "rupees", "روبيه"), _RUPEES),
    **dict.fromkeys(("درهم", "دراهم", "dh", "dhs", "dirham", "dirhams"), _DIRHAMS),
    **dict.fromkeys(("جنيه", "جنيها"), _POUNDS),
    **dict.fromkeys(("$", "dollar", "dollars"), _DOLLARS),
    "£": {"Africa/Cairo": "EGP"}, "bd": {"Asia/Dhaka": "BDT"},
    "ليره": {"Europe/Istanbul": "TRY", "Asia/Beirut": "LBP", "Asia/Damascus": "SYP"},
    "peso": {"America/Mexico_City": "MXN"}, "¥": {"Asia/Shanghai": "CNY"}, "د.ا": {"Asia/Amman": "JOD"},
}  # fmt: skip
_OF_THOUSAND = frozenset({"KWD", "BHD", "OMR", "JOD", "IQD", "TND", "LYD"})  # «12.500 د.ك» is twelve and a half
# Folding makes one letter of إ and أ, which tell the dirham from the Jordanian dinar.
_HAMZA = ((re.compile(r"د\s?\.\s?إ\.?"), " aed "), (re.compile(r"د\s?\.\s?أ\.?"), " jod "))
_GAP = " :\u00a0\u200f\u200e"
_WORD = re.compile(r"[^\W\d_]")


def fold_money(text: str) -> str:
    """The text with digits, letters and separators made one, so that `currency_before` and `_after` find names."""
    for mark, name in _HAMZA:
        text = mark.sub(name, text)
    return fold(text).text


def read_currency(text: str, zone: ZoneInfo | None = None) -> str | None:
    """The ISO 4217 code of the first currency a text names, or None.

    Beside a number any name counts; away from one only what is no word of another meaning («le», «try»).
    """
    plain = fold_money(text[:300])
    whole = plain.strip(" .:()")
    if whole in _codes() or whole in _LOCAL:
        return _code(whole, zone)
    for number in re.finditer(r"\d[\d.,' ]*", plain):
        found = currency_before(plain, number.start(), zone) or currency_after(plain, number.end(), zone)
        if found:
            return found[0]
    if re.search(r"\d", plain):
        return None
    found_name = _pattern().search(plain)
    return _code(found_name[0], zone) if found_name else None


def has_thousandths(currency: str | None, zone: ZoneInfo | None) -> bool:
    """Whether amounts have three decimals: by the currency, or by where the source is when none is named."""
    return currency in _OF_THOUSAND or (currency is None and zone is not None and _DINARS.get(zone.key) in _OF_THOUSAND)


def currency_before(text: str, at: int, zone: ZoneInfo | None) -> tuple[str | None, int] | None:
    """The currency named right before position `at` of a folded text, and where its name starts."""
    end = at
    while end > 0 and at - end < 3 and text[end - 1] in _GAP:
        end -= 1
    for stop in (end, end - 1) if end > 0 and text[end - 1] == "." else (end,):
        for start in range(max(0, stop - _longest()), stop):
            if _is_name(text[start:stop]) and not (start and _joins(text[start - 1], text[start])):
                return _code(text[start:stop], zone), start
    return None


def currency_after(text: str, at: int, zone: ZoneInfo | None) -> tuple[str | None, int] | None:
    """The currency named right after position `at` of a folded text, and where its name ends; «99.- CHF» too."""
    start = re.compile(r"(?:[.,]?[-–]{1,2}|/-)?\s{0,2}").match(text, at).end()  # type: ignore[union-attr]  # may be empty
    for end in range(min(len(text), start + _longest()), start, -1):
        if _is_name(text[start:end]) and not (end < len(text) and _joins(text[end - 1], text[end])):
            return _code(text[start:end], zone), end
    return None


def _is_name(name: str) -> bool:
    return name in _codes() or name in _LOCAL


def _joins(one: str, other: str) -> bool:
    return bool(_WORD.match(one) and _WORD.match(other))


def _code(name: str, zone: ZoneInfo | None) -> str | None:
    return _LOCAL.get(name, {}).get(zone.key if zone else "") or _codes().get(name)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    found = {fold(name).text: code for code, names in reversed(_NAMES.items()) for name in names.split("|")}
    return {**found, "د.ا": "AED"}


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, (*_codes(), *_LOCAL)))


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """Names that mean money wherever they stand: signs, and words of three letters and more but the common «try»."""
    names = [name for name in _codes() if not (name.isascii() and name.isalpha() and len(name) < 3)]
    words = sorted(
        {*names, *_LOCAL} - {"try", "mad", "cop", "gel", "all", "ron", "lei", "rs"}, key=lambda n: (-len(n), n)
    )
    return re.compile(
        "|".join(rf"(?<![^\W\d_]){re.escape(n)}(?![^\W\d_])" if n[0].isalpha() else re.escape(n) for n in words)
    )
