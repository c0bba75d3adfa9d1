"""One thing a text says about a window, as `grammar` and `recurrences` read it and `ranges` resolves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipelines.windows.daylists import Span
from pipelines.windows.durations import Duration

__all__ = ["Found", "Rule", "Statement"]

Rule = Literal[
    "until-date", "before-date", "from-date", "date-range", "in-month", "day-list", "single-day", "on-day",
    "within-period", "lasting", "weekdays", "except-weekdays", "monthdays", "except-days", "limited", "other-date",
]  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """One thing a text says about a window."""

    rule: Rule
    spans: tuple[Span, ...]
    start: int  # positions among the tokens
    end: int
    weekdays: frozenset[int] = frozenset()  # it holds on these weekdays only, 0 Monday; empty: every day
    monthdays: frozenset[int] = frozenset()  # it holds on these days of each month only; empty: every day
    lasts: Duration | None = None
    only: bool = False  # a length or a day with «only»
    owned: bool = False  # a length right after a word for the offer itself
    goods: bool = False  # those words name something sold by its length: a package, a voucher, instalments
    cued: bool = False  # its sentence speaks of an offer, a price or validity
    promised: bool = False  # by words that are hardly said of anything else
    past: bool = False  # its sentence tells what was, and of nothing that is
    sentence: int = 0  # the number of its sentence in the text
    named: frozenset[str] = frozenset()  # kinds of words between the statement before and its end
    subject: frozenset[str] = frozenset()  # the part of the offer that those words name: {"epp"}

    @property
    def aside(self) -> bool:
        """Whether it is about the stay or the trip, not about the offer."""
        return "other" in self.named and not self.named & {"booking", "part"}

    @property
    def service(self) -> bool:
        """Whether it is about delivery, warranty or returns, and nothing there speaks of an offer."""
        return "service" in self.named and not self.named & {"offer", "booking", "part"}

    @property
    def recurs(self) -> bool:
        """Whether it names days that come again, without a bound of its own."""
        return self.rule in ("weekdays", "except-weekdays", "monthdays")


Found: TypeAlias = tuple[Statement, int]
