"""Where the reader stands, and what `relative` and `countdown` put in the place of words that count from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias

from pipelines.windows.datetokens import Token, fold
from pipelines.windows.positions import Tokens, at_token

__all__ = [
    "LOOK_BACK", "Settle", "Settled", "When", "cue_before", "day_token", "folded_words", "held_until", "is_cued",
    "span_tokens",
]  # fmt: skip

_CUES = ("until", "before", "from", "to")
LOOK_BACK = 6  # tokens between a cue and its day: «until 6 pm (Riyadh time) on …»


@dataclass(frozen=True)
class When:
    """Where the reader stands."""

    today: date
    minutes: int  # since midnight, in the source's zone
    weekend: tuple[int, int]  # 0 Monday .. 6 Sunday

    def next_weekday(self, weekday: int, *, after: int = 0) -> date:
        """The first such weekday at least `after` days from today."""
        start = self.today + timedelta(days=after)
        return start + timedelta(days=(weekday - start.weekday()) % 7)

    def weekend_days(self) -> tuple[date, date]:
        """The weekend that is on, or else the next."""
        last = self.next_weekday(self.weekend[1])
        return last - timedelta(days=1), last


# What a rule puts in the place of the tokens up to a position.
Settled: TypeAlias = tuple[list[Token], int]
Settle: TypeAlias = Callable[[Tokens, int, When], Settled | None]


def folded_words(spellings: str) -> frozenset[str]:
    return frozenset(fold(word).text for word in spellings.split("|"))


def cue_before(tokens: Tokens, at: int) -> Token:
    """The cue that the words before a position end with, past fillers and a time of day; else what stands there."""
    for back in range(1, LOOK_BACK + 1):
        token = at_token(tokens, at - back)
        is_hour = token.kind == "num" and at_token(tokens, at - back + 1).kind in ("am", "pm", "common_era")
        between = token.kind in ("filler", "on", "of", "time", "am", "pm", "common_era", "noon", "midnight", "zone")
        if not (between or is_hour or token.text in (":", ",", "،", "(", "-")):
            return token
    return at_token(tokens, -1)


def is_cued(tokens: Tokens, at: int) -> bool:
    return cue_before(tokens, at).kind in _CUES


def day_token(day: date, tokens: Tokens, start: int, end: int) -> Token:
    return Token("given", "", tokens[start].start, tokens[end - 1].end, day.toordinal())


def span_tokens(first: date, last: date, tokens: Tokens, start: int, end: int) -> list[Token]:
    here = day_token(first, tokens, start, end)
    return [here, replace(here, kind="dash", value=0), replace(here, value=last.toordinal())]


def held_until(day: date, tokens: Tokens, start: int, end: int, kind: str = "until") -> list[Token]:
    here = day_token(day, tokens, start, end)
    return [replace(here, kind=kind, value=0), here]
