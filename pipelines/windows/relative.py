"""Days named by where the reader stands, put in place of the words: «ends Sunday» becomes «ends» and that Sunday.

`settle` rewrites tokens, so that every other rule meets only days of the calendar. The rules, all of which count
from the day the text was first seen, and choose the earlier day where a phrase may mean two:

- A weekday after «until», «from» or «this» is the first one from the day of the observation on, which itself counts;
  after «next» the first one after it.
- A range of fewer than five weekdays after «from» or «this» is the one that ends next; five or more, or any range
  without such a word, beside a date or another such range, is a recurrence.
- A weekend is Friday and Saturday in the zones of `relativewords.WEEKENDS`, elsewhere Saturday and Sunday; a week
  ends with its weekend. «Until the end of the month» is the Gregorian month of the source's zone.
- «Today», «tomorrow» and a weekday alone say nothing («order today»): they count after a cue, or with «only».
- «Ends in 3 days» is the third day after the observation; «3 days left» counts today as the first.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from pipelines.windows.countdown import ends_in, left_after, left_before
from pipelines.windows.dates import CalendarDay, hijri_year
from pipelines.windows.datetokens import Token
from pipelines.windows.daytext import is_dated
from pipelines.windows.positions import Tokens, at_token
from pipelines.windows.relativewords import WEEKENDS
from pipelines.windows.vantage import (
    LOOK_BACK,
    Settle,
    Settled,
    When,
    cue_before,
    day_token,
    folded_words,
    held_until,
    is_cued,
    span_tokens,
)  # fmt: skip

__all__ = ["settle"]


def settle(tokens: Tokens, seen: datetime, zone: str) -> Tokens:
    """The tokens with relative days as days; `seen` is the observation in the source's zone, which `zone` names."""
    if not any(token.kind in _RULES for token in tokens):
        return tokens
    weekend = (4, 5) if zone in WEEKENDS else (5, 6)
    return tuple(_settled(tokens, When(seen.date(), seen.hour * 60 + seen.minute, weekend)))


def _settled(tokens: Tokens, when: When) -> Iterator[Token]:
    at = 0
    while at < len(tokens):
        rule = _RULES.get(tokens[at].kind)
        found = rule(tokens, at, when) if rule else None
        if found:
            yield from found[0]
        else:
            yield tokens[at]
        at = found[1] if found else at + 1


# ---------------------------------------------------------------- days


def _today(tokens: Tokens, at: int, when: When) -> Settled | None:
    only = at_token(tokens, at + 1).kind == "only"
    if is_cued(tokens, at) and not only:
        return ([day_token(when.today, tokens, at, at + 1)], at + 1) if _is_an_end(tokens, at) else None
    if only or cue_before(tokens, at).text in _HOLDS:
        return held_until(when.today, tokens, at, at + 1 + only), at + 1 + only
    return None


# «Available today» is said of a shop that opens, too
_HOLDS = folded_words("valid|applies|runs|redeemable|ساري|سارية|صالح|صالحة")


def _is_an_end(tokens: Tokens, at: int) -> bool:
    """Whether «today» after a cue is an end or start of an offer: «since 1985 until today» is not."""
    cue = cue_before(tokens, at)
    if cue.kind == "from" or cue.text not in _UP_TO_NOW:
        return True
    near = tokens[max(0, at - LOOK_BACK) : at + 3]
    return any(token.kind in ("validity", "offer", "time", "am", "pm", "midnight") for token in near)


_UP_TO_NOW = folded_words("until|till|til|'til|through|up to|by|to|حتى|إلى|لغاية|وحتى")


def _today_only(tokens: Tokens, at: int, when: When) -> Settled | None:
    if is_cued(tokens, at):
        return [day_token(when.today, tokens, at, at + 1)], at + 1
    return held_until(when.today, tokens, at, at + 1), at + 1


def _tomorrow(tokens: Tokens, at: int, when: When) -> Settled | None:
    day = when.today + timedelta(days=2 if tokens[at].kind == "day_after" else 1)
    only = at_token(tokens, at + 1).kind == "only"
    if is_cued(tokens, at):
        return [day_token(day, tokens, at, at + 1)], at + 1
    return (span_tokens(day, day, tokens, at, at + 2), at + 2) if only else None


