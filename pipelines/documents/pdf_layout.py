"""The reading order of a page: bands of columns, tables, and the lines between them. Runs in the child.

A band is a run of rows that leave the same strip free. Strips between long lines part columns,
which are read one after the other; strips between short pieces part the cells of a table, read row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.documents.pdf_glyphs import Rule
from pipelines.documents.pdf_lines import Segment
from pipelines.documents.pdf_tables import Grid, Row, cut_ruled_tables, read_unruled

__all__ = ["Lines", "read_layout"]

_Gap = tuple[float, float]  # a free strip, from x to x

_NARROWEST = 7.0  # points; strips narrower than that part words
_APART = 1.9  # times the font size between two rows that need not belong together
_MOST_COLUMNS = 4
_PROSE = 22  # characters an average line of a column holds at least; cells of tables hold less
_FULL = 0.6  # of the column's width that most lines of a column fill
_TABLE_ROWS = 2  # rows with several cells that make a table
_UNALIGNED = 0.5  # of the lines of a column that have a neighbour on the same height; below, columns are no table


@dataclass(frozen=True)
class Lines:
    """Lines of running text in reading order, one below the other."""

    lines: tuple[Segment, ...]


_EMPTY = Grid(())


@dataclass(frozen=True, slots=True)
class _Placed(Segment):
    """A table in place of the lines it took."""

    grid: Grid = _EMPTY


def read_layout(
    rows: Sequence[Row], verticals: Sequence[Rule], horizontals: Sequence[Rule], rtl: bool
) -> Iterator[Lines | Grid]:
    """The parts of a page in reading order; `rtl`: columns and cells follow each other from the right."""
    plain, tables = cut_ruled_tables(rows, verticals, horizontals, rtl)
    left = min((segment.x0 for row in rows for segment in row), default=0.0)
    right = max((segment.x1 for row in rows for segment in row), default=0.0)
    for table in tables:
        beside = any(table.bottom < segment.y < table.top for row in plain for segment in row)
        x0, x1 = (table.left, table.right) if beside else (min(left, table.left), max(right, table.right))
        plain.append([_Placed("#" * 80, x0, x1, table.top - 10.0, 10.0, False, grid=table.grid)])
    plain.sort(key=lambda row: -row[0].y)
    for part in _bands(plain, horizontals, rtl):
        yield from _unpacked(part) if isinstance(part, Lines) else (part,)


def _unpacked(part: Lines) -> Iterator[Lines | Grid]:
    """The lines between the tables placed among them, and the tables."""
    lines: list[Segment] = []
    for line in part.lines:
        if not isinstance(line, _Placed):
            lines.append(line)
            continue
        if lines:
            yield Lines(tuple(lines))
            lines = []
        yield line.grid
    if lines:
        yield Lines(tuple(lines))


def _bands(rows: Sequence[Row], horizontals: Sequence[Rule], rtl: bool) -> Iterator[Lines | Grid]:
    """The rows before the longest band, the band, and the rows after it."""
    found = _longest_band(rows)
    if found is None:
        if rows:
            yield Lines(tuple(_joined(row, rtl) for row in rows))
        return
    start, end = found
    yield from _bands(rows[:start], horizontals, rtl)
    yield from _band_parts(rows[start:end], horizontals, rtl)
    yield from _bands(rows[end:], horizontals, rtl)


def _band_parts(band: Sequence[Row], horizontals: Sequence[Rule], rtl: bool) -> Iterator[Lines | Grid]:
    columns = _split(band, _strips(band))
    if len(columns) > 1 and (_are_unaligned(band, columns) or _are_prose(columns)):
        for column in reversed(columns) if rtl else columns:
            yield from _bands(column, horizontals, rtl)
    elif len(columns) > 1 and _is_table(band):
        yield from _table(band, horizontals, rtl)
    else:
        yield Lines(tuple(_joined(row, rtl) for row in band))


def _is_table(band: Sequence[Row]) -> bool:
    placed = any(isinstance(segment, _Placed) for row in band for segment in row)
    return not placed and sum(len(row) > 1 for row in band) >= _TABLE_ROWS


def _table(band: Sequence[Row], horizontals: Sequence[Rule], rtl: bool) -> Iterator[Lines | Grid]:
    first, end, grid = read_unruled(band, horizontals, rtl)
    if first:
        yield Lines(tuple(row[0] for row in band[:first]))
    yield grid
    if end < len(band):
        yield Lines(tuple(row[0] for row in band[end:]))


# ---------------------------------------------------------------- bands


def _longest_band(rows: Sequence[Row]) -> tuple[int, int] | None:
    """(start, end) of the run of rows that leave one strip free with most lines on both of its sides."""
    places = {round((a.x1 + b.x0) / 2) for row in rows for a, b in pairwise(row) if b.x0 - a.x1 >= _NARROWEST}
    best, found = 0, None
    for place in sorted(places):
        for start, end in _runs_free_at(rows, place):
            band = rows[start:end]
            sides = [any(s.x1 <= place for s in row) + 2 * any(s.x0 >= place for s in row) for row in band]
            score = min(sum(side & 1 for side in sides), sum(side >> 1 for side in sides))
            if score > max(best, 1):
                best, found = score, _trimmed(rows, start, end, sides)
    return found


def _runs_free_at(rows: Sequence[Row], place: int) -> Iterator[tuple[int, int]]:
    start = None
    for at, row in enumerate(rows):
        if all(s.x1 <= place - _NARROWEST / 2 or s.x0 >= place + _NARROWEST / 2 for s in row):
            start = at if start is None else start
        elif start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, len(rows)


def _trimmed(rows: Sequence[Row], start: int, end: int, sides: Sequence[int]) -> tuple[int, int]:
    """The run without rows at its ends that have text on one side only and stand apart from the rest."""
    first, last = start, end
    while sides[first - start] != 3 and _apart(rows[first], rows[first + 1]):
        first += 1
    while sides[last - 1 - start] != 3 and _apart(rows[last - 2], rows[last - 1]):
        last -= 1
    return first, last


def _apart(upper: Row, lower: Row) -> bool:
    return upper[0].y - lower[0].y > _APART * max(upper[0].size, lower[0].size)


def _strips(rows: Sequence[Row]) -> list[_Gap]:
    """The strips with text on both sides that all rows leave free."""
    left = min(segment.x0 for row in rows for segment in row)
    right = max(segment.x1 for row in rows for segment in row)
    free = _free(rows[0], left, right)
    for row in rows[1:]:
        free = _shared(free, _free(row, left, right))
    return _inner(rows, free)


def _free(row: Row, left: float, right: float) -> list[_Gap]:
    edges = [left, *(x for segment in row for x in (segment.x0, segment.x1)), right]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return [(a, b) for a, b in gaps if b - a >= _NARROWEST]


def _shared(first: Sequence[_Gap], second: Sequence[_Gap]) -> list[_Gap]:
    both = ((max(a, c), min(b, d)) for a, b in first for c, d in second)
    return [(a, b) for a, b in both if b - a >= _NARROWEST]


def _inner(rows: Sequence[Row], gaps: Sequence[_Gap]) -> list[_Gap]:
    """The strips with text on both sides."""
    segments = [segment for row in rows for segment in row]
    return [
        (a, b) for a, b in gaps if any(s.x1 <= a + 0.5 for s in segments) and any(s.x0 >= b - 0.5 for s in segments)
    ]


def _split(rows: Sequence[Row], gaps: Sequence[_Gap]) -> list[list[Row]]:
    """The rows of each column between the strips, from the left."""
    bounds = [float("-inf"), *((a + b) / 2 for a, b in sorted(gaps)), float("inf")]
    columns = []
    for low, high in pairwise(bounds):
        column = [[segment for segment in row if low <= (segment.x0 + segment.x1) / 2 < high] for row in rows]
        columns.append([row for row in column if row])
    return [column for column in columns if column]


def _are_unaligned(band: Sequence[Row], columns: Sequence[Sequence[Row]]) -> bool:
    """Whether the columns' lines stand on heights of their own: what stands side by side does not belong together."""
    if len(columns) > _MOST_COLUMNS or min(len(column) for column in columns) < 2:
        return False
    return sum(len(row) > 1 for row in band) < _UNALIGNED * max(len(column) for column in columns)


def _are_prose(columns: Sequence[Sequence[Row]]) -> bool:
    """Whether at least two of the columns are running text: lines of some length that fill the column."""
    return len(columns) <= _MOST_COLUMNS and sum(_is_prose(column) for column in columns) >= 2


def _is_prose(column: Sequence[Row]) -> bool:
    if len(column) < 3:
        return False
    left = min(segment.x0 for row in column for segment in row)
    width = max(segment.x1 for row in column for segment in row) - left
    full = sum(row[-1].x1 - row[0].x0 > _FULL * width for row in column)
    characters = sum(len(segment.text) for row in column for segment in row)
    return full >= len(column) / 2 and characters / len(column) >= _PROSE


def _joined(row: Row, rtl: bool) -> Segment:
    """The segments of one row as one line: a name and its value, far apart."""
    if len(row) == 1:
        return row[0]
    text = " ".join(segment.text for segment in (reversed(row) if rtl else row))
    largest = max(row, key=lambda segment: len(segment.text))
    bold = all(segment.bold for segment in row)
    doubtful = any(segment.doubtful for segment in row)
    return Segment(text, row[0].x0, row[-1].x1, largest.y, largest.size, bold, doubtful)
