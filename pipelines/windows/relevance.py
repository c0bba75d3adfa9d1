"""Which statements of a text speak of when an offer holds, and which of them belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from pipelines.windows.positions import Tokens
from pipelines.windows.relativewords import ENDING, FINISHED_BY
from pipelines.windows.statements import Statement

__all__ = ["Context", "as_meant", "counts", "is_relative", "join_bounds"]

Context = Literal["validity", "offer", "text"]


def counts(statement: Statement, tokens: Tokens, context: Context) -> bool:
    """Whether a statement says anything of a window, in such a text."""
    if statement.service:
        return False
    if context == "validity" or statement.rule in ("limited", "except-days", "lasting"):
        return True
    if statement.rule in ("single-day", "in-month"):
        return False
    if context == "offer":
        return (
            statement.cued or statement.only or not (statement.recurs or statement.rule in ("on-day", "within-period"))
        )
    if statement.rule in ("until-date", "before-date"):
        firm = not is_relative(statement) and not _is_told_of_the_past(statement, tokens)
        return statement.cued or firm or _says_ends(statement, tokens)
    return statement.cued and statement.rule in ("date-range", "day-list", "from-date")


def is_relative(statement: Statement) -> bool:
    """Whether any of its days is reckoned from the observation."""
    return any(day is not None and day.relative for span in statement.spans for day in (span.first, span.last))


def _is_told_of_the_past(statement: Statement, tokens: Tokens) -> bool:
    """«By September they left», «until May they were here»: without a year, of nothing that is offered: a story."""
    names_year = any(day is not None and day.day.year for span in statement.spans for day in (span.first, span.last))
    return not names_year and (statement.past or tokens[statement.start].text in FINISHED_BY)


def _says_ends(statement: Statement, tokens: Tokens) -> bool:
    """Whether «ends», «3 days left» or «today only» stands there: «back by Sunday» is said of anything."""
    word = tokens[statement.start].text.partition(" ")[0]
    return not word or word in ENDING


def as_meant(statement: Statement, context: Context) -> Statement:
    """A bare date in a text that speaks of validity is its end; elsewhere one day is that day."""
    if statement.rule != "single-day":
        return statement
    return replace(statement, spans=tuple(replace(span, first=None) for span in statement.spans))


def join_bounds(statements: Sequence[Statement], context: Context) -> Iterator[Statement]:
    """«Starts 1 March. Ends 31 March.»: the one start of a text joins its one end, or the length it is said to last."""
    starts = [s for s in statements if s.rule == "from-date"]
    ends = [s for s in statements if s.rule in _ENDS]
    lengths = [s for s in statements if s.rule == "lasting"]
    others = [s for s in statements if s.rule not in (*_ENDS, "from-date", "lasting")]
    ranged = any(s.spans for s in others if s.rule != "except-days")
    if len(starts) == 1 and len(ends) == 1 and not ranged and not _begins_later(starts[0], ends[0]):
        yield _joined(starts[0], ends[0])
    elif ends or ranged:
        yield from ends
    elif starts:
        yield from _lasting(starts, lengths)
    else:
        yield from (length for length in lengths if _is_own(length, context))
    yield from others


def _begins_later(start: Statement, end: Statement) -> bool:
    """«Register until 20 June. The course starts on 1 July.»: what starts after an end named first is another."""
    first, last = start.spans[0].first, end.spans[0].last
    if end.start > start.start or first is None or last is None or first.day.hijri != last.day.hijri:
        return False
    if first.day.year is not None and last.day.year is not None and first.day.year != last.day.year:
        return first.day.year > last.day.year
    return ((first.day.month or 0), (first.day.day or 0)) > ((last.day.month or 0), (last.day.day or 32))


_ENDS = ("until-date", "before-date", "within-period")


def _joined(start: Statement, end: Statement) -> Statement:
    span = replace(end.spans[0], first=start.spans[0].first)
    first, last = sorted((start, end), key=lambda s: s.start)
    days = first.weekdays | last.weekdays
    return replace(end, spans=(span,), start=first.start, end=last.end, weekdays=days)


def _lasting(starts: list[Statement], lengths: list[Statement]) -> Iterator[Statement]:
    """The starts; the only one with the length that is the offer's own or stands right beside it."""
    for start in starts:
        beside = (n for n in lengths if n.owned or -1 <= max(n.start - start.end, start.start - n.end) <= 2)
        length = next(beside, None) if len(starts) == 1 else None
        if length is None:
            yield start
        else:
            widest = min(start.start, length.start), max(start.end, length.end)
            yield replace(start, rule="date-range", lasts=length.lasts, start=widest[0], end=widest[1])


def _is_own(length: Statement, context: Context) -> bool:
    """Whether a length without a start is the offer's: it says so, or the text is known to speak of validity."""
    return length.owned or (not length.goods and (context == "validity" or (length.only and length.cued)))
