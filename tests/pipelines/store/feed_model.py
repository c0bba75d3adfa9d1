"""What the change feed of one entry should say, worked out anew from what was known when, one bound at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

__all__ = ["ExpectedFeed", "Ranges"]

Ranges = tuple[tuple[datetime | None, datetime | None], ...]
_INSTANT = timedelta(microseconds=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class ExpectedFeed:
    """The words on one offer; each step is taken at its instant, in order."""

    ttl: timedelta
    words: list[tuple[str, datetime]] = field(default_factory=list)
    window: Ranges | None = None  # None: not believed
    verified: datetime = _NEVER
    served: bool = False
    versions: int = 0
    until: datetime = _NEVER  # the clock has been told up to here

    def live(self, at: datetime) -> bool:
        """Whether it may be quoted at that instant, by what is known now."""
        return self.served and self._holds(at) and not self._lapsed(at)

    def advance(self, to: datetime) -> None:
        """Tell what the clock did up to that instant."""
        for bound in sorted(self._bounds()):
            if self.until < bound <= to and self.live(bound) != self.live(bound - _INSTANT):
                self._say("activated" if self.live(bound) else "expired", bound)
        self.until = max(self.until, to)
        self.served = self.served and not self._over(to)

    def see(self, at: datetime, seen: datetime) -> None:
        """A run saw it unchanged."""
        self.advance(at)
        before = self.live(at)
        self.verified = seen
        if self.live(at) and not before:
            self._say("restored", at)

    def withdraw(self, at: datetime) -> None:
        """A run closed it."""
        self.advance(at)
        if self.served:
            self._say("withdrawn", at)
        self.window, self.served = None, False

    def publish(self, at: datetime, seen: datetime, window: Ranges) -> None:
        """A run found it with that window."""
        if window == self.window:
            self.see(at, seen)
            return
        self.advance(at)
        action, was_served, was_lapsed = self._action(window), self.served, self._holds(at) and self._lapsed(at)
        self.window, self.verified, self.versions = window, seen, self.versions + 1
        self.served = bool(window) and not self._over(at)
        if self.served or (was_served and not was_lapsed):
            self._say(action if self.words else "added", at)
        if was_served and not self.served and not was_lapsed:
            self._say("expired", (window[-1][1] if window else None) or at)
        if self.served and self._holds(at) and self._lapsed(at) and not was_lapsed:
            self._say("expired", self.verified + self.ttl)

    def _action(self, window: Ranges) -> str:
        if self.window is None:
            return "restored" if self.versions else "added"
        before, after = _end(self.window), _end(window)
        return "changed" if before == after else "extended" if after > before else "shortened"

    def _holds(self, at: datetime) -> bool:
        return any((not a or a <= at) and (not b or at < b) for a, b in self.window or ())

    def _lapsed(self, at: datetime) -> bool:
        return bool(self.window) and self.window[-1][1] is None and self.verified + self.ttl <= at  # type: ignore[index]  # not None here

    def _over(self, at: datetime) -> bool:
        return not self.window or _end(self.window) <= at

    def _bounds(self) -> set[datetime]:
        return {b for pair in self.window or () for b in pair if b} | {self.verified + self.ttl}

    def _say(self, word: str, at: datetime) -> None:
        if (word, at) not in self.words:
            self.words.append((word, at))


def _end(window: Ranges) -> datetime:
    if not window:
        return _NEVER
    return window[-1][1] or datetime.max.replace(tzinfo=UTC)
