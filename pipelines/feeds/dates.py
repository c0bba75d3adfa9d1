"""When an item is true: its declared bounds, strictly, and the texts that state a window, as from a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from pipelines.feeds.values import BadValue, is_none
from pipelines.records import OPEN, Evidence, Finding, ReadingRules, Window
from pipelines.windows.dates import read_iso
from pipelines.windows.declared import Declared, read_declared
from pipelines.windows.sets import WindowReading, end_of, start_of
from pipelines.windows.stated import Context, read_window

__all__ = ["Bound", "read_bounds", "read_observation", "read_stated"]

_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?|2\d{9}(?:\d{3})?")  # seconds or milliseconds, 2001 to 2063
_NO_DAY = re.compile(r"0000-00-00.*|0001-01-01.*")  # what databases write for none
_MAIL = re.compile(r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s[A-Za-z]{3}\s\d{4}\s\d{1,2}:\d{2}.*")


@dataclass(frozen=True)
class Bound:
    """One end of a window as it stands in the item."""

    field: Literal["valid_from", "valid_until"]
    text: str

    @property
    def of_window(self) -> Literal["start", "end"]:
        """Which end it is."""
        return "start" if self.field == "valid_from" else "end"


def read_bounds(bounds: Iterable[Bound], rules: ReadingRules, observed_at: datetime) -> WindowReading | None:
    """The window of declared bounds with validity `feed`, or None when none is given.

    A date is ISO 8601, a unix time, an RFC 2822 date, or written in words or numbers that mean one day; read
    differently by two orders, the earlier end holds and the window is `ambiguous`. A placeholder such as 2099-12-31 is
    a finding and no end. Raises BadValue for what is no date.
    """
    given = [bound for bound in bounds if not _says_none(bound.text)]
    if not given:
        return None
    read = [_declared(bound, rules, observed_at) for bound in given]
    found = read_declared([declared for declared, _ in read], rules, observed_at)
    if found is None:
        raise BadValue(given[0].field, given[0].text, "is no date")
    evidence = tuple(Evidence("window", bound.text, f"feed:{bound.field}") for bound in given)
    window = replace(found.window, validity=_validity(found.window, [found for _, found in read]), evidence=evidence)
    notes = tuple(finding for _, stated in read if stated for finding in stated.findings)
    return WindowReading(window, (*found.findings, *notes))


def _says_none(text: str) -> bool:
    return is_none(text) or bool(_NO_DAY.fullmatch(text.strip()))


def _validity(window: Window, stated: list[WindowReading | None]) -> Literal["feed", "ambiguous", "open"]:
    if window.validity == "open":
        return "open"
    doubtful = window.validity == "ambiguous" or any(found and found.window.validity == "ambiguous" for found in stated)
    return "ambiguous" if doubtful else "feed"


def _declared(bound: Bound, rules: ReadingRules, observed_at: datetime) -> tuple[Declared, WindowReading | None]:
    """The bound in ISO 8601, and how a written date was read."""
    iso = _as_iso(bound.text.strip())
    if iso is not None:
        return Declared(bound.of_window, iso, f"feed:{bound.field}"), None
    cue = "from" if bound.of_window == "start" else "until"
    found = read_stated(f"{cue} {bound.text}", rules, observed_at, "validity")
    instant = None
    if found and len(found.window.ranges) == 1:
        instant = start_of(found.window) if bound.of_window == "start" else end_of(found.window)
    if found is None or instant is None:
        raise BadValue(bound.field, bound.text, "is no date")
    return Declared(bound.of_window, _utc(instant), f"feed:{bound.field}"), found


def _as_iso(text: str) -> str | None:
    """The text when it is ISO 8601, or a unix time or an RFC 2822 date written so; None for anything else.

    Raises no error for a placeholder: whoever reads the text says so.
    """
    if _EPOCH.fullmatch(text):
        return _utc(datetime.fromtimestamp(int(text[:10]), UTC))
    compact = _COMPACT.fullmatch(text)
    if compact:
        text = "-".join(compact.groups())
    if re.match(r"\d{4}-\d{2}-\d{2}(?:[Tt ]|$)", text) and _is_iso(text):
        return text
    moment = _mail_date(text)
    return _utc(moment) if moment else None


def _is_iso(text: str) -> bool:
    try:
        return read_iso(text) is not None
    except (OverflowError, ValueError):
        return True  # an ISO date at the calendar's end: a placeholder, reported as such


def _mail_date(text: str) -> datetime | None:
    if not _MAIL.fullmatch(text):
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else None


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_observation(text: str, rules: ReadingRules, fetched_at: datetime) -> datetime | None:
    """The instant a text names as that at which an item was written, never after `fetched_at`; None: it names none."""
    iso = _as_iso(text.strip())
    try:
        found = read_iso(iso) if iso else None
        instant = found.as_start(rules.zone) if found else None
    except OverflowError:
        return None
    return min(instant, fetched_at) if instant and instant > fetched_at - timedelta(days=36525) else None


def read_stated(text: str, rules: ReadingRules, observed_at: datetime, context: Context) -> WindowReading | None:
    """The window that a text states, or None."""
    return read_window(
        text,
        observed_at=observed_at,
        zone=rules.zone,
        date_order=rules.date_order,
        languages=tuple(dict.fromkeys((*rules.languages, "en"))),
        max_window=rules.max_window,
        context=context,
    )


def unread(text: str) -> WindowReading:
    """An open window with a finding when a text that should state one holds numbers that were not understood."""
    if not any(char.isdigit() for char in text):
        return WindowReading(OPEN)
    return WindowReading(OPEN, (Finding("validity-unread", f"no date could be read in «{text[:200]}»", text[:500]),))


def sale_bounds(item: Mapping[str, object], observed_at: datetime, rules: ReadingRules) -> tuple[Bound, ...] | None:
    """The bounds of Google's `sale_price_effective_date`, two ISO instants around a slash; None once that is over."""
    start, slash, end = str(item.get("sale_dates", "")).partition("/")
    if not slash:
        return ()
    bounds = (Bound("valid_from", start.strip()), Bound("valid_until", end.strip()))
    found = read_bounds(bounds[1:], rules, observed_at)
    over = found is not None and (until := end_of(found.window)) is not None and until <= observed_at
    return None if over else bounds
