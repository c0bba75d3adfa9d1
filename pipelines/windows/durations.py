"""Lengths of time as a text writes them: «30 days», «two weeks», «٣ أشهر», «أسبوعين»."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.windows.datetokens import fold
from pipelines.windows.positions import Tokens, at_token
from pipelines.windows.relativewords import NUMBERS, UNITS

__all__ = ["Duration", "read_duration"]

_UNITS = {fold(name).text: unit for name, unit in UNITS.items()}
_NUMBERS = {fold(name).text: number for name, number in NUMBERS.items()}
_LONGEST = 3_660  # days; more is no length of an offer and would leave the calendar


@dataclass(frozen=True)
class Duration:
    """A length of time; one of its fields, or hours with the days they fill."""

    days: int = 0
    months: int = 0
    hours: int = 0  # «24 hours» is counted in hours alone

    def after(self, day: date) -> date:
        """The day so long after `day`; the last of its month where that month is too short. Hours fill whole days."""
        month = day.month - 1 + self.months
        year, month = day.year + month // 12, month % 12 + 1
        moved = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
        return moved + timedelta(days=self.days + -(-self.hours // 24))

    def last_day(self, first: date) -> date:
        """The last day of so long a time whose first day is `first`."""
        return max(first, self.after(first) - timedelta(days=1))


def read_duration(tokens: Tokens, at: int) -> tuple[Duration, int] | None:
    """The length at this position and the position after it; «3 days», «a week», «يومين», «أسبوع»."""
    number, after = _number(tokens, at)
    if at_token(tokens, after).kind == "dash" and number is not None:
        after += 1  # «48-hour»
    unit = _UNITS.get(_bare(at_token(tokens, after).text))
    if unit is None or (number is None and at_token(tokens, after).text.isascii()):
        return None  # «for days»
    length = _length((number if number is not None else 1) * unit[0], unit[1])
    end = after + 1
    if at_token(tokens, end).text in _ONE:  # «يوم واحد»
        end += 1
    return (length, end) if length else None


def _bare(word: str) -> str:
    """The word without the joined preposition of «لثلاثة أيام», «ليومين»."""
    return word[1:] if len(word) > 3 and word[0] == "ل" else word


_ONE = ("واحد", "واحده")


def _number(tokens: Tokens, at: int) -> tuple[int | None, int]:
    token = at_token(tokens, at)
    if token.kind == "num" and token.text.isdigit():
        return token.value, at + 1
    number = _NUMBERS.get(_bare(token.text))
    return (number, at + 1) if number is not None else (None, at)


def _length(count: int, unit: str) -> Duration | None:
    days = {"hour": 1 / 24, "day": 1, "week": 7, "month": 31, "year": 366}[unit] * count
    if not 0 < days <= _LONGEST:
        return None
    match unit:
        case "hour":
            return Duration(hours=count)
        case "month" | "year":
            return Duration(months=count * (12 if unit == "year" else 1))
        case _:
            return Duration(days=count * (7 if unit == "week" else 1))
