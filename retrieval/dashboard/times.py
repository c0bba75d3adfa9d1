"""Instants for people: in the project's zone, and how far from another one."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from retrieval.dashboard.phrases import Language, counted, phrase

__all__ = ["ago", "day", "first_day", "instant", "last_day", "left", "utc"]

_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "ar": (
        "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
    ),
}  # fmt: skip
_IN_DAYS = timedelta(days=2)  # from here on hours say nothing


def instant(language: Language, at: datetime, zone: ZoneInfo) -> str:
    """Day and time of day in that zone."""
    comma = "،" if language == "ar" else ","
    return f"{day(language, at, zone)}{comma} {at.astimezone(zone):%H:%M}"


def day(language: Language, at: datetime, zone: ZoneInfo) -> str:
    """The day in that zone."""
    there = at.astimezone(zone)
    return f"{there.day} {_MONTHS[language][there.month - 1]} {there.year}"


def first_day(language: Language, start: datetime, zone: ZoneInfo) -> str:
    """A start as people say it: the day; with its time where no day begins then."""
    return day(language, start, zone) if _is_midnight(start, zone) else instant(language, start, zone)


def last_day(language: Language, end: datetime, zone: ZoneInfo) -> str:
    """An end as people say it: the last day that is still in; the instant where no day ends then."""
    if not _is_midnight(end, zone):
        return instant(language, end, zone)
    return day(language, end - timedelta(minutes=1), zone)


def _is_midnight(at: datetime, zone: ZoneInfo) -> bool:
    there = at.astimezone(zone)
    return there.hour == there.minute == 0


def left(language: Language, until: datetime, at: datetime) -> str:
    """How long it lasts still, in one or two units, rounded down: «3 days», «5 hours 20 minutes»."""
    return _span(language, until - at)


def ago(language: Language, then: datetime, at: datetime) -> str:
    """How long ago that was."""
    if at - then < timedelta(minutes=1):
        return phrase(language, "just now")
    return phrase(language, "{span} ago", span=_span(language, at - then))


def utc(at: datetime) -> str:
    """The instant for a machine: ISO 8601."""
    return at.isoformat(timespec="milliseconds")


def _span(language: Language, span: timedelta) -> str:
    if span >= _IN_DAYS:
        return counted(language, "days", span.days)
    minutes = max(0, int(span.total_seconds()) // 60)
    if minutes == 0:
        return phrase(language, "under a minute")
    hours, minutes = divmod(minutes, 60)
    parts = [counted(language, name, n) for name, n in (("hours", hours), ("minutes", minutes)) if n]
    return phrase(language, " and ").join(parts)
