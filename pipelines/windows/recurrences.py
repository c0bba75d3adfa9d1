"""Days that come again: «every Friday», «Sunday to Thursday», «1st to 5th of every month», «except Fridays»."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.windows.daylists import Span, read_days
from pipelines.windows.daytext import Order, is_dated
from pipelines.windows.positions import Tokens, at_token, skip, skip_words
from pipelines.windows.statements import Found, Statement

__all__ = ["attach", "read_except", "read_monthdays", "read_nth_weekday", "read_weekdays"]

_EVERY_DAY = frozenset(range(7))


def read_weekdays(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«Every Friday and Saturday», «Fridays», «Sunday to Thursday», «Monday, Tuesday»; not a weekday before a date."""
    every = tokens[at].kind == "every"
    days, after = _weekday_list(tokens, at + every)
    plural = tokens[at].text.endswith("days")
    if not days or not (every or plural or len(days) > 1) or (not (every or plural) and is_dated(tokens, after)):
        return None
    return Statement("weekdays", (), at, after, frozenset(days)), after


def _weekday_list(tokens: Tokens, at: int) -> tuple[list[int], int]:
    days: list[int] = []
    while at_token(tokens, at).kind in ("weekday", "dayset"):
        token = tokens[at]
        days += [token.value] if token.kind == "weekday" else [day for day in range(7) if token.value >> day & 1]
        at += 1
        if at_token(tokens, at).kind in ("and", "every") or at_token(tokens, at).text in ("&", ",", "،"):
            step = 1 + (at_token(tokens, at + 1).kind in ("and", "every"))
            at += step if at_token(tokens, at + step).kind in ("weekday", "dayset") else 0
    return days, at


