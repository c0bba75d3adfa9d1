"""From what a text says to ranges of instants: missing years, days that do not exist, ends before their start.

A year left out: the window is tried in the year of the observation, the one before and the one after (of its own
calendar), and the nearest is taken: 0 while it holds, else the days until it starts, else the days since it ended
and three tenths more. An offer that ended a few weeks ago is far more often seen again than one announced a year
ahead, and a late end is the costly mistake: «until 30 June», read in November, is over. The last day of the year is
how long yearly offers run, and its past counts twice: «until 31 December», read in May, is still to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.windows.dates import CalendarDay, day_begins, day_ends, days_between, hijri_year
from pipelines.windows.daylists import Span
from pipelines.windows.daytext import DayText
from pipelines.windows.statements import Statement

__all__ = ["Observation", "Piece", "Range", "merge_ranges", "resolve", "unbelievable"]

Range = tuple[datetime | None, datetime | None]
_FIRST_YEAR, _LAST_YEAR = 1972, 2089  # beyond: a database's zero or its "for ever", not a date someone meant


@dataclass(frozen=True)
class Observation:
    """When and under which rules a text was seen."""

    at: datetime  # aware
    zone: ZoneInfo
    max_window: timedelta

    @property
    def day(self) -> date:
        """The day of the observation in the source's zone."""
        return self.at.astimezone(self.zone).date()


@dataclass(frozen=True)
class Piece:
    """One statement turned into ranges, and what was wrong with it."""

    statement: Statement
    ranges: tuple[Range, ...]
    problems: tuple[tuple[str, str], ...] = ()  # (rule of the finding, what is wrong)
    believed: bool = True  # False: the text says nonsense and its end is not used
    stated_end: datetime | None = None  # the end the text names, before a recurrence cuts it down to its days; UTC


def resolve(statement: Statement, seen: Observation) -> Piece:
    """The statement's ranges in UTC; nonsense is a problem of the piece, never rolled over."""
    if statement.lasts and not statement.spans:
        return _from_first_sight(statement, seen)
    spans = _lasting(_with_years(statement.spans, seen), statement)
    if any(_first(day) is None for day in _days_of(spans)):
        return Piece(statement, (), (("nonsense-date", "names a day that does not exist"),), believed=False)
    try:
        ranges = tuple(_range(span, statement, seen) for span in spans) or ((None, None),)
    except OverflowError:
        return Piece(statement, (), (("sentinel-date", "lies outside the calendar"),), believed=False)
    problem = next((found for found in (unbelievable(r, seen) for r in ranges) if found), None)
    if problem:
        never = problem[0] == "end-before-start"
        kept = () if never else tuple((start if _sane(start) else None, None) for start, _ in ranges[:1])
        return Piece(statement, kept, (problem,), believed=never)
    notes = tuple(_notes(spans))
    return Piece(statement, _recurring(ranges, statement, seen), notes, stated_end=merge_ranges(ranges)[-1][1])


def _from_first_sight(statement: Statement, seen: Observation) -> Piece:
    """A length without a start: the offer was running when it was seen, so it cannot last longer than from then."""
    assert statement.lasts is not None
    end = day_ends(statement.lasts.last_day(seen.day), seen.zone)
    message = "names a length and no start: served no longer than that from when it was first seen"
    return Piece(statement, ((None, end),), (("duration-without-start", message),))


def _lasting(spans: tuple[Span, ...], statement: Statement) -> tuple[Span, ...]:
    """«For 30 days from 1 June»: the span's last day from its first."""
    if statement.lasts is None or not spans or spans[0].first is None or spans[0].last is not None:
        return spans
    first = _first(spans[0].first)
    if first is None:
        return spans
    last = statement.lasts.last_day(first)
    return (Span(spans[0].first, DayText(CalendarDay(last.day, last.month, last.year))),)


def unbelievable(found: Range, seen: Observation) -> tuple[str, str] | None:
    """Why a range is a finding and not a fact: (rule, message), or None when it can be believed."""
    start, end = found
    if not all(_sane(bound) for bound in found):
        return "sentinel-date", "is a placeholder, not a date"
    if start and end and end <= start:
        return "end-before-start", "ends before it starts: served at no time"
    if end and end - (start or seen.at) > seen.max_window:
        return (
            "too-long-window",
            f"is longer than the source's longest believable window of {seen.max_window.days} days",
        )
    return None


