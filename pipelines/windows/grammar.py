"""What a text says about when something holds, as statements: an end, a start, a range, a list of days, a length.

Each rule is a function that looks at one position of the tokens; `recurrences` has those for days that come again.
A statement still speaks the text's own language: years may be missing and days need not exist; `ranges` turns it
into days of the calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from pipelines.windows.daylists import Span, read_days
from pipelines.windows.daytext import Order, read_day, read_pair
from pipelines.windows.durations import read_duration
from pipelines.windows.positions import Tokens, at_token, skip, skip_words
from pipelines.windows.recurrences import attach, read_except, read_monthdays, read_nth_weekday, read_weekdays
from pipelines.windows.statements import Found, Rule, Statement
from pipelines.windows.surroundings import Sentences

__all__ = ["read_statements"]


def read_statements(tokens: Tokens, order: Order) -> tuple[Statement, ...]:
    """Every statement the tokens make, left to right, numeric dates read in the given order."""
    found = tuple(islice(_scan(tokens, order), _MOST))
    sentences = Sentences(tokens)
    ends = (0, *(statement.end for statement in found))
    return attach(tuple(sentences.place(statement, ends[i]) for i, statement in enumerate(found)))


_MOST = 300  # statements of one text; a text with more is no statement of validity


def _scan(tokens: Tokens, order: Order) -> Iterator[Statement]:
    at = 0
    while at < len(tokens):
        found = _first_match(tokens, at, order)
        if found and found[0].rule != "other-date":
            yield found[0]
        at = found[1] if found else at + 1


def _first_match(tokens: Tokens, at: int, order: Order) -> Found | None:
    for rule in _RULES.get(tokens[at].kind, ()):
        found = rule(tokens, at, order)
        if found:
            return found
    return None


# ---------------------------------------------------------------- the rules


def _limited(tokens: Tokens, at: int, order: Order) -> Found | None:
    either = _until(tokens, at + 1, order) if at_token(tokens, at + 1).text in _OR else None
    return either or (Statement("limited", (), at, at + 1), at + 1)


_OR = ("or", "او")  # «while stocks last or until 30 June»


def _not_window(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«Published 3 May 2026», «Posted by Admin on 3 May 2026»: the date after such a word is stepped over."""
    start = at + 1
    for _ in range(_WORDS_BEFORE_DATE):
        start = skip(tokens, start)
        found = read_day(tokens, start, order)
        if found:
            return Statement("other-date", (), at, at), found[1]
        if at_token(tokens, start).kind != "word":
            return None
        start += 1
    return None


_WORDS_BEFORE_DATE = 4


def _until(tokens: Tokens, at: int, order: Order) -> Found | None:
    start = skip(tokens, at + 1)
    if at_token(tokens, start).kind in ("until", "to", "during"):
        start = skip(tokens, start + 1)
    if at_token(tokens, start).text == "من" and at_token(tokens, start + 1).kind == "month":
        start += 1  # «آخر يوم من رمضان»
    start = _past_subject(tokens, at, start, order)
    days = read_days(tokens, start, order)
    if days and (len(days[0]) > 1 or days[0][0].first is not days[0][0].last):
        return _listed(days[0], at, days[1])
    found = read_day(tokens, start, order) or read_pair(tokens, start, order)
    if not found:
        return None
    early = tokens[at].kind == "before" and tokens[skip_words(tokens, start)].kind != "end_of"
    return Statement("before-date" if early else "until-date", (Span(None, found[0]),), at, found[1]), found[1]


def _past_subject(tokens: Tokens, at: int, start: int, order: Order) -> int:
    """The position of the date after «last day to enjoy the offer: …», «تنتهي الحملة في …»; else `start`."""
    if tokens[at].text.partition(" ")[0] not in _HAS_SUBJECT:
        return start
    on = start
    for _ in range(_WORDS_BEFORE_DATE + 1):
        following = skip(tokens, on + 1)
        joint = at_token(tokens, on).kind in ("from", "to") and not read_day(tokens, following, order)
        if not joint and at_token(tokens, on).kind not in _SUBJECT:
            break
        on = following
    return on if on > start and read_day(tokens, on, order) else start


_SUBJECT = ("word", "offer", "validity", "booking", "part", "this", "lasting")
_HAS_SUBJECT = frozenset(
    ("last", "final", "deadline", "expiry", "expiration", "end", "closing", "ينتهي", "تنتهي", "وينتهي", "وتنتهي", "اخر",
     "تاريخ", "موعد", "انتهاء", "نهايه")
)  # fmt: skip


