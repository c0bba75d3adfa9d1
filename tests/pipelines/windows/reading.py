"""How the tests of this folder read a text: seen in Riyadh on Wednesday 10 June 2026 unless a test says otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.windows.daytext import Order
from pipelines.windows.sets import WindowReading, end_of, start_of
from pipelines.windows.stated import Context, read_window

__all__ = ["RIYADH", "SEEN", "days_of", "first_day", "last_day", "maybe", "read", "rules_of", "seen_on"]

RIYADH = ZoneInfo("Asia/Riyadh")
SEEN = datetime(2026, 6, 10, 9, tzinfo=UTC)


def seen_on(day: date) -> datetime:
    """An observation on that day, at noon in Riyadh."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def maybe(
    text: str,
    *,
    order: Order | None = None,
    context: Context = "validity",
    seen: datetime = SEEN,
    zone: ZoneInfo = RIYADH,
) -> WindowReading | None:
    """What a text states, or None."""
    return read_window(text, observed_at=seen, zone=zone, date_order=order, context=context)


def read(
    text: str,
    *,
    order: Order | None = None,
    context: Context = "validity",
    seen: datetime = SEEN,
    zone: ZoneInfo = RIYADH,
) -> WindowReading:
    """What a text states; it must state something."""
    found = maybe(text, order=order, context=context, seen=seen, zone=zone)
    assert found is not None, text
    return found


def last_day(found: WindowReading, zone: ZoneInfo = RIYADH) -> str | None:
    """The last day of the window, in the source's zone."""
    end = end_of(found.window)
    return (end.astimezone(zone) - timedelta(microseconds=1)).date().isoformat() if end else None


def first_day(found: WindowReading, zone: ZoneInfo = RIYADH) -> str | None:
    """The first day of the window, in the source's zone."""
    start = start_of(found.window)
    return start.astimezone(zone).date().isoformat() if start else None


def days_of(found: WindowReading, zone: ZoneInfo = RIYADH) -> list[date]:
    """Every day on which the window holds; each range must have both bounds."""
    days = []
    for start, end in found.window.ranges:
        assert start is not None
        assert end is not None
        day = start.astimezone(zone).date()
        while day < end.astimezone(zone).date():
            days.append(day)
            day += timedelta(days=1)
    return days


def rules_of(found: WindowReading) -> set[str]:
    """The rules of its findings."""
    return {finding.rule for finding in found.findings}
