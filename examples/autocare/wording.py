"""How an offer says in words when it holds: the ways found on real sites, in English and Arabic."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

from examples.autocare.schedule import Span

__all__ = ["Digits", "Language", "statement"]

Language = Literal["en", "ar"]
Digits = Literal["western", "arabic-indic"]

# Names in order, as on sites of the Gulf.
_MONTHS = {
    "en": re.findall(r"\w+", "January February March April May June July August September October November December"),
    "ar": re.findall(r"\w+", "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
}
_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def statement(kind: str, span: Span, language: Language, digits: Digits = "western") -> str:
    """The sentence that states `span` in the manner `kind` (a key of the tables below).

    Arabic-Indic digits are an Arabic page's affair: English ignores `digits`. Raises KeyError for an unknown kind.
    """
    text = _MANNERS[language][kind](span)
    return text.translate(_ARABIC_INDIC) if language == "ar" and digits == "arabic-indic" else text


def _first(span: Span) -> date:
    if span.first_day is None:
        raise ValueError("this manner states a start; give the offer `starts`")
    return span.first_day


def _last(span: Span) -> date:
    if span.last_day is None:
        raise ValueError("this manner states an end; give the offer `ends`")
    return span.last_day


def _hour(span: Span) -> str:
    if span.end is None:
        raise ValueError("this manner states an hour; give the offer `ends` or `ends_minutes`")
    return f"{span.end:%H:%M}"


def _long(day: date, language: Language) -> str:
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def _short(day: date) -> str:
    return f"{day.day} {_MONTHS['en'][day.month - 1][:3]} {day.year}"


def _slashed(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _abridged(first: date, last: date, language: Language) -> str:
    """The first day without what the last one repeats: «1», «28 November» or «28 December 2026»."""
    if first.year != last.year:
        return _long(first, language)
    if first.month != last.month:
        return f"{first.day} {_MONTHS[language][first.month - 1]}"
    return str(first.day)


def _english_range(span: Span) -> str:
    first, last = _first(span), _last(span)
    return f"From {_abridged(first, last, 'en')} to {_long(last, 'en')}"


def _arabic_range(span: Span) -> str:
    first, last = _first(span), _last(span)
    return f"من {_abridged(first, last, 'ar')} إلى {_long(last, 'ar')}"


_ENGLISH: Mapping[str, Callable[[Span], str]] = {
    "until": lambda span: f"Valid until {_long(_last(span), 'en')}",
    "short": lambda span: f"Until {_short(_last(span))}",
    "range": _english_range,
    "range-full": lambda span: f"From {_long(_first(span), 'en')} to {_long(_last(span), 'en')}",
    "starts": lambda span: f"Starts on {_long(_first(span), 'en')}, valid until {_long(_last(span), 'en')}",
    "iso": lambda span: f"Offer period: {_first(span)} to {_last(span)}",
    "time": lambda span: f"Ends on {_long(_last(span), 'en')} at {_hour(span)}",
    "open": lambda span: "Until further notice",
    "daily": lambda span: "Every day, around the clock",
}
_ARABIC: Mapping[str, Callable[[Span], str]] = {
    "until": lambda span: f"ساري حتى {_long(_last(span), 'ar')}",
    "short": lambda span: f"لغاية {_slashed(_last(span))}",
    "range": _arabic_range,
    "range-full": lambda span: f"من {_long(_first(span), 'ar')} إلى {_long(_last(span), 'ar')}",
    "starts": lambda span: f"يبدأ في {_long(_first(span), 'ar')} وينتهي في {_long(_last(span), 'ar')}",
    "iso": lambda span: f"مدة العرض: من {_first(span)} إلى {_last(span)}",
    "time": lambda span: f"ينتهي يوم {_long(_last(span), 'ar')} الساعة {_hour(span)}",
    "open": lambda span: "حتى إشعار آخر",
    "daily": lambda span: "يوميًا على مدار الساعة",
}
_MANNERS: Mapping[Language, Mapping[str, Callable[[Span], str]]] = {"en": _ENGLISH, "ar": _ARABIC}