def _end_named(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«End: 30 June 2026»."""
    if at_token(tokens, at + 1).text not in (":", "-", "–") or at_token(tokens, at + 2).kind == "month":
        return None
    found = read_day(tokens, skip(tokens, at + 1), order)
    return (Statement("until-date", (Span(None, found[0]),), at, found[1]), found[1]) if found else None


def _within(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«This month», which `relative` made the day it ends."""
    found = read_day(tokens, at + 1, order)
    return (Statement("within-period", (Span(None, found[0]),), at, found[1]), found[1]) if found else None


def _valid_to(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«to 31 March 2026» right after a word of validity, with nothing before it that a range could start from."""
    if at_token(tokens, at - 1).kind not in ("validity", "offer", "filler"):
        return None
    found = read_day(tokens, skip(tokens, at + 1), order)
    return (Statement("until-date", (Span(None, found[0]),), at, found[1]), found[1]) if found else None


def _valid_day(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«Valid: 30 June 2026», «Validity: June 2026»: a date that stands right after such a word is the end."""
    start = skip(tokens, at + 1)
    if tokens[at].text not in _VALID or at_token(tokens, start - 1).kind == "on":
        return None
    days = read_days(tokens, start, order)
    if not days or len(days[0]) > 1 or days[0][0].first is not days[0][0].last:
        return None
    if at_token(tokens, days[1]).kind == "only":
        return Statement("on-day", days[0], at, days[1] + 1, only=True), days[1] + 1  # «valid 17 June only»
    return Statement("until-date", (Span(None, days[0][0].last),), at, days[1]), days[1]


_VALID = ("valid", "validity", "صلاحيه")


def _from(tokens: Tokens, at: int, order: Order) -> Found | None:
    start = skip(tokens, at + 1)
    if at_token(tokens, start).kind == "from":
        start = skip(tokens, start + 1)
    days = read_days(tokens, start, order, between=True)
    if not days:
        return None
    spans, after = days
    if len(spans) == 1 and spans[0].first is spans[0].last:
        if spans[0].first is not None and spans[0].first.day.day is None and spans[0].first.day.year is None:
            return None  # «العشر الأواخر من رمضان»
        return Statement("from-date", (Span(spans[0].first, None),), at, after), after
    return _listed(spans, at, after)


def _during(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«During Ramadan», «in May 2026», «خلال شهر يونيو»: the whole of a month."""
    month_at = skip_words(tokens, at + 1)
    named = at_token(tokens, at).kind in ("during", "this", "on") or at_token(tokens, at - 1).kind in _RECURRING
    if at_token(tokens, month_at).kind != "month" or not named:
        return None
    listed = read_days(tokens, month_at, order)
    if listed and len(listed[0]) > 1 and all(span.first and span.first.day.day is None for span in listed[0]):
        return _listed(listed[0], at, listed[1])  # «throughout June and July»
    found = read_day(tokens, month_at, order)
    if not found or found[0].day.day is not None or at_token(tokens, found[1]).kind in ("to", "dash"):
        return None
    weak = tokens[at].text in _IN and at_token(tokens, at - 1).kind not in ("validity", "offer", *_RECURRING)
    rule: Rule = "in-month" if weak else "date-range"
    return Statement(rule, (Span(found[0], found[0]),), at, found[1]), found[1]


_RECURRING = ("weekday", "dayset")  # «Fridays of June»
_IN = ("in", "within", "on", "في")  # «announced in October» is no window; «valid in October» is one


def _plain(tokens: Tokens, at: int, order: Order) -> Found | None:
    """Days with no cue of their own: a range, a list, or one day, «on» it when the word stands before."""
    days = read_days(tokens, at, order)
    if not days:
        return None
    spans, after = days
    if len(spans) > 1 or spans[0].first is not spans[0].last:
        return _listed(spans, at, after)
    only = at_token(tokens, after).kind == "only"
    on_it = only or tokens[at].kind == "on" or at_token(tokens, at - 1).kind == "on"
    return Statement("on-day" if on_it else "single-day", spans, at, after, only=only), after


def _listed(spans: tuple[Span, ...], at: int, after: int) -> Found:
    return Statement("day-list" if len(spans) > 1 else "date-range", spans, at, after), after


def _lasting(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«For 30 days»; «for 30 days from purchase» starts for everyone on another day, and is no window."""
    found = read_duration(tokens, at + 1) or read_duration(tokens, skip_words(tokens, at + 1))
    if not found:
        return None
    length, after = found
    following = at_token(tokens, after)
    if following.text in _SINCE and not read_days(tokens, skip(tokens, after + 1), order):
        return Statement("other-date", (), at, at), after + 1
    only = following.kind == "only"
    return Statement("lasting", (), at, after + only, lasts=length, only=only), after + only


def _length_only(tokens: Tokens, at: int, order: Order) -> Found | None:
    """«48 hours only», «يوم واحد فقط»: a length with nothing before it but with «only»."""
    found = read_duration(tokens, at)
    if not found or at_token(tokens, found[1]).kind != "only":
        return None
    return Statement("lasting", (), at, found[1] + 1, lasts=found[0], only=True), found[1] + 1


_SINCE = ("from", "after", "of", "since", "following", "upon", "starting", "من", "بعد", "ابتداء من")

_Read = Callable[[Tokens, int, Order], Found | None]
_RULES: dict[str, tuple[_Read, ...]] = {
    "limited": (_limited,), "not_window": (_not_window,), "every": (read_nth_weekday, read_weekdays),
    "dayset": (read_weekdays,), "except": (read_except,), "until": (_until,), "before": (_until,),
    "within": (_within,), "to": (_valid_to,), "from": (_from,), "during": (_during,), "this": (_during,),
    "on": (_during, _length_only, _plain), "lasting": (_lasting,),
    "weekday": (read_nth_weekday, read_weekdays, _plain),
    "num": (read_nth_weekday, read_monthdays, _length_only, _plain), "word": (read_nth_weekday, _length_only),
    "validity": (_valid_day,), "end_of": (_end_named, _plain),
    **dict.fromkeys(("iso", "numeric", "pair", "month", "given", "middle_of", "start_of", "time"), (_plain,)),
    **dict.fromkeys(("filler", "of"), (_during, _plain)),
    **dict.fromkeys(("noon", "midnight"), (_plain,)),
}  # fmt: skip