def _weekday(tokens: Tokens, at: int, when: When) -> Settled | None:
    """A weekday, with «this» or «next» before it or «القادم» after it."""
    pointed = tokens[at].kind in ("this", "next")
    on = at + pointed
    if at_token(tokens, on).kind != "weekday":
        return None
    return _weekday_range(tokens, at, on, when) or _one_weekday(tokens, at, on, when)


def _one_weekday(tokens: Tokens, at: int, on: int, when: When) -> Settled | None:
    coming = at_token(tokens, on + 1).kind == "coming"
    end = on + 1 + coming
    only = at_token(tokens, end).kind == "only" and at_token(tokens, at - 1).kind not in ("weekday", "and", "every")
    if is_dated(tokens, end) or tokens[on].text.endswith("days") or not _is_certain(tokens[on]):
        return None
    day = when.next_weekday(tokens[on].value, after=int(tokens[at].kind == "next"))
    cue = cue_before(tokens, at)
    if cue.kind in ("until", "before") or (cue.kind in ("from", "to") and _is_whole(tokens[on])):
        return [day_token(day, tokens, at, end)], end
    if (on > at or coming or only) and _is_whole(tokens[on]):
        return span_tokens(day, day, tokens, at, end + only), end + only
    return None


def _is_certain(token: Token) -> bool:
    """Whether a word can only be a weekday: «أحد» is also «one of», «خميس» a town."""
    return token.text.isascii() or token.text.startswith("ال")


def _is_whole(token: Token) -> bool:
    """Whether a weekday is written out: «from sun» and «sat» are other words too."""
    return token.text.endswith("day") or not token.text.isascii()


def _weekday_range(tokens: Tokens, at: int, on: int, when: When) -> Settled | None:
    last_at = _joined(tokens, on + 1)
    last = at_token(tokens, last_at)
    if last.kind != "weekday" or is_dated(tokens, last_at + 1):
        return None
    length = (last.value - tokens[on].value) % 7 + 1
    pointed = on > at or at_token(tokens, at - 1).kind == "from"
    if not pointed or length >= 5 or at_token(tokens, at - 1).kind == "every" or _comes_again(tokens, at):
        days = sum(1 << (tokens[on].value + step) % 7 for step in range(length))
        return [Token("dayset", "", tokens[at].start, last.end, days)], last_at + 1
    end = when.next_weekday(last.value)
    return span_tokens(end - timedelta(days=length - 1), end, tokens, at, last_at + 1), last_at + 1


def _joined(tokens: Tokens, at: int) -> int:
    """The position of the weekday that «to», «until» or a dash leads to; `at` when none does."""
    if at_token(tokens, at).kind not in ("to", "until", "dash"):
        return at
    on = at + 1
    while at_token(tokens, on).kind in ("filler", "on"):
        on += 1
    return on


_NEAR = 40  # tokens on either side among which a date or another range of weekdays makes one a recurrence


def _comes_again(tokens: Tokens, at: int) -> bool:
    near = tokens[max(0, at - _NEAR) : at + _NEAR]
    if any(token.kind in ("month", "iso", "numeric") for token in near):
        return True
    return sum(_is_range(near, i) for i in range(len(near))) > 1  # «Sunday to Thursday 50%, Friday to Saturday 40%»


def _is_range(tokens: Tokens, at: int) -> bool:
    last = _joined(tokens, at + 1)
    return tokens[at].kind == at_token(tokens, last).kind == "weekday" and last > at + 1


# ---------------------------------------------------------------- weeks, months, years


def _weekend(tokens: Tokens, at: int, when: When) -> Settled | None:
    first, last = when.weekend_days()
    if tokens[at].kind == "next_weekend" and first <= when.today:
        first, last = first + timedelta(days=7), last + timedelta(days=7)
    end = at + 1 + (at_token(tokens, at + 1).kind in ("coming", "only"))
    if cue_before(tokens, at).kind in ("until", "before"):
        return [day_token(last, tokens, at, end)], end
    return span_tokens(first, last, tokens, at, end), end