def read_except(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«Except Fridays», «not valid on 23 September»: days cut out of the window."""
    named = at_token(tokens, at + 1).kind == "offer"  # «لا يشمل العرض يومي ١٢ و١٣»
    start = skip(tokens, at + 1 + named)
    while at_token(tokens, start).text in _HOLIDAYS:
        start = skip(tokens, start + 1)
    days, after = _weekday_list(tokens, start + (at_token(tokens, start).kind == "every"))
    if days and not is_dated(tokens, after):
        return Statement("except-weekdays", (), at, after, frozenset(days)), after
    first = skip(tokens, start + (at_token(tokens, start).kind in ("from", "during")))
    bars = _BARS if tokens[at].text.endswith(_PLURAL) else ()
    spans, after = _excepted_days(tokens[: _before_end(tokens, first)], first, order, bars)
    return (Statement("except-days", spans, at, after), after) if spans else None


def _excepted_days(tokens: Tokens, at: int, order: Order, bars: tuple[str, ...]) -> tuple[tuple[Span, ...], int]:
    """The days from here on, with those after a bar: «11 to 19 April | 1 to 3 May»."""
    spans: tuple[Span, ...] = ()
    after = start = at
    while days := read_days(tokens, start, order):
        spans, after = (*spans, *days[0]), days[1]
        start = after + 1
        if at_token(tokens, after).text not in bars:
            break
    return spans, after


_BARS = ("|", "•", "·", ";")
_PLURAL = ("dates", "days", "ايام")  # after «blackout dates» more of them may follow


def _before_end(tokens: Tokens, at: int) -> int:
    """Where a new clause says the end: «ما عدا ١٢ و١٣ يونيو، حتى ٣٠ يونيو»."""
    last = min(len(tokens), at + _LONGEST_EXCEPTION)
    ends = (i for i in range(at + 1, last) if tokens[i].kind == "until" and tokens[i - 1].text in (",", "،"))
    return next(ends, len(tokens))


_LONGEST_EXCEPTION = 80  # tokens


# «Not valid on public holidays, 12 June and 20 June»; other words name goods, and a date after them is another's.
_HOLIDAYS = frozenset(
    ("public", "bank", "mercantile", "poya", "national", "official", "holiday", "holidays", "days", "dates",
     "period", "periods", "applicable", "apply", "applies",
     "العطل", "عطل", "الرسميه", "رسميه", "الاجازات", "اجازات", "الاعياد", "المناسبات", "العطلات", "عطلات")
)  # fmt: skip


def read_monthdays(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«23rd to 30th of every month», «من ١ إلى ٥ من كل شهر»."""
    first, joint = tokens[at], at_token(tokens, at + 1)
    last_at = skip_words(tokens, at + 2) if joint.kind in ("to", "until", "dash") else at
    last = at_token(tokens, last_at)
    every = last_at + 1
    if at_token(tokens, every).kind in ("of", "on") or at_token(tokens, every).text == "من":
        every += 1
    is_month = at_token(tokens, every + 1).text in ("month", "شهر") and at_token(tokens, every).kind == "every"
    if not is_month or last.kind != "num" or not 1 <= first.value <= last.value <= 31:
        return None
    days = frozenset(range(first.value, last.value + 1))
    return Statement("monthdays", (), at, every + 2, monthdays=days), every + 2


def read_nth_weekday(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«First Sunday of every month», «last Friday of the month», «أول جمعة من كل شهر», «الجمعة الأولى من الشهر»."""
    start = at + (tokens[at].kind == "every")
    forms = ((start, start + 1), (start + 1, start))  # where the number and the weekday stand, in either order
    for number, weekday in forms:
        days = _NTH.get(at_token(tokens, number).text)
        if days and at_token(tokens, weekday).kind == "weekday":
            after = _past_month(tokens, start + 2)
            named = frozenset((tokens[weekday].value,))
            return (Statement("monthdays", (), at, after, named, days), after) if after else None
    return None


def _past_month(tokens: Tokens, at: int) -> int | None:
    """The position after «of the month», «من كل شهر»; None when something else stands there."""
    while at_token(tokens, at).kind in ("of", "on", "every", "filler", "from") and tokens[at].text not in _MONTH:
        at += 1
    return at + 1 if at_token(tokens, at).text in _MONTH else None


_MONTH = ("month", "شهر", "الشهر")
_WEEKS = tuple(frozenset(range(first, first + 7)) for first in (1, 8, 15, 22))
_LAST_WEEK = frozenset(range(25, 32))  # of a shorter month a day of it may be missed, and none is served too many
_NTH = {
    text: days
    for days, texts in zip(
        (*_WEEKS, _LAST_WEEK),
        ("first 1st اول الاول الاولي", "second 2nd ثاني الثاني الثانيه", "third 3rd ثالث الثالث الثالثه",
         "fourth 4th رابع الرابع الرابعه", "last اخر الاخير الاخيره"),
        strict=True,
    )
    for text in texts.split()
}  # fmt: skip


# ---------------------------------------------------------------- which statement they belong to


def attach(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Recurrences given to the dated statement they belong to; one alone stays a statement of its own.

    In the same sentence the nearer neighbour gets it, the one after it between equals; in another sentence, the
    next, else the one before, and only when its own sentence speaks of an offer. Opening hours and the nights of
    a stay belong to none.
    """
    kept = [s for s in statements if not s.recurs]
    dated = [s for s in kept if s.spans and s.rule != "except-days" and not s.aside]
    loose = []
    for one in (s for s in statements if s.recurs and "hours" not in s.named and not s.aside):
        of = _owner(one, dated)
        if of is None:
            loose.append(one)
        else:
            kept[kept.index(of)] = dated[dated.index(of)] = _with(of, one)
    return (*kept, *_alone(loose))


def _owner(one: Statement, dated: list[Statement]) -> Statement | None:
    before = next((s for s in reversed(dated) if s.start < one.start), None)
    after = next((s for s in dated if s.start > one.start), None)
    near = [s for s in (after, before) if s and s.sentence == one.sentence]
    if near:
        return min(near, key=lambda s: abs(_gap(s, one)))
    return (after or before) if one.cued or one.rule != "weekdays" else None


def _gap(one: Statement, other: Statement) -> int:
    return max(one.start - other.end, other.start - one.end)


def _with(dated: Statement, one: Statement) -> Statement:
    """The dated statement on the days of the other only; two lists are both meant, an exception is taken off."""
    start, end = min(dated.start, one.start), max(dated.end, one.end)
    near = _gap(dated, one) <= _QUOTED_TOGETHER
    weekdays = _together(dated.weekdays, one)
    widened = replace(dated, start=start, end=end) if near else dated
    return replace(widened, weekdays=weekdays, monthdays=dated.monthdays | one.monthdays)


_QUOTED_TOGETHER = 12  # tokens between two statements that are quoted as one piece of evidence


def _together(days: frozenset[int], one: Statement) -> frozenset[int]:
    if one.rule == "except-weekdays":
        return (days or _EVERY_DAY) - one.weekdays
    return days | one.weekdays


def _alone(loose: list[Statement]) -> tuple[Statement, ...]:
    """What is left without a date, as one statement: «every day except Friday»."""
    if not loose:
        return ()
    whole = replace(loose[0], rule="weekdays", weekdays=frozenset(), monthdays=frozenset())
    for one in sorted(loose, key=lambda s: s.rule == "except-weekdays"):
        whole = _with(whole, one)
    return (whole,)
