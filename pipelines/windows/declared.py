"""Windows that a page declares: schema.org validity properties, `unavailable_after`. Dates are read strictly.

An ISO 8601 value is read as such or not at all. Anything else a site writes where an ISO date belongs is reported,
and used only when our own grammar finds exactly one day in it, never by a parser that guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from pipelines.records import OPEN, Evidence, Finding, ReadingRules, Window
from pipelines.windows.dates import read_iso
from pipelines.windows.ranges import Observation, Range, unbelievable
from pipelines.windows.sets import WindowReading, combine, end_of
from pipelines.windows.stated import read_window

__all__ = ["Declared", "read_declared", "read_unavailable_after"]

_TIME_ALONE = re.compile(r"T?\d{1,2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?")  # a menu's availabilityStarts: every day

# Shops write `priceValidUntil` because a search engine asks for it, and forget it. One just past may be the true end of
# an offer whose page still stands; one past for this long on a page that is still there says nothing.
_FORGOTTEN = timedelta(days=30)


@dataclass(frozen=True)
class Declared:
    """One declared bound as it stands in the source."""

    bound: Literal["start", "end"]
    value: str
    rule: str  # json-ld:validThrough, …


def read_declared(values: Iterable[Declared], rules: ReadingRules, observed_at: datetime) -> WindowReading | None:
    """The window of declared bounds, or None when none of them says anything.

    The latest start and the earliest end hold. A placeholder, a window longer than the source's longest or a
    value that is no date is a finding and no bound; an end before its start serves at no time.
    """
    seen = Observation(observed_at, rules.zone, rules.max_window)
    findings: list[Finding] = []
    bounds = [(item, found) for item in values if (found := _read_bound(item, rules, seen, findings))]
    if not bounds:
        return WindowReading(OPEN, tuple(findings)) if findings else None
    starts = [instant for item, instant in bounds if item.bound == "start"]
    ends = [instant for item, instant in bounds if item.bound == "end"]
    evidence = tuple(Evidence("window", item.value, item.rule) for item, _ in bounds)
    return _checked((max(starts, default=None), min(ends, default=None)), evidence, seen, findings)


def _checked(found: Range, evidence: tuple[Evidence, ...], seen: Observation, findings: list[Finding]) -> WindowReading:
    problem = unbelievable(found, seen)
    quote = " / ".join(item.text for item in evidence)
    if problem:
        findings.append(Finding(problem[0], f"«{quote}» {problem[1]}", quote))
    if problem and problem[0] == "end-before-start":
        return WindowReading(Window((), "ambiguous", evidence), tuple(findings))
    if problem or found[1] is None:
        return WindowReading(Window(((found[0], None),), "open", evidence), tuple(findings))
    return WindowReading(Window((found,), "declared", evidence), tuple(findings))


def _read_bound(item: Declared, rules: ReadingRules, seen: Observation, findings: list[Finding]) -> datetime | None:
    if not item.value or _TIME_ALONE.fullmatch(item.value):
        return None
    iso = read_iso(item.value)
    try:
        if iso:
            instant = iso.as_start(rules.zone) if item.bound == "start" else iso.as_end(rules.zone)
            if item.rule.endswith(":priceValidUntil") and instant < seen.at - _FORGOTTEN:
                findings.append(_finding("past-price-date", item, "is long past on a page that still sells: no end"))
                return None
            return _sane(instant, item, seen, findings)
    except OverflowError:
        findings.append(_finding("sentinel-date", item, "is a placeholder, not a date"))
        return None
    findings.append(_finding("not-iso-date", item, "is not an ISO 8601 date of this calendar"))
    return None if re.match(r"\d{4}-", item.value) else _read_written(item, rules, seen)


def _sane(instant: datetime, item: Declared, seen: Observation, findings: list[Finding]) -> datetime | None:
    problem = unbelievable((instant, None), seen)
    if problem and item.bound == "end":
        findings.append(_finding(problem[0], item, problem[1]))
    return None if problem else instant


def _read_written(item: Declared, rules: ReadingRules, seen: Observation) -> datetime | None:
    """The bound when the text names one day in words or in a known order; None when it is doubtful."""
    cue = "until" if item.bound == "end" else "from"
    found = read_window(
        f"{cue} {item.value}",
        observed_at=seen.at,
        zone=rules.zone,
        date_order=rules.date_order,
        languages=tuple(dict.fromkeys((*rules.languages, "en"))),
        max_window=rules.max_window,
    )
    if not found or not found.window.ranges or len(found.window.ranges) > 1:
        return None
    start, end = found.window.ranges[0]
    return end if item.bound == "end" else start


def _finding(rule: str, item: Declared, message: str) -> Finding:
    return Finding(rule, f"{item.rule} «{item.value[:100]}» {message}", item.value)


def read_unavailable_after(
    values: Iterable[tuple[str, str]], rules: ReadingRules, observed_at: datetime
) -> WindowReading | None:
    """The window of `unavailable_after` values: (raw value, where it stood). ISO 8601, RFC 2822 or RFC 850 dates.

    Source: Google's robots meta tag specification, which names these forms.
    """
    readings = [found for value, where in values if (found := _unavailable(value, where, rules, observed_at))]
    return combine(readings) if readings else None


def _unavailable(value: str, where: str, rules: ReadingRules, observed_at: datetime) -> WindowReading | None:
    moment = _mail_date(value)
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else value.strip()
    found = read_declared([Declared("end", text, f"{where}:unavailable_after")], rules, observed_at)
    if found and end_of(found.window):
        return replace(found, window=replace(found.window, evidence=_as_written(found, value)))
    return found


def _as_written(found: WindowReading, value: str) -> tuple[Evidence, ...]:
    return tuple(replace(evidence, text=value) for evidence in found.window.evidence)


def _mail_date(value: str) -> datetime | None:
    """«25 Jun 2026 15:00:00 PST», «Friday, 25-Jun-26 15:00:00 GMT»; None for anything else or without a zone."""
    plain = re.sub(r"(\d{1,2})-([A-Za-z]{3})-(\d{2,4})", r"\1 \2 \3", value.strip())
    if not re.search(r"[A-Za-z]{3}", plain) or not re.search(r"\d:\d", plain):
        return None
    try:
        found = parsedate_to_datetime(plain)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else None
