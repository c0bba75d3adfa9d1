"""Days, ranges of days and lists of them, as a text writes them; what one leaves out is taken from its neighbours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.windows.dates import CalendarDay
from pipelines.windows.daytext import DayText, Order, read_bare_day, read_day, read_pair
from pipelines.windows.positions import Tokens, at_token

__all__ = ["Span", "read_days"]


@dataclass(frozen=True)
class Span:
    """A first and a last day; a single day is its own first and last."""

    first: DayText | None
    last: DayText | None


def read_days(tokens: Tokens, at: int, order: Order, *, between: bool = False) -> tuple[tuple[Span, ...], int] | None:
    """The days, ranges and lists at this position, what one leaves out taken from its neighbours."""
    found = _run_of_spans(tokens, at, order, between=between)
    if not any(day is not None and day.day.month for span, _ in found for day in (span.first, span.last)):
        return None
    while found:
        complete = _complete([span for span, _ in found])
        if complete:
            return None if _is_stray(tokens, at, found) else (complete, found[-1][1])
        found.pop()  # «31 March, 2 vouchers»: the last number is no day
    return None


def _run_of_spans(tokens: Tokens, at: int, order: Order, *, between: bool) -> list[tuple[Span, int]]:
    found: list[tuple[Span, int]] = []
    start = at
    while len(found) < _MOST and (item := _span(tokens, start, order, between=between)):
        found.append(item)
        start = _next_in_list(tokens, item[1])
        if start == item[1]:
            break
    return found


_MOST = 16  # days of one list; longer runs of numbers are tables, and would be gone over again and again


def _is_stray(tokens: Tokens, at: int, found: list[tuple[Span, int]]) -> bool:
    """Whether the first of two is a number that only a comma joins to a date: «Gate 2, 31 March»."""
    if len(found) != 2 or found[0][0].first is not found[0][0].last or tokens[at].kind != "num":
        return False
    bare = read_bare_day(tokens, at)
    return (
        bool(bare)
        and tokens[at].text.isdigit()
        and at_token(tokens, at + 1).text in (",", "،")
        and not read_day(tokens, at, "DMY")
    )


def _span(tokens: Tokens, at: int, order: Order, *, between: bool) -> tuple[Span, int] | None:
    first = _any_day(tokens, at, order) or _pair_in_range(tokens, at, order, cued=between)
    if not first:
        return None
    bare = first[0].day.month is None and at_token(tokens, first[1]).text in (",", "،")
    joint = first[1] if bare else _joint(tokens, first[1], between=between)  # «SAR 30, until 12 March»
    last = _last_of_range(tokens, at, joint, order, cued=between) if joint != first[1] else None
    return (Span(first[0], last[0]), last[1]) if last else (Span(first[0], first[0]), first[1])


def _pair_in_range(tokens: Tokens, at: int, order: Order, *, cued: bool) -> tuple[DayText, int] | None:
    """«1/7» of «1/7 - 31/7/2026» or «from 1/7 to 31/7»; alone it may be a fraction."""
    joint = _joint(tokens, at + 1, between=cued)
    last = at_token(tokens, joint).kind if joint != at + 1 else ""
    return read_pair(tokens, at, order) if last == "numeric" or (cued and last == "pair") else None


def _last_of_range(tokens: Tokens, at: int, joint: int, order: Order, *, cued: bool) -> tuple[DayText, int] | None:
    """The day after a joint; a pair only where a cue or a date with a slash stands before it, unlike «1-1/2»."""
    pair = read_pair(tokens, joint, order) if cued or tokens[at].kind in ("pair", "numeric") else None
    return _any_day(tokens, joint, order) or pair


def _any_day(tokens: Tokens, at: int, order: Order) -> tuple[DayText, int] | None:
    return read_day(tokens, at, order) or read_bare_day(tokens, at)


def _joint(tokens: Tokens, at: int, *, between: bool) -> int:
    """The position after «to», «until», a dash, or the «and» of «between … and …»."""
    joints = ("to", "until", "dash", "and") if between else ("to", "until", "dash")
    start = _past_weekday(tokens, at + 1 if at_token(tokens, at).text in (",", "،") else at)
    if (
        at_token(tokens, start).text == "/"
        and at_token(tokens, at - 1).kind == at_token(tokens, start + 1).kind == "iso"
    ):
        return start + 1  # an interval of ISO 8601
    if at_token(tokens, start).kind not in joints:
        return at
    last = start + _LONGEST_JOINT
    while start < last and _may_join(tokens, start, joints):
        start += 1
    return start


def _may_join(tokens: Tokens, at: int, joints: tuple[str, ...]) -> bool:
    token = at_token(tokens, at)  # «To: 25 June» as labels write it
    return token.kind in (*joints, "filler", "on", "of") or token.text == ":"


def _past_weekday(tokens: Tokens, at: int) -> int:
    """The position after «(Fri)»."""
    named = [at_token(tokens, at + step) for step in range(3)]
    inside = named[0].text == "(" and named[1].kind == "weekday" and named[2].text == ")"
    return at + 3 if inside else at


_LONGEST_JOINT = 6  # tokens: «until the end of the day on»


def _next_in_list(tokens: Tokens, at: int) -> int:
    if at_token(tokens, at).kind == "and" or at_token(tokens, at).text == "&":
        return at + 1
    if at_token(tokens, at).text in (",", "،"):
        return at + 1 + (at_token(tokens, at + 1).kind == "and" or at_token(tokens, at + 1).text == "&")
    return at


def _complete(spans: list[Span]) -> tuple[Span, ...] | None:
    """The spans with missing months and years filled in; None when no month is known for the first of them."""
    days = [day for span in spans for day in (span.first, span.last) if day is not None]
    filled = _fill(days)
    if not filled:
        return None
    pairs = zip(spans, filled[::2], filled[1::2], strict=True)
    return tuple(Span(first, first if span.first is span.last else last) for span, first, last in pairs)


def _fill(days: list[DayText]) -> list[DayText] | None:
    """Months and years run from right to left («1 – 31 Jan 2026»), and rightwards after «July 1 to 8»."""
    for at in range(len(days) - 2, -1, -1):
        days[at] = _lend(days[at], days[at + 1])
    for at in range(1, len(days)):
        if days[at - 1].month_first:
            days[at] = replace(_lend(days[at], days[at - 1]), month_first=True)
    if days[-1:] and days[-1].day.month is None:
        return None
    return days if all(day.day.month is not None for day in days) and days else None


def _lend(day: DayText, neighbour: DayText) -> DayText:
    """The day with month (and then year and calendar) of its neighbour where it names none itself."""
    if day.day.month is not None or neighbour.day.month is None:
        return day
    year = day.day.year if day.day.year is not None else neighbour.day.year
    return replace(day, day=CalendarDay(day.day.day, neighbour.day.month, year, neighbour.day.hijri))
