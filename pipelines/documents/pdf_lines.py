"""Glyphs of a page gathered into rows, and rows cut into segments where columns, cells or ruling lines part them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.documents.bidi import direction_of, is_rtl, to_logical
from pipelines.documents.pdf_glyphs import Glyph, Rule

__all__ = ["Reading", "Segment", "gather_rows"]

_NEAR = 0.7  # of the smaller font: how far baselines of one row may lie apart (superscripts)
_LEVEL = 0.3  # the same for letters of one size, which nothing raises
_RAISED = 0.85  # of the row's size, below which a letter may be raised or lowered
_OVERLAP = 0.6  # of the lower glyph's height that the row must cover
_OPEN_ROWS = 8  # rows above in which a glyph may still belong
_ASCENT, _DESCENT = 0.8, 0.2  # of the font size
_COLUMN_GAP = 1.0  # of the font size; a wider gap parts segments
_WORD_GAP = 0.2  # of the font size; the narrowest spaces of common fonts take 0.25
_MARKER = re.compile(
    r"^(?:[•●○▪■□◦‣–*·\uf0b7\uf0a7❖➢✓✔-]|\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Zأ-ي]|[ivxIVX]{1,4})[.)]?)$"
)
_MARKER_GAP = 3.5  # of the font size, between a list marker or section number and its text
_LEADERS = re.compile(r"([.·…_])(?: ?\1){4,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a page's glyphs are to be taken."""

    rtl: bool = False  # the page's direction, for lines without letters of their own
    as_drawn: bool = False  # the file draws right-to-left letters from left to right: they are in reading order already


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of one row: a line of a column, or the line of a cell."""

    text: str  # in reading order
    x0: float
    x1: float
    y: float  # of the baseline, upwards
    size: float  # the font most of it is set in
    bold: bool
    doubtful: bool = False  # a date in it may have been read in the wrong order

    @property
    def top(self) -> float:
        return self.y + _ASCENT * self.size

    @property
    def bottom(self) -> float:
        return self.y - _DESCENT * self.size


@dataclass(slots=True)
class _Row:
    y: float
    size: float
    glyphs: list[Glyph]


def gather_rows(glyphs: Sequence[Glyph], verticals: Sequence[Rule], reading: Reading) -> list[list[Segment]]:
    """Rows from the top, each with its segments from the left."""
    rows: list[_Row] = []
    for glyph in sorted(glyphs, key=lambda glyph: (-glyph.y, glyph.x0)):
        row = next((row for row in reversed(rows[-_OPEN_ROWS:]) if _belongs(glyph, row)), None)
        if row is None:
            rows.append(_Row(glyph.y, glyph.size, [glyph]))
            continue
        row.glyphs.append(glyph)
        if glyph.size > row.size * 1.05 and glyph.text.strip():
            row.y, row.size = glyph.y, glyph.size
    gathered = (
        _with_markers([*_segments(row.glyphs, verticals, reading)], reading) for row in sorted(rows, key=_height)
    )
    return [segments for segments in gathered if segments]


def _height(row: _Row) -> float:
    return -row.y


def _with_markers(segments: list[Segment], reading: Reading) -> list[Segment]:
    """The segments with each bullet or number joined to the text it stands before."""
    joined: list[Segment] = []
    for segment in reversed(segments) if reading.rtl else segments:
        if joined and _marks(joined[-1], segment):
            marker = joined.pop()
            x0, x1 = min(marker.x0, segment.x0), max(marker.x1, segment.x1)
            segment = replace(segment, text=f"{marker.text} {segment.text}", x0=x0, x1=x1)
        joined.append(segment)
    return sorted(joined, key=lambda segment: segment.x0)


def _marks(marker: Segment, segment: Segment) -> bool:
    gap = max(segment.x0 - marker.x1, marker.x0 - segment.x1)
    return gap < _MARKER_GAP * segment.size and bool(_MARKER.match(marker.text)) and segment.text[:1].isalpha()


def _belongs(glyph: Glyph, row: _Row) -> bool:
    smaller, larger = min(glyph.size, row.size), max(glyph.size, row.size)
    raised = smaller < _RAISED * larger
    if abs(glyph.y - row.y) > (_NEAR if raised else _LEVEL) * smaller:
        return False
    top = min(glyph.y + _ASCENT * glyph.size, row.y + _ASCENT * row.size)
    bottom = max(glyph.y - _DESCENT * glyph.size, row.y - _DESCENT * row.size)
    return top - bottom >= _OVERLAP * smaller


def _segments(glyphs: Iterable[Glyph], verticals: Sequence[Rule], reading: Reading) -> Iterator[Segment]:
    ordered = sorted(glyphs, key=lambda glyph: glyph.x0)
    middle = ordered[0].y + 0.3 * ordered[0].size
    borders = [rule.at for rule in verticals if rule.start <= middle <= rule.end]
    current: list[Glyph] = []
    spaces: set[int] = set()  # places in `current` before which a space stands
    for glyph in ordered:
        if glyph.text.isspace():
            spaces.add(len(current))
            continue
        if current and _doubles(glyph, current[-1]):
            continue
        if current and _parted(current, glyph, borders):
            yield _segment(current, spaces, reading)
            current, spaces = [], set()
        current.append(glyph)
    if current:
        yield _segment(current, spaces, reading)


def _doubles(glyph: Glyph, previous: Glyph) -> bool:
    """Whether a glyph is the previous one drawn again a little aside, to look bold."""
    width = max(glyph.x1 - glyph.x0, 0.1)
    return glyph.text == previous.text and 0 < glyph.x0 - previous.x0 < 0.25 * width and glyph.y == previous.y


def _parted(current: Sequence[Glyph], glyph: Glyph, borders: Sequence[float]) -> bool:
    end = max(previous.x1 for previous in current[-3:])
    gap = glyph.x0 - end
    if gap > _COLUMN_GAP * max(glyph.size, current[-1].size):
        return True
    low, high = min(end, glyph.x0) - 0.5, max(end, glyph.x0) + 0.5
    return gap > -1 and any(low <= border <= high for border in borders)


def _segment(glyphs: Sequence[Glyph], spaces: set[int], reading: Reading) -> Segment:
    direction = direction_of("".join(glyph.text for glyph in glyphs))
    units = _units(glyphs, spaces)
    rtl = direction > 0 or (direction == 0 and reading.rtl)
    text, doubtful = ("".join(units), True) if reading.as_drawn else to_logical(units, rtl)
    size = max({glyph.size for glyph in glyphs}, key=lambda size: sum(glyph.size == size for glyph in glyphs))
    level = min((glyph for glyph in glyphs if glyph.size == size), key=lambda glyph: glyph.y).y
    bold = 2 * sum(glyph.bold for glyph in glyphs) > len(glyphs)
    right = max(glyph.x1 for glyph in glyphs)
    return Segment(_LEADERS.sub(" ", text).strip(), glyphs[0].x0, right, level, size, bold, doubtful)


def _units(glyphs: Sequence[Glyph], spaces: set[int]) -> list[str]:
    """The glyphs' texts with spaces where words part; marks joined to their letter, letters of one glyph together."""
    units: list[str] = []
    previous: Glyph | None = None
    for at, glyph in enumerate(glyphs):
        if previous is not None and _same_glyph(glyph, previous):
            units[-1] += glyph.text
            continue
        if previous is not None:
            apart = glyph.x0 - previous.x1 > _WORD_GAP * max(glyph.size, previous.size)
            if apart or at in spaces:
                units.append(" ")
        units.append(glyph.text)
        previous = glyph
    return units


def _same_glyph(glyph: Glyph, previous: Glyph) -> bool:
    if unicodedata.category(glyph.text) == "Mn":
        return True
    stacked = abs(glyph.x0 - previous.x0) < 0.01 and abs(glyph.x1 - previous.x1) < 0.01
    return stacked and glyph.y == previous.y and is_rtl(glyph.text) and is_rtl(previous.text)
