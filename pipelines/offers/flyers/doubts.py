"""Dates of a PDF whose parts may stand in another order than they were written in: the right day, or none.

The reader of PDFs marks lines in which letters of both directions meet around a date (finding `date-order-doubtful`).
A date joined by hyphens it has put year first: that is the one day meant where days come first; elsewhere both readings
are kept and the offer is served while both allow it. Any other doubtful date is not used, and a finding says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.offers.flyers.lines import Line, read_stated
from pipelines.records import OPEN, Finding, Page, Window
from pipelines.windows.sets import WindowReading, end_of, intersect

__all__ = ["settled"]

_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_BOTH_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def settled(
    reading: WindowReading, lines: Sequence[Line], page: Page, notes: Sequence[Finding]
) -> tuple[WindowReading, tuple[Finding, ...]]:
    """The window as far as its dates are certain."""
    doubtful = _doubtful_line(reading.window, lines, notes)
    if doubtful is None:
        return reading, ()
    text = doubtful.block.text.translate(_BOTH_DIGITS)
    dates = list(_YEAR_FIRST.finditer(text))
    if not dates:
        return replace(reading, window=replace(OPEN, evidence=reading.window.evidence)), (_unused(doubtful),)
    if page.rules.date_order == "DMY" or all(int(found[3]) > 12 for found in dates):
        return reading, ()
    turned = _YEAR_FIRST.sub(lambda found: f"{found[1]}-{found[3]}-{found[2]}", text)
    other = read_stated(turned, page, "offer")
    if other is None:
        return reading, ()
    both = intersect(reading.window.ranges, other.window.ranges)
    window = Window(both, "ambiguous", reading.window.evidence)
    return replace(reading, window=window), (_ambiguous(doubtful),)


def _doubtful_line(window: Window, lines: Sequence[Line], notes: Sequence[Finding]) -> Line | None:
    """The line that the window rests on and that its reader was not certain of."""
    if end_of(window) is None:
        return None
    quotes = [note.quote for note in notes if note.rule == "date-order-doubtful" and note.quote]
    for line in lines:
        rests = any(found.text in line.block.text for found in window.evidence)
        if rests and any(quote in line.block.text or line.block.text in quote for quote in quotes):
            return line
    return None


def _unused(line: Line) -> Finding:
    text = line.block.text[:200]
    message = f"«{text}» may be in another order than it was written: no end was read from it; publish the date apart"
    return Finding("date-unread", message, text)


def _ambiguous(line: Line) -> Finding:
    text = line.block.text[:200]
    return Finding("ambiguous-date", f"«{text}» reads two ways: served only while both agree; set date_order", text)
