"""When an offer holds: its days and minutes, counted from the moment the site was started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

__all__ = ["ZONE", "Span", "Status", "month_end", "span"]

ZONE = ZoneInfo("Asia/Riyadh")
Status = Literal["ended", "live", "upcoming"]

_QUARTER = timedelta(minutes=15)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """When an offer holds, half-open, in Riyadh time."""

    start: datetime | None  # None: no stated start
    end: datetime | None  # exclusive; None: no stated end
    timed: bool = False  # True: the end is an hour, not the end of a day

    @property
    def first_day(self) -> date | None:
        """The first day on which the offer holds."""
        return self.start and self.start.date()

    @property
    def last_day(self) -> date | None:
        """The last day on which the offer holds, be it for an hour."""
        return self.end and (self.end - timedelta(seconds=1)).date()

    def status(self, now: datetime) -> Status:
        """Whether the offer is over, on, or still to come at `now` (aware)."""
        if self.end is not None and self.end <= now:
            return "ended"
        if self.start is not None and now < self.start:
            return "upcoming"
        return "live"


def span(starts: int | None, ends: int | str | None, ends_minutes: int | None, opened: datetime) -> Span:
    """The span of an offer on a site started at `opened` (aware).

    `starts` and `ends` count days from that day in Riyadh, both inclusive; `ends` may also be
    "month-end" or "next-month-end". `ends_minutes` counts from `opened`, at least 20 so that some minutes are
    left, and wins over `ends`.
    """
    local = opened.astimezone(ZONE)
    start = None if starts is None else _midnight(local.date() + starts * _DAY)
    if ends_minutes is not None:
        return Span(start, _quarter_after(local + timedelta(minutes=ends_minutes)), timed=True)
    last = _last_day(ends, local.date())
    return Span(start, None if last is None else _midnight(last + _DAY))


def month_end(day: date) -> date:
    """The last day of `day`'s month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY


def _last_day(ends: int | str | None, today: date) -> date | None:
    match ends:
        case None:
            return None
        case int():
            return today + ends * _DAY
        case "month-end":
            return month_end(today)
        case "next-month-end":
            return month_end(month_end(today) + _DAY)
    raise ValueError(f"ends = {ends!r}: a number of days, month-end or next-month-end")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _quarter_after(moment: datetime) -> datetime:
    """The next full quarter of an hour, so that a site started twice within minutes says the same.

    Never midnight but the quarter before: "at 00:00" of a day reads like the end of that day, a day late.
    """
    midnight = _midnight(moment.date())
    quarters = -(-(moment - midnight) // _QUARTER)
    end = midnight + quarters * _QUARTER
    return end - _QUARTER if end.time() == time() else end
