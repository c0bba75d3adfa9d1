"""How often one caller may ask: a bucket of tokens each, refilled steadily (the token bucket of traffic shaping)."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

__all__ = ["Pace"]

_MOST_KNOWN = 10_000  # callers remembered; the one longest silent is forgotten first, and its bucket is full again


class Pace:
    """Admits `rate` requests a second a caller, and `burst` at once."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # caller -> tokens, when counted

    def wait(self, caller: str) -> int:
        """0: admitted, and one token is taken; else the whole seconds until there is one."""
        now = self._clock()
        tokens, counted = self._buckets.pop(caller, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - counted) * self._rate)
        admitted = tokens >= 1
        self._buckets[caller] = (tokens - admitted, now)
        if len(self._buckets) > _MOST_KNOWN:
            self._buckets.popitem(last=False)
        return 0 if admitted else math.ceil((1 - tokens) / self._rate)
