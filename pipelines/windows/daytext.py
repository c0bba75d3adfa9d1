"""One day as a text writes it: read from tokens, with its weekday, its time of day and its other calendar.

Each reader takes the tokens and a position and gives back what stands there and the position after it, or None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

from pipelines.windows.dates import CalendarDay, Moment, read_iso
from pipelines.windows.datetokens import Token
from pipelines.windows.daytimes import read_time
from pipelines.windows.positions import Tokens, at_token, skip_comma, skip_words

__all__ = [
    "DayText",
    "Order",
    "is_dated",
    "orders_of",
    "read_bare_day",
    "read_day",
    "read_pair",
]

Order: TypeAlias = Literal["DMY", "MDY", "YMD"]

_JOINTS = ("to", "until", "dash")
_OF_MONTH = ("من",)  # as a word of its own it is «from»


@dataclass(frozen=True)
class DayText:
    """A day where it stands in a text; what the text leaves out is None."""

    day: CalendarDay
    moment: Moment | None = None
    weekday: int | None = None  # 0 Monday .. 6 Sunday, when named beside the day
    also: CalendarDay | None = None  # the same day in another calendar, as the text claims
    month_first: bool = False  # written «July 1»: a bare number after it may be a day of July
    relative: bool = False  # reckoned from the observation: «Sunday», «tomorrow»


def orders_of(tokens: Tokens) -> tuple[Order, ...]:
    """The orders of day and month under which every numeric date among the tokens exists; () when it makes no odds."""
    numeric = [token for token in tokens if token.kind in ("numeric", "pair")]
    if all(_numeric(token, "DMY") == _numeric(token, "MDY") for token in numeric):
        return ()
    orders: tuple[Order, ...] = ("DMY", "MDY")
    return tuple(order for order in orders if all(_exists(token, order) for token in numeric))


def _exists(token: Token, order: Order) -> bool:
    day = _numeric(token, order)
    year = day.year if day.year is not None else 2024  # a leap year: 29/02 without a year exists
    return replace(day, year=year).dates() is not None


def read_day(tokens: Tokens, at: int, order: Order) -> tuple[DayText, int] | None:
    """The day at this position, with the weekday and time around it."""
    at, weekday = _weekday(tokens, at)
    at, moment = _time_before(tokens, at, order)
    if weekday is None:
        at, weekday = _weekday(tokens, at)
    found = _date(tokens, at, order)
    if not found:
        return None
    day, at = found
    at, also = _also(tokens, at, order)
    if moment is None and day.moment is None:
        at, moment = _time_after(tokens, at)
    if moment is None and weekday is None and also is None:
        return day, at
    return replace(day, moment=day.moment or moment, weekday=weekday, also=also), at


def read_bare_day(tokens: Tokens, at: int) -> tuple[DayText, int] | None:
    """A number that may be a day of a month named elsewhere, with a year when one follows («8, 2026»)."""
    at, weekday = _weekday_any(tokens, at)
    token = at_token(tokens, at)
    if token.kind != "num" or not 1 <= token.value <= 31 or len(token.text.rstrip("stndrh")) > 2:
        return None
    year, after = _year(tokens, at + 1)
    if at_token(tokens, at + 1).kind == "dash" and at_token(tokens, after).kind == "month":
        year, after = None, at + 1  # «1-31 March»: the second number is a day, no year
    return DayText(CalendarDay(token.value, None, year), weekday=weekday), after


def read_pair(tokens: Tokens, at: int, order: Order) -> tuple[DayText, int] | None:
    """A day and a month with nothing but a slash («until 31/3»); only a cue before it tells it from a fraction."""
    token = at_token(tokens, at)
    return (DayText(_numeric(token, order)), at + 1) if token.kind == "pair" else None


def is_dated(tokens: Tokens, at: int) -> bool:
    """Whether a date follows here that says itself which day is meant: «Friday 5 June»."""
    between = ("filler", "on", "of", "also")
    while at_token(tokens, at).kind in between or at_token(tokens, at).text in (",", "،", "(", "-"):
        at += 1
    token, following = at_token(tokens, at), at_token(tokens, at + 1)
    if token.kind == "num":
        return token.value <= 31 and (not token.text.isdigit() or following.kind in ("month", "filler", "dash", "from"))
    return token.kind in ("month", "iso", "numeric", "pair")


def _weekday_any(tokens: Tokens, at: int) -> tuple[int, int | None]:
    token = at_token(tokens, at)
    return (skip_comma(tokens, at + 1), token.value) if token.kind == "weekday" else (at, None)


def _weekday(tokens: Tokens, at: int) -> tuple[int, int | None]:
    after, weekday = _weekday_any(tokens, skip_words(tokens, at))
    if weekday is not None and at_token(tokens, after).kind == "also":
        after += 1  # «الأحد الموافق 29 يونيو»
    return (skip_words(tokens, after), weekday) if weekday is not None else (at, None)


def _date(tokens: Tokens, at: int, order: Order) -> tuple[DayText, int] | None:
    at = skip_words(tokens, at)
    token = at_token(tokens, at)
    match token.kind:
        case "iso":
            return _iso(token, at)
        case "numeric":
            era, after = _era(tokens, at + 1)
            return DayText(_in_era(_numeric(token, order), era)), after
        case "num":
            return _day_month(tokens, at)
        case "month":
            return _month_first(tokens, at)
        case "given":
            return _given(token), at + 1
        case "end_of" | "middle_of" | "start_of":
            return _part_of_month(tokens, at)
    return None


def _given(token: Token) -> DayText:
    day = date.fromordinal(token.value)
    return DayText(CalendarDay(day.day, day.month, day.year), relative=True)


def _in_era(day: CalendarDay, era: str | None) -> CalendarDay:
    """«15/9/47هـ» is a day of 1447."""
    if era != "hijri_era" or day.hijri or day.year is None or not 2000 <= day.year < 2100:
        return day
    return replace(day, year=day.year - 600, hijri=True)


def _iso(token: Token, at: int) -> tuple[DayText, int]:
    read = read_iso(token.text)
    if read:
        return DayText(CalendarDay(read.day.day, read.day.month, read.day.year), read.moment), at + 1
    year, month, day = (int(part) for part in token.text[:10].split("-"))
    return DayText(CalendarDay(day, month, year, hijri=_is_hijri(year))), at + 1


def _numeric(token: Token, order: Order) -> CalendarDay:
    parts = [int(part) for part in re.findall(r"\d+", token.text)]
    if len(parts) == 2:
        day, month = parts if order != "MDY" else reversed(parts)
        return CalendarDay(day, month, None)
    if token.text[:4].isdigit():
        year, month, day = parts
    elif _is_hijri(parts[2]):  # never written month first
        day, month, year = parts
    elif order == "MDY":
        month, day, year = parts
    elif order == "YMD" and len(re.findall(r"\d+", token.text)[2]) == 2:
        year, month, day = parts
    else:
        day, month, year = parts
    return CalendarDay(day, month, year + 2000 if year < 100 else year, hijri=_is_hijri(year))


def _is_hijri(year: int) -> bool:
    return 1300 <= year <= 1600  # no offer holds in these years of the common era


def _day_month(tokens: Tokens, at: int) -> tuple[DayText, int] | None:
    number, after = tokens[at], skip_words(tokens, at + 1)
    if at_token(tokens, after).kind == "dash" and at_token(tokens, after + 1).kind == "month":
        after += 1  # 31-Mar-2026
    elif at_token(tokens, after).text in _OF_MONTH and at_token(tokens, skip_words(tokens, after + 1)).kind == "month":
        after = skip_words(tokens, after + 1)  # «٣١ من مارس»
    month = at_token(tokens, after)
    if month.kind != "month" or number.value > 99:
        return None
    year, end = _year(tokens, _past_other_name(tokens, after))
    return DayText(CalendarDay(number.value, month.value, year, month.hijri)), end


def _past_other_name(tokens: Tokens, month_at: int) -> int:
    """The position after a month that is named twice: «حزيران/يونيو», «يونيو (حزيران)»."""
    month, other = tokens[month_at], at_token(tokens, month_at + 2)
    twice = (month.kind, month.value, month.hijri) == (other.kind, other.value, other.hijri)
    named = twice and at_token(tokens, month_at + 1).text in ("/", "(")
    return month_at + 3 + (at_token(tokens, month_at + 3).text == ")") if named else month_at + 1


def _month_first(tokens: Tokens, at: int) -> tuple[DayText, int] | None:
    month = tokens[at]
    day_at = at + 2 if at_token(tokens, at + 1).text == "." else at + 1
    if at_token(tokens, day_at).text == "the" and not at_token(tokens, day_at + 1).text.isdigit():
        day_at += 1  # «June the 20th»
    following = at_token(tokens, day_at)
    if following.kind == "num" and following.value <= 31 and at_token(tokens, day_at + 1).kind != "month":
        year, end = _year(tokens, day_at + 1)
        return DayText(CalendarDay(following.value, month.value, year, month.hijri), month_first=True), end
    year, end = _year(tokens, at + 1)
    if year is None and not _names_a_month(tokens, at):
        return None
    return DayText(CalendarDay(None, month.value, year, month.hijri)), end


def _names_a_month(tokens: Tokens, at: int) -> bool:
    """Whether a month without day and year is meant as one: «during Ramadan», «May to July»; not «ends may vary»."""
    before = at - 1
    while at_token(tokens, before).kind in ("filler", "of"):
        before -= 1
    joined = at_token(tokens, at + 1).kind in _JOINTS and at_token(tokens, skip_words(tokens, at + 2)).kind == "month"
    cue = at_token(tokens, before).kind
    return joined or (
        cue in (*_JOINTS, "from", "during", "this", "on", "weekday", "dayset")
        and (tokens[at].text != "may" or cue == "during")
    )


def _part_of_month(tokens: Tokens, at: int) -> tuple[DayText, int] | None:
    """«End of June», «mid-June», «بداية شهر يونيو», «end of 2026»; the earliest day that the words can mean."""
    month_at = skip_words(tokens, at + 1 + (at_token(tokens, at + 1).kind == "dash"))
    month = at_token(tokens, month_at)
    if month.kind == "num" and month.text.isdigit() and len(month.text) == 4 and tokens[at].kind == "end_of":
        return DayText(CalendarDay(None, 12, month.value, _is_hijri(month.value))), _era(tokens, month_at + 1)[1]
    if month.kind != "month":
        return None
    year, end = _year(tokens, month_at + 1)
    day = {"middle_of": 15, "start_of": 1}.get(tokens[at].kind)
    return DayText(CalendarDay(day, month.value, year, month.hijri)), end


def _year(tokens: Tokens, at: int) -> tuple[int | None, int]:
    """The year at this position, after a comma, a dash («31-Mar-26») or «of», and the position after its era."""
    year_at = at
    if at_token(tokens, year_at).text in (",", "،", "-", ".") or at_token(tokens, year_at).kind in ("of", "filler"):
        year_at += 1
    token = at_token(tokens, year_at)
    if token.kind == "year2":
        return 2000 + int(token.text[1:]), year_at + 1
    if token.kind == "num" and len(token.text) == 2 and _is_short_year(tokens, at, year_at):
        return 2000 + token.value, year_at + 1
    if token.kind != "num" or not token.text.isdigit() or len(token.text) != 4:
        return None, at
    return token.value, _era(tokens, year_at + 1)[1]


def _is_short_year(tokens: Tokens, at: int, year_at: int) -> bool:
    """Whether two digits are a year: «31-Mar-26», «31 Mar 26 – …»; not «Jul 1-31», «30 June 25 outlets»."""
    before, month = at_token(tokens, at - 2), at_token(tokens, at - 1)
    if year_at > at:
        return at_token(tokens, at).text == "-" and before.text == "-" and month.end == at_token(tokens, at).start
    ends = at_token(tokens, year_at + 1).kind in ("end", "break", "dash", "to", "until", "limited")
    return month.kind == "month" and before.kind == "num" and ends and 20 <= tokens[year_at].value <= 49


def _era(tokens: Tokens, at: int) -> tuple[str | None, int]:
    kind = at_token(tokens, at).kind
    return (kind, at + 1) if kind in ("hijri_era", "common_era") else (None, at)


def _also(tokens: Tokens, at: int, order: Order) -> tuple[int, CalendarDay | None]:
    also_at = at + 1 if at_token(tokens, at).text in ("(", "/", ",", "،") else at
    if at_token(tokens, also_at).kind != "also":
        return at, None
    after = also_at + 1 + (at_token(tokens, also_at + 1).text == "ل")
    found = read_day(tokens, after, order)
    return (found[1], found[0].day) if found else (at, None)


def _time_before(tokens: Tokens, at: int, order: Order) -> tuple[int, Moment | None]:
    found = read_time(tokens, skip_words(tokens, at))
    if not found:
        return at, None
    after = skip_words(tokens, skip_comma(tokens, found[1]))
    is_day = at_token(tokens, after).kind == "weekday" or _date(tokens, after, order)
    return (after, found[0]) if is_day else (at, None)


def _time_after(tokens: Tokens, at: int) -> tuple[int, Moment | None]:
    start = skip_words(tokens, at)
    while at_token(tokens, start).text in (",", "،", "(", "-") or at_token(tokens, start).kind in ("weekday", "filler"):
        start += 1
    found = read_time(tokens, start)
    if not found or read_time(tokens, found[1] + 1):  # «10:00 – 22:00» are opening hours, not an end
        return at, None
    closed = at_token(tokens, found[1]).text == ")" and at_token(tokens, start - 1).text == "("
    return found[1] + closed, found[0]
