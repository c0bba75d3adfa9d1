"""What a text says about when something holds, as statements: an end, a start, a range, a list of days, weekdays.

Each rule is a function that looks at one position of the tokens. A statement still speaks the text's own
language: years may be missing and days need not exist; `ranges` turns it into days of the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pipelines.windows.daylists import Span, read_days
from pipelines.windows.daytext import Order, Tokens, at_token, read_day, read_pair, skip

__all__ = ["Rule", "Statement", "read_statements"]

Rule = Literal[
    "until-date", "before-date", "from-date", "date-range", "day-list", "single-day", "on-day", "weekdays", "limited"
]
_SENTENCE = ("break",)


@dataclass(frozen=True)
class Statement:
    """One thing a text says about a window."""

    rule: Rule
    spans: tuple[Span, ...]
    start: int  # positions among the tokens
    end: int
    weekdays: frozenset[int] = frozenset()  # it holds on these weekdays only, 0 Monday; empty: every day
    cued: bool = False  # its sentence speaks of an offer, a price or validity
    subject: frozenset[str] = frozenset()  # the part of the offer that the words before it name: {"epp"}
    aside: bool = False  # it is about the stay, the trip, the delivery; not about the offer


_Found = tuple[Statement, int]


def read_statements(tokens: Tokens, order: Order) -> tuple[Statement, ...]:
    """Every statement the tokens make, left to right, numeric dates read in the given order."""
    found = _attach_weekdays(tuple(_scan(tokens, order)))
    ends = (0, *(statement.end for statement in found))
    return tuple(_in_context(tokens, statement, ends[i]) for i, statement in enumerate(found))


def _scan(tokens: Tokens, order: Order) -> Iterator[Statement]:
    at = 0
    while at < len(tokens):
        found = _first_match(tokens, at, order)
        if found:
            yield found[0]
        at = found[1] if found else at + 1


def _first_match(tokens: Tokens, at: int, order: Order) -> _Found | None:
    for rule in _RULES:
        found = rule(tokens, at, order)
        if found:
            return found
    return None


# ---------------------------------------------------------------- the rules


def _limited(tokens: Tokens, at: int, order: Order) -> _Found | None:
    return (Statement("limited", (), at, at + 1), at + 1) if tokens[at].kind == "limited" else None


def _not_window(tokens: Tokens, at: int, order: Order) -> _Found | None:
    """«Published 3 May 2026», «since 1985»: the date after such a word is stepped over."""
    if tokens[at].kind != "not_window":
        return None
    found = read_day(tokens, skip(tokens, at + 1), order)
    return (Statement("limited", (), at, at), found[1]) if found else None


def _weekdays(tokens: Tokens, at: int, order: Order) -> _Found | None:
    plural = tokens[at].kind == "weekday" and tokens[at].text.endswith("days")
    if tokens[at].kind != "every" and not plural:
        return None
    days, after = _weekday_list(tokens, at + (not plural))
    return (Statement("weekdays", (), at, after, frozenset(days)), after) if days else None


def _weekday_list(tokens: Tokens, at: int) -> tuple[list[int], int]:
    days: list[int] = []
    while at_token(tokens, at).kind == "weekday":
        days.append(tokens[at].value)
        at += 1
        if at_token(tokens, at).kind in ("and", "every") or at_token(tokens, at).text in ("&", ",", "،"):
            step = 1 + (at_token(tokens, at + 1).kind in ("and", "every"))
            at += step if at_token(tokens, at + step).kind == "weekday" else 0
    return days, at


def _until(tokens: Tokens, at: int, order: Order) -> _Found | None:
    if tokens[at].kind not in ("until", "before"):
        return None
    start = skip(tokens, at + 1)
    if at_token(tokens, start).kind in ("until", "to"):
        start = skip(tokens, start + 1)
    days = read_days(tokens, start, order)
    if days and (len(days[0]) > 1 or days[0][0].first is not days[0][0].last):
        return _listed(days[0], at, days[1])
    found = read_day(tokens, start, order) or read_pair(tokens, start, order)
    if not found:
        return None
    rule: Rule = "before-date" if tokens[at].kind == "before" else "until-date"
    return Statement(rule, (Span(None, found[0]),), at, found[1]), found[1]


def _valid_to(tokens: Tokens, at: int, order: Order) -> _Found | None:
    """«to 31 March 2026» right after a word of validity, with nothing before it that a range could start from."""
    if tokens[at].kind != "to" or at_token(tokens, at - 1).kind not in ("validity", "filler"):
        return None
    found = read_day(tokens, skip(tokens, at + 1), order)
    return (Statement("until-date", (Span(None, found[0]),), at, found[1]), found[1]) if found else None


def _from(tokens: Tokens, at: int, order: Order) -> _Found | None:
    if tokens[at].kind != "from":
        return None
    start = skip(tokens, at + 1)
    if at_token(tokens, start).kind == "from":
        start = skip(tokens, start + 1)
    days = read_days(tokens, start, order, between=True)
    if not days:
        return None
    spans, after = days
    if len(spans) == 1 and spans[0].first is spans[0].last:
        return Statement("from-date", (Span(spans[0].first, None),), at, after), after
    return _listed(spans, at, after)


def _plain(tokens: Tokens, at: int, order: Order) -> _Found | None:
    """Days with no cue of their own: a range, a list, or one day, «on» it when the word stands before."""
    days = read_days(tokens, at, order)
    if not days:
        return None
    spans, after = days
    if len(spans) > 1 or spans[0].first is not spans[0].last:
        return _listed(spans, at, after)
    rule: Rule = "on-day" if at_token(tokens, at - 1).kind == "on" else "single-day"
    return Statement(rule, spans, at, after), after


_RULES: tuple[Callable[[Tokens, int, Order], _Found | None], ...] = (
    _limited, _not_window, _weekdays, _until, _valid_to, _from, _plain,
)  # fmt: skip


def _listed(spans: tuple[Span, ...], at: int, after: int) -> _Found:
    return Statement("day-list" if len(spans) > 1 else "date-range", spans, at, after), after


# ---------------------------------------------------------------- what stands around a statement


def _attach_weekdays(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """«every Thursday» given to the statement after it, else to the one before; alone it stays as it is."""
    pending: Statement | None = None
    kept: list[Statement] = []
    for statement in statements:
        if statement.rule == "weekdays":
            pending = statement
        elif statement.rule != "limited" and pending:
            kept.append(replace(statement, weekdays=pending.weekdays, start=pending.start))
            pending = None
        else:
            kept.append(statement)
    if pending and kept and kept[-1].rule != "limited" and not kept[-1].weekdays:
        return (*kept[:-1], replace(kept[-1], weekdays=pending.weekdays, end=pending.end))
    return (*kept, pending) if pending else tuple(kept)


def _in_context(tokens: Tokens, statement: Statement, previous_end: int) -> Statement:
    before = _sentence_before(tokens, statement.start)
    named = tokens[max(previous_end, before) : statement.end]
    kinds = {token.kind for token in named}
    sentence = tokens[before : _sentence_after(tokens, statement.end)]
    return replace(
        statement,
        cued=any(token.kind in _CUES or _CUE_WORD.search(token.text) for token in sentence),
        subject=frozenset(token.text for token in named if token.kind == "part"),
        aside="other" in kinds and not kinds & {"booking", "part"},
    )


_CUES = ("validity", "booking", "part")
# Words inside longer phrases («valid from»), and what a price is written with.
_CUE_WORD = re.compile(
    r"valid|[%٪﷼]|^(?:sar|sr|aed|qar|kwd|bhd|omr|egp|usd|eur|gbp|riyals?|dirhams?|dinars?|pounds?|price[sd]?|free"
    r"|ر\.?س|ريال\w*|درهم\w*|دينار\w*|جنيه\w*|مجان\w*)$"
)


def _sentence_before(tokens: Tokens, at: int) -> int:
    while at > 0 and tokens[at - 1].kind not in _SENTENCE:
        at -= 1
    return at


def _sentence_after(tokens: Tokens, at: int) -> int:
    while at < len(tokens) and tokens[at].kind not in _SENTENCE:
        at += 1
    return at
