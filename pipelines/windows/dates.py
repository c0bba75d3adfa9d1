"""Single days and instants: strict ISO 8601, Gregorian and Hijri calendar days, and where a day begins and ends.

Nothing here guesses. A value is exactly one of the forms below or it is refused, and a day that does not
exist (31 February, 30 of a Hijri month of 29 days) is `None`, never rolled over into the next month.

Hijri days follow the Umm al-Qura calendar of Saudi Arabia, 1343 to 1500 AH, through `hijridate`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = [
    "HIJRI_YEARS",
    "CalendarDay",
    "IsoMoment",
    "Moment",
    "day_begins",
    "day_ends",
    "days_between",
    "hijri_year",
    "read_iso",
]

HIJRI_YEARS = range(1343, 1501)  # what Umm al-Qura tables cover; outside them a Hijri day is refused

_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[Tt ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s?(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?"
)
_LAST_MINUTE = 23 * 60 + 59


@dataclass(frozen=True)
class CalendarDay:
    """A day as a text names it; `None` where the text leaves something out."""

    day: int | None  # None: the whole month
    month: int | None
    year: int | None
    hijri: bool = False

    def dates(self) -> tuple[date, date] | None:
        """The first and the last Gregorian day meant, or None when year or month is missing or no such day exists."""
        if self.year is None or self.month is None:
            return None
        first = _gregorian(self.year, self.month, 1 if self.day is None else self.day, self.hijri)
        last = self._month_end() if self.day is None else first
        return (first, last) if first and last else None

    def _month_end(self) -> date | None:
        assert self.year is not None
        assert self.month is not None
        after = (self.year + 1, 1) if self.month == 12 else (self.year, self.month + 1)
        following = _gregorian(*after, 1, self.hijri)
        return following - timedelta(days=1) if following else None


@dataclass(frozen=True)
class Moment:
    """A time of day: minutes since midnight, and its own zone when the text names one."""

    minutes: int  # 0..1440
    zone: ZoneInfo | timezone | None = None

    @property
    def ends_day(self) -> bool:
        """Whether, as an end, this means the end of the day: 23:59 with any seconds, or 24:00."""
        return self.minutes >= _LAST_MINUTE


@dataclass(frozen=True)
class IsoMoment:
    """An ISO 8601 value, read: a day, and a time of day when one is given."""

    day: date
    moment: Moment | None

    def as_start(self, zone: ZoneInfo) -> datetime:
        """The instant from which something holds that is said to start here, UTC."""
        return day_begins(self.day, zone, self.moment)

    def as_end(self, zone: ZoneInfo) -> datetime:
        """The first instant at which something no longer holds that is said to end here, UTC."""
        return day_ends(self.day, zone, self.moment)


def day_begins(day: date, zone: ZoneInfo, moment: Moment | None = None) -> datetime:
    """The instant a day begins in `zone`, or the time of day in it when one is named; UTC.

    Raises OverflowError for the first and last days Python knows, when UTC falls outside of them.
    """
    if moment is None:
        return _instant(day, 0, zone)
    return _instant(day, moment.minutes, moment.zone or zone)


def day_ends(day: date, zone: ZoneInfo, moment: Moment | None = None) -> datetime:
    """The first instant after a day in `zone`: the next midnight there; UTC. Exclusive.

    23:59, 23:59:59 and 24:00 mean the same. Another time of day is the end itself. Raises OverflowError as above.
    """
    if moment is None:
        return _instant(day + timedelta(days=1), 0, zone)
    if moment.ends_day:
        return _instant(day + timedelta(days=1), 0, moment.zone or zone)
    return _instant(day, moment.minutes, moment.zone or zone)


def read_iso(value: str) -> IsoMoment | None:
    """The day and time a strict ISO 8601 value names, or None when it is anything else or no such day exists.

    Accepts YYYY-MM-DD, alone or with hh:mm[:ss[.fff]] after T or a space, and Z, ±hh, ±hhmm or ±hh:mm.
    """
    found = _ISO.fullmatch(value.strip())
    if not found:
        return None
    day = _gregorian(int(found["year"]), int(found["month"]), int(found["day"]), hijri=False)
    if day is None:
        return None
    if found["hour"] is None:
        return IsoMoment(day, None)
    moment = _moment(found)
    return IsoMoment(day, moment) if moment else None


def _moment(found: re.Match[str]) -> Moment | None:
    minutes = int(found["hour"]) * 60 + int(found["minute"])
    if minutes > 24 * 60 or int(found["minute"]) > 59 or int(found["second"] or 0) > 60:
        return None
    return Moment(minutes, _offset(found["zone"]))


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-shift if text[0] == "-" else shift) if shift < timedelta(days=1) else None


def _instant(day: date, minutes: int, zone: ZoneInfo | timezone) -> datetime:
    if minutes == 24 * 60:
        return _instant(day + timedelta(days=1), 0, zone)
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def _gregorian(year: int, month: int, day: int, hijri: bool) -> date | None:
    try:
        return _from_hijri(year, month, day) if hijri else date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _from_hijri(year: int, month: int, day: int) -> date:
    from hijridate import Hijri  # 20 ms, and only pages with Hijri dates need it

    found = Hijri(year, month, day).to_gregorian()
    return date(found.year, found.month, found.day)


def hijri_year(day: date) -> int:
    """The year of the Hijri calendar in which a Gregorian day lies; OverflowError outside the tables."""
    from hijridate import Gregorian

    return int(Gregorian(day.year, day.month, day.day).to_hijri().year)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step)
