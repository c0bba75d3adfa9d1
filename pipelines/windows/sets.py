"""Windows as sets of instants: what lies in two of them, and one window of several places that speak of one thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.records import OPEN, Finding, Window
from pipelines.windows.ranges import Range, merge_ranges

__all__ = ["WindowReading", "combine", "end_of", "intersect", "note", "start_of", "subtract"]


@dataclass(frozen=True)
class WindowReading:
    """A window, and what a person should know about how it was read."""

    window: Window
    findings: tuple[Finding, ...] = ()
    # The end the text names, UTC: later than the window's for «every Friday to 31 July», live last on a Friday before
    stated_end: datetime | None = None
    # Of an ambiguous date: the ranges by each order of day and month
    alternatives: tuple[tuple[Range, ...], ...] = ()


def intersect(one: Iterable[Range], other: Iterable[Range]) -> tuple[Range, ...]:
    """The instants in both; () when there are none."""
    both = []
    for a in one:
        for b in other:
            start = max((x for x in (a[0], b[0]) if x), default=None)
            end = min((x for x in (a[1], b[1]) if x), default=None)
            if start is None or end is None or start < end:
                both.append((start, end))
    return merge_ranges(both)


def subtract(ranges: Iterable[Range], taken: Iterable[Range]) -> tuple[Range, ...]:
    """The instants of the first that are not in the second; () when none is left."""
    left = tuple(ranges)
    for start, end in taken:
        outside: list[Range] = [(None, start)] if start else []
        outside += [(end, None)] if end else []
        left = intersect(left, outside)
    return left


def end_of(window: Window) -> datetime | None:
    """When the window is over for good; None when it has no end or holds at no time."""
    return window.ranges[-1][1] if window.ranges else None


def start_of(window: Window) -> datetime | None:
    """When the window begins; None when nothing says so."""
    return window.ranges[0][0] if window.ranges else None


def combine(windows: Sequence[WindowReading]) -> WindowReading:
    """One window of several places that speak of one thing: the earlier end is served, the conflict reported.

    The place with the earliest end decides, and between equals the first; what the others say stays as evidence.
    An ambiguous date is no longer one where another place names the end of one of its readings.
    """
    windows = [_settled(reading, windows) for reading in windows]
    findings = tuple(finding for reading in windows for finding in reading.findings)
    evidence = tuple(evidence for reading in windows for evidence in reading.window.evidence)
    never = [reading.window for reading in windows if not reading.window.ranges]
    ended = [reading.window for reading in windows if end_of(reading.window)]
    if never or not ended:
        window = next(iter(never), _latest_start(windows))
        return WindowReading(replace(window, evidence=evidence), findings)
    first = min(ended, key=lambda window: (_timestamp(end_of(window)), -_timestamp(start_of(window))))
    stated_end = next((reading.stated_end for reading in windows if reading.window is first), None)
    chosen = _with_start(first, windows)
    if len({end_of(window) for window in ended}) > 1:
        quote = " / ".join(dict.fromkeys(found.text for window in ended for found in window.evidence))
        findings = (*findings, note("window-conflict", "says two ends in two places: the earlier is served", quote))
    return WindowReading(replace(chosen, evidence=evidence), findings, stated_end)


def _settled(reading: WindowReading, all_of_them: Sequence[WindowReading]) -> WindowReading:
    """The reading as the one order of day and month that a certain place bears out; as it was when none does."""
    sure = {end_of(other.window) for other in all_of_them if other.window.validity in ("declared", "stated", "feed")}
    borne_out = [ranges for ranges in reading.alternatives if ranges and ranges[-1][1] and ranges[-1][1] in sure]
    if len(borne_out) != 1:
        return reading
    window = replace(reading.window, ranges=borne_out[0], validity="stated")
    left = tuple(finding for finding in reading.findings if finding.rule != "ambiguous-date")
    return WindowReading(window, left, end_of(window))


def _latest_start(windows: Sequence[WindowReading]) -> Window:
    return max((reading.window for reading in windows), key=lambda window: _timestamp(start_of(window)), default=OPEN)


def _with_start(chosen: Window, windows: Sequence[WindowReading]) -> Window:
    """The window with the start another place gives, when it has none itself and the start lies before its end."""
    starts = [start for reading in windows if (start := start_of(reading.window))]
    end = end_of(chosen)
    if start_of(chosen) or not starts or not end or max(starts) >= end:
        return chosen
    return replace(chosen, ranges=((max(starts), chosen.ranges[0][1]), *chosen.ranges[1:]))


def _timestamp(instant: datetime | None) -> float:
    return instant.timestamp() if instant else float("-inf")


def note(rule: str, message: str, quote: str) -> Finding:
    """A finding whose message quotes the text it is about."""
    return Finding(rule, f"«{quote[:200]}» {message}", quote)
