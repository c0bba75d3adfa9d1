"""How fast one host is asked: a gap between requests, pauses it asks for, and when to leave it alone.

A host that refuses to be asked, or does not answer at all, several times in a row is closed for
this crawl: what is left of it ends with the same outcome, unasked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from pipelines.records import FreshetError, Outcome

__all__ = ["LANES", "OutOfTime", "Pace"]

LANES = 2  # requests at a time to one host
_SLOWEST = 5.0  # seconds between requests, the most a host's 429 slows us by itself
_FIRST_SLOW = 0.25  # seconds; doubled by each 429
# In a row, without anything better between them. Few for a host that says it is asked too much,
# more for one that cannot be reached, which may be a moment's trouble of the network.
_PATIENCE = {Outcome.BLOCKED: 5, Outcome.SERVER_ERROR: 10, Outcome.NETWORK: 10}


class OutOfTime(FreshetError):
    """The crawl's time would be over before the host may be asked again."""


@dataclass
class _Host:
    delay: float
    free_at: float = 0.0
    failure: Outcome | None = None
    in_a_row: int = 0
    closed: str = ""


class Pace:
    """Spaces the requests of one crawl, host by host. `ends_at` is on the same clock as `clock`, in seconds."""

    def __init__(self, delay: float, ends_at: float, clock: Callable[[], float] = monotonic) -> None:
        self._delay = delay
        self._ends_at = ends_at
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    async def turn(self, host: str) -> None:
        """Wait until the host may be asked again. Raises OutOfTime when the crawl ends before."""
        wait = self.reserve(host)
        if wait > 0:
            await asyncio.sleep(wait)

    def reserve(self, host: str) -> float:
        """Take the host's next turn and return the seconds until it comes. Raises OutOfTime."""
        state, now = self._of(host), self._clock()
        at = max(now, state.free_at)
        if at > self._ends_at:
            raise OutOfTime(f"{host} may be asked again in {at - now:.0f} s, after the crawl's time is over")
        state.free_at = at + state.delay
        return at - now

    def left(self) -> float:
        """Return the seconds until the crawl's time is over, never negative."""
        return max(0.0, self._ends_at - self._clock())

    def slow_to(self, host: str, delay: float) -> None:
        """Keep at least `delay` seconds between requests to the host, as its robots.txt asks."""
        state = self._of(host)
        state.free_at += max(0.0, delay - state.delay)  # the gap after the request for robots.txt itself
        state.delay = max(state.delay, delay)

    def pause(self, host: str, seconds: float) -> None:
        """Ask the host nothing for so long."""
        state = self._of(host)
        state.free_at = max(state.free_at, self._clock() + seconds)

    def slow_down(self, host: str) -> None:
        """The host says it is asked too often: double the gap."""
        state = self._of(host)
        state.delay = max(state.delay, min(_SLOWEST, max(state.delay * 2, _FIRST_SLOW)))
        self.pause(host, state.delay)

    def failed(self, host: str, outcome: Outcome, why: str) -> None:
        """Count a failure of the host as a whole; enough of them in a row close it."""
        state = self._of(host)
        state.in_a_row = state.in_a_row + 1 if state.failure is outcome else 1
        state.failure = outcome
        if state.in_a_row >= _PATIENCE[outcome]:
            state.closed = f"not asked, because {host} failed {state.in_a_row} times in a row: {why}"

    def answered(self, host: str) -> None:
        """The host answered as it should."""
        state = self._of(host)
        state.failure, state.in_a_row = None, 0

    def closed(self, host: str) -> tuple[Outcome, str] | None:
        """Return how the rest of a closed host's addresses end, None while it is open."""
        state = self._of(host)
        return (state.failure, state.closed) if state.closed and state.failure else None

    def _of(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host(self._delay))
