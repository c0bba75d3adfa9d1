"""What was true when, and answers held against it: each must be the live set at some instant of its own interval.

A publication takes effect at one instant between its beginning and the word that it is done. PostgreSQL gives a call
its snapshot a moment before the call reads the clock; a publication that falls into that moment is not seen by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.properties.truth import Truth

__all__ = ["Answer", "History", "State"]

_MOMENT = timedelta(milliseconds=500)  # on a machine that has much else to do


@dataclass(frozen=True)
class Answer:
    """What a reader was told."""

    reader: str
    asked: datetime  # by the database's clock
    answered: datetime
    shown: frozenset[tuple[str, int | None]]  # URL and price


@dataclass(frozen=True)
class State:
    """What was believed from one instant on, which lies between these two."""

    began: datetime
    done: datetime
    truth: Truth


@dataclass
class History:
    """All that was believed, in order."""

    states: list[State] = field(default_factory=list)

    def untrue(self, answer: Answer) -> bool:
        """Whether the answer was true at no instant of its interval."""
        return answer.shown not in set(self._true_in(answer))

    def _true_in(self, answer: Answer) -> Iterator[frozenset[tuple[str, int | None]]]:
        for state, following in zip(self.states, [*self.states[1:], None], strict=True):
            if state.began > answer.answered or (following is not None and following.done < answer.asked):
                continue
            start = max(answer.asked, state.began)
            end = min(answer.answered, following.done + _MOMENT) if following else answer.answered
            bounds = [bound for bound in state.truth.bounds(start) if bound <= end]
            for instant in (start, *bounds):
                yield state.truth.live(instant, instant).surely