def _weekends(tokens: Tokens, at: int, when: When) -> Settled | None:
    """«Weekends», «every weekend», «weekdays»: days that come again; «until the weekend» is the next."""
    pointed = cue_before(tokens, at).kind
    if tokens[at].kind == "weekend" and pointed in ("until", "before"):
        return _weekend(tokens, at, when)
    plural = tokens[at].kind == "workdays" or tokens[at].text.endswith("s") or not tokens[at].text.isascii()
    if not plural and pointed not in ("every", "except"):
        return None
    weekend = 1 << when.weekend[0] | 1 << when.weekend[1]
    days = weekend if tokens[at].kind == "weekend" else 127 & ~weekend
    return [Token("dayset", "", tokens[at].start, tokens[at].end, days)], at + 1


def _period(tokens: Tokens, at: int, when: When) -> Settled | None:
    """«This week», «this month»: it holds now, until the period ends."""
    if cue_before(tokens, at).kind == "from":
        return None  # «laid off beginning this week»
    day = _end_of_period(tokens[at].kind, when)
    only = at_token(tokens, at + 1).kind == "only"
    if is_cued(tokens, at):
        return [day_token(day, tokens, at, at + 1)], at + 1
    firm = only or at_token(tokens, at - 1).kind in ("validity", "offer")
    if tokens[at].kind == "this_year" and not firm:
        return None  # «the best deals we had this year»
    return held_until(day, tokens, at, at + 1 + only, "until" if firm else "within"), at + 1 + only


def _period_end(tokens: Tokens, at: int, when: When) -> Settled | None:
    return [day_token(_end_of_period(tokens[at].kind, when), tokens, at, at + 1)], at + 1


def _number(tokens: Tokens, at: int, when: When) -> Settled | None:
    """«3 days left»; «the 15th of this month»; «ends on the 30th», the first 30th from the observation on."""
    return left_before(tokens, at, when) or _day_of_month(tokens, at, when)


def _day_of_month(tokens: Tokens, at: int, when: When) -> Settled | None:
    number = tokens[at].value
    if not 1 <= number <= 31 or not is_cued(tokens, at):
        return None
    on = at + 1
    while at_token(tokens, on).kind in ("of", "filler") or at_token(tokens, on).text == "من":
        on += 1
    ordinal = not tokens[at].text.isdigit() and at_token(tokens, at + 1).kind in ("end", "break")
    if at_token(tokens, on).kind != "this_month" and not ordinal:
        return None
    day, end = when.today.replace(day=1), at + 1 if ordinal else on + 1
    if ordinal and number < when.today.day:
        day = _month_end(day) + timedelta(days=1)
    return ([day_token(day.replace(day=number), tokens, at, end)], end) if number <= _month_end(day).day else None


def _end_of_period(kind: str, when: When) -> date:
    today = when.today
    if kind in ("this_week", "week_end"):
        return when.next_weekday(when.weekend[1])
    if kind == "next_month_end":
        today = _month_end(today) + timedelta(days=1)
    if kind in ("this_year", "year_end"):
        return date(today.year, 12, 31)
    if kind == "hijri_year_end":
        dates = CalendarDay(None, 12, hijri_year(today), hijri=True).dates()
        return dates[1] if dates else today
    return _month_end(today)


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


_RULES: dict[str, Settle] = {
    "today": _today, "today_only": _today_only, "tomorrow": _tomorrow, "day_after": _tomorrow,
    "weekday": _weekday, "this": _weekday, "next": _weekday,
    "this_weekend": _weekend, "next_weekend": _weekend, "weekend": _weekends, "workdays": _weekends,
    "this_week": _period, "this_month": _period, "this_year": _period,
    "week_end": _period_end, "month_end": _period_end, "next_month_end": _period_end, "year_end": _period_end,
    "hijri_year_end": _period_end, "until": ends_in, "left": left_after, "num": _number,
}  # fmt: skip
