"""Whether a run may remove anything: a pure judgement over what it saw.

"I did not see it" is not "it is gone": absence proves something only in a run that looked everywhere and was
answered. And many removals at once wait for a person whatever their proof, since a mistake of the site's own can
prove anything: a server that answers 410 to every address, a feed that is complete and well formed with half its
items. What is over by its own end is no loss.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.settings import GuardSettings

__all__ = ["Sight", "Verdict", "Yield", "judge"]

_MOST_FAILED_SHARE = 0.1  # of the pages attempted; above it a run is no witness
_MOST_IN_A_ROW = 10  # failures; so many mean that the site, and not a page, was away
_LEAST_YIELD = 3  # offers; fewer may come and go


@dataclass(frozen=True)
class Yield:
    """Offers that pages of one kind give, over those of them that say something else than before."""

    pages: str  # their addresses, what differs as *
    count: int
    before: int
    now: int


@dataclass(frozen=True)
class Sight:
    """What a run saw, in numbers."""

    complete: bool  # the crawl ended by itself, within its budget of pages and time
    incomplete_reason: str
    attempted: int  # pages
    failed: int  # pages whose outcome says nothing about them
    found: int  # entries that its pages carry
    live: int  # entries believed before it and not over
    removals: int  # of these, those it would remove
    in_a_row: int = 0  # the longest row of failures, as they came
    yields: tuple[Yield, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What the run may do."""

    healthy: bool  # absence in it counts
    held: bool  # its removals wait for a person
    reasons: tuple[str, ...]  # for a person; none: nothing speaks against it
    sight: Sight  # on what it rests

    def as_json(self) -> dict[str, Any]:
        """What is recorded of it."""
        lost = 100 * self.sight.removals / max(self.sight.live, 1)
        return {"healthy": self.healthy, "held": self.held, "lost_percent": round(lost, 1), **asdict(self.sight)}


def judge(sight: Sight, guard: GuardSettings) -> Verdict:
    """The verdict on a run; removals are for `held` to stop, absence for `healthy` to count."""
    illness = _illness(sight)
    excess = _excess(sight, guard)
    return Verdict(not illness, bool(excess), (*illness, *excess, *_fallen(sight)), sight)


def _illness(sight: Sight) -> list[str]:
    reasons = []
    if not sight.complete:
        reasons.append(f"incomplete: {sight.incomplete_reason}")
    if sight.failed > sight.attempted * _MOST_FAILED_SHARE:
        reasons.append(f"{sight.failed} of {sight.attempted} pages could not be looked at")
    if sight.in_a_row >= _MOST_IN_A_ROW:
        reasons.append(f"{sight.in_a_row} pages in a row could not be looked at")
    return reasons


def _excess(sight: Sight, guard: GuardSettings) -> list[str]:
    if not sight.removals:
        return []
    if sight.found < guard.min_entries:
        return [f"found {sight.found} entries, min_entries is {guard.min_entries}"]
    lost = 100 * sight.removals / max(sight.live, 1)
    said = f"{sight.removals} of {sight.live} entries ({lost:.0f} %) would go"
    if sight.removals > 2 and lost > 50:
        return [f"{said}: more than half"]
    if sight.removals > guard.max_lost_count and lost > guard.max_lost_percent:
        return [f"{said}: above {guard.max_lost_count} and {guard.max_lost_percent:g} %"]
    return []


def _fallen(sight: Sight) -> list[str]:
    """What a person should know; whether a page is believed was decided for each (`pipelines.judging`)."""
    return [
        f"{_pages(one.count, one.pages)} {one.now} offers, {one.before} before"
        for one in sight.yields
        if one.before >= _LEAST_YIELD and one.now * 2 < one.before
    ]


def _pages(count: int, like: str) -> str:
    return f"1 page like {like} gives" if count == 1 else f"{count} pages like {like} give"