def merge_ranges(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same instants as sorted ranges that neither touch nor overlap."""
    merged: list[Range] = []
    for start, end in sorted(ranges, key=lambda r: (r[0] or _EARLIEST, r[1] or _LATEST)):
        if merged and (merged[-1][1] is None or start is None or start <= merged[-1][1]):
            last = merged[-1]
            merged[-1] = (last[0], None if last[1] is None or end is None else max(last[1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


def _sane(bound: datetime | None) -> bool:
    return bound is None or _FIRST_YEAR <= bound.year <= _LAST_YEAR


def _days_of(spans: Iterable[Span]) -> list[DayText]:
    return [day for span in spans for day in (span.first, span.last) if day is not None]


def _first(day: DayText) -> date | None:
    dates = day.day.dates()
    return dates[0] if dates else None


# ---------------------------------------------------------------- years left out


def _with_years(spans: tuple[Span, ...], seen: Observation) -> tuple[Span, ...]:
    days = _days_of(spans)
    if any(day.day.year is not None for day in days):
        return _respan(spans, _spread_years(days))
    if not days:
        return spans
    years = _years_near(seen.day, days[-1].day.hijri)
    candidates = [_respan(spans, _spread_years([*days[:-1], _in_year(days[-1], year)])) for year in years]
    possible = [c for c in candidates if all(_first(day) for day in _days_of(c))]
    return min(possible, key=lambda c: _cost(c, seen.day)) if possible else candidates[1]


def _in_year(day: DayText, year: int) -> DayText:
    return replace(day, day=replace(day.day, year=year))


def _years_near(day: date, hijri: bool) -> tuple[int, int, int]:
    year = hijri_year(day) if hijri else day.year
    return year - 1, year, year + 1


def _spread_years(days: list[DayText]) -> list[DayText]:
    """Years run to the left and then to the right, over the year's end where the months say so."""
    for at in range(len(days) - 2, -1, -1):
        days[at] = _neighbour_year(days[at], days[at + 1], back=True)
    for at in range(1, len(days)):
        days[at] = _neighbour_year(days[at], days[at - 1], back=False)
    return days


def _neighbour_year(day: DayText, other: DayText, *, back: bool) -> DayText:
    if day.day.year is not None or other.day.year is None or day.day.hijri != other.day.hijri:
        return day
    mine, theirs = _in_the_year(day.day), _in_the_year(other.day)
    if mine[0] == theirs[0]:  # «20 – 10 June» is a mistake, «27 Dec – 5 Jan» goes over the year's end
        return _in_year(day, other.day.year)
    over = -1 if back and mine > theirs else 1 if not back and mine < theirs else 0
    return _in_year(day, other.day.year + over)


def _in_the_year(day: CalendarDay) -> tuple[int, int]:
    return (day.month or 0, day.day or 0)


def _respan(spans: tuple[Span, ...], days: list[DayText]) -> tuple[Span, ...]:
    rest = iter(days)
    return tuple(Span(span.first and next(rest), span.last and next(rest)) for span in spans)


def _cost(spans: tuple[Span, ...], today: date) -> int:
    """How far from the observation the window lies, in days; a weekday that does not fit rules a year out."""
    first = _first(spans[0].first) if spans[0].first else None
    last = (spans[-1].last.day.dates() or (None, None))[1] if spans[-1].last else None
    wrong = sum(10_000 for day in _days_of(spans) if _wrong_weekday(day))
    if first and today < first:
        return wrong + (first - today).days
    if last and today > last:
        return wrong + (today - last).days * (20 if (last.month, last.day) == (12, 31) else 13) // 10
    return wrong + (
        abs((today - first).days) if first and not last else (last - today).days if last and not first else 0
    )


def _wrong_weekday(day: DayText) -> bool:
    found = _first(day)
    return day.weekday is not None and found is not None and found.weekday() != day.weekday


# ---------------------------------------------------------------- ranges


def _range(span: Span, statement: Statement, seen: Observation) -> Range:
    start = _start(span.first, seen.zone) if span.first else None
    if span.last is None:
        return start, None
    if statement.rule == "before-date":
        return start, _start(span.last, seen.zone)
    return start, _end(span.last, seen.zone)


def _start(day: DayText, zone: ZoneInfo) -> datetime:
    """The later of the two calendars' days where they disagree: an offer is never quoted early."""
    days = [dates[0] for dates in _readings(day)]
    return day_begins(max(days), zone, day.moment)


def _end(day: DayText, zone: ZoneInfo) -> datetime:
    """The earlier of the two calendars' days where they disagree."""
    days = [dates[1] for dates in _readings(day)]
    return day_ends(min(days), zone, day.moment)


def _readings(day: DayText) -> list[tuple[date, date]]:
    return [dates for dates in (day.day.dates(), day.also.dates() if day.also else None) if dates]


def _notes(spans: tuple[Span, ...]) -> Iterator[tuple[str, str]]:
    for day in _days_of(spans):
        if len(set(_readings(day))) > 1:
            yield "calendar-conflict", "names two different days in its two calendars: the earlier end is served"
        if _wrong_weekday(day):
            yield "weekday-conflict", "names a weekday that is not that day's"


def _recurring(ranges: tuple[Range, ...], statement: Statement, seen: Observation) -> tuple[Range, ...]:
    """The ranges cut down to the statement's days, each from midnight to midnight in the source's zone."""
    if not statement.weekdays and not statement.monthdays:
        return merge_ranges(ranges)
    return merge_ranges(cut for found in ranges for cut in _days_within(found, statement, seen))


def _days_within(found: Range, statement: Statement, seen: Observation) -> Iterator[Range]:
    start = found[0] or day_begins(_first_looked_at(found, seen), seen.zone)
    end = found[1] or start + seen.max_window
    last = end.astimezone(seen.zone).date()
    for day in days_between(start.astimezone(seen.zone).date(), last):
        if not _is_one_of(day, statement):
            continue
        lower, upper = max(day_begins(day, seen.zone), start), min(day_ends(day, seen.zone), end)
        if lower < upper:
            yield lower, upper


def _first_looked_at(found: Range, seen: Observation) -> date:
    """Where the days of a window without a start begin: at the observation; a month before its end if it is over."""
    if found[1] is None or found[1] > seen.at:
        return seen.day
    return found[1].astimezone(seen.zone).date() - timedelta(days=31)


def _is_one_of(day: date, statement: Statement) -> bool:
    on_weekday = not statement.weekdays or day.weekday() in statement.weekdays
    return on_weekday and (not statement.monthdays or day.day in statement.monthdays)
