"""Tables on a PDF page: those with ruling lines by their lines, others by the strips their columns leave free."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.documents.pdf_glyphs import Rule
from pipelines.documents.pdf_lines import Segment

__all__ = ["Grid", "Row", "RuledTable", "cut_ruled_tables", "read_unruled"]

Row = list[Segment]

_TOUCH = 4.0  # points between lines that belong together: cells drawn as boxes leave spaces between them
_MOST_RULES = 800  # a page with more is a drawing
_LONGEST_CELL = 700  # characters; longer ones are boxes of a layout
_SEVERAL = 6  # cells filled line by line between two ruling lines: rows of their own, not one row that wraps
_ALIGNED = 7.0  # points between the beginnings of lines in one column
_LEADING = 1.45  # of the font size, from one baseline to the next within a cell


@dataclass(frozen=True)
class Grid:
    """A table: its rows from the top, each with one text a column, in reading direction."""

    rows: tuple[tuple[str, ...], ...]
    doubtful: bool = False


@dataclass(frozen=True)
class RuledTable:
    """A table and the box its ruling lines form."""

    grid: Grid
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class _Lattice:
    """Ruling lines that form cells."""

    xs: tuple[float, ...]  # where columns are parted, from the left
    ys: tuple[float, ...]  # where rows are parted, upwards

    def holds(self, segment: Segment) -> bool:
        middle = (segment.x0 + segment.x1) / 2
        return self.xs[0] <= middle <= self.xs[-1] and self.ys[0] <= segment.y <= self.ys[-1]


# ---------------------------------------------------------------- with ruling lines


def cut_ruled_tables(
    rows: Sequence[Row], verticals: Sequence[Rule], horizontals: Sequence[Rule], rtl: bool
) -> tuple[list[Row], list[RuledTable]]:
    """The rows without what stands in ruled tables, and these tables."""
    left_rows = [list(row) for row in rows]
    tables: list[RuledTable] = []
    if len(verticals) + len(horizontals) > _MOST_RULES:
        return left_rows, tables
    for lattice in _lattices(verticals, horizontals):
        inside = [[segment for segment in row if lattice.holds(segment)] for row in left_rows]
        grid = _fill(lattice, inside, rtl)
        if grid is not None:
            left_rows = [[segment for segment in row if not lattice.holds(segment)] for row in left_rows]
            tables.append(RuledTable(grid, lattice.xs[0], lattice.ys[0], lattice.xs[-1], lattice.ys[-1]))
    return [row for row in left_rows if row], tables


def _lattices(verticals: Sequence[Rule], horizontals: Sequence[Rule]) -> Iterator[_Lattice]:
    """Groups of crossing lines with at least two rows and two columns between them."""
    for ups, acrosses in _groups(verticals, horizontals):
        if not acrosses:
            continue
        ends = [place for rule in acrosses for place in (rule.start, rule.end)]
        xs, ys = _merged([rule.at for rule in ups] + [min(ends), max(ends)]), _merged(rule.at for rule in acrosses)
        if len(xs) >= 3 and len(ys) >= 3:
            yield _Lattice(tuple(xs), tuple(ys))


def _groups(verticals: Sequence[Rule], horizontals: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """The lines by what they cross, directly or over others."""
    groups: list[tuple[set[Rule], set[Rule]]] = []
    for up in verticals:
        crossed = {across for across in horizontals if _cross(up, across)}
        touched = [group for group in groups if group[1] & crossed]
        joined = ({up}.union(*(group[0] for group in touched)), crossed.union(*(group[1] for group in touched)))
        groups = [group for group in groups if group not in touched] + [joined]
    return [(list(ups), list(acrosses)) for ups, acrosses in groups]


def _cross(up: Rule, across: Rule) -> bool:
    return across.start - _TOUCH <= up.at <= across.end + _TOUCH and up.start - _TOUCH <= across.at <= up.end + _TOUCH


def _merged(places: Iterable[float]) -> list[float]:
    merged: list[float] = []
    for place in sorted(places):
        if not merged or place - merged[-1] > _TOUCH:
            merged.append(place)
    return merged


def _fill(lattice: _Lattice, inside: Sequence[Row], rtl: bool) -> Grid | None:
    """The table's cells; None when it is no table: one column of text, or cells as long as pages."""
    height, bounds = len(lattice.ys) - 1, lattice.xs[1:-1]
    bands: list[list[list[str]]] = [[] for _ in range(height)]
    for row in inside:
        if row:
            down = height - min(max(bisect_right(lattice.ys, row[0].y), 1), height)
            bands[down].append(_cells(row, bounds, rtl))
    cells = [row for band in bands for row in _rows_of_band(band)]
    if sum(sum(bool(cell) for cell in row) > 1 for row in cells) < 2:
        return None
    if any(len(cell) > _LONGEST_CELL for row in cells for cell in row):
        return None
    ordered = tuple(tuple(reversed(row)) if rtl else tuple(row) for row in cells)
    return Grid(ordered, any(segment.doubtful for row in inside for segment in row))


def _rows_of_band(lines: Sequence[list[str]]) -> list[list[str]]:
    """The rows between two ruling lines: one whose cells wrap, or several where each line fills the same columns."""
    if not lines:
        return []
    filled = [sum(bool(cell) for cell in line) for line in lines]
    if len(lines) * max(filled) >= _SEVERAL and min(filled) >= max(2, max(filled) - 1):
        return [list(line) for line in lines]
    return [[" ".join(filter(None, column)) for column in zip(*lines, strict=True)]]


# ---------------------------------------------------------------- without


def read_unruled(band: Sequence[Row], horizontals: Sequence[Rule], rtl: bool) -> tuple[int, int, Grid]:
    """(first row, row after the last, table): rows before and after only happened to leave the same strips free."""
    first = next(at for at, row in enumerate(band) if len(row) > 1)
    last = next(at for at in range(len(band) - 1, -1, -1) if len(band[at]) > 1)
    while last + 1 < len(band) and _continues(band[last], band[last + 1]):
        last += 1
    body = band[first : last + 1]
    bounds = _column_bounds(body)
    rows = _merge_wrapped([_cells(row, bounds, rtl) for row in body], body, horizontals)
    ordered = tuple(tuple(reversed(row)) if rtl else tuple(row) for row in rows)
    return first, last + 1, Grid(ordered, any(segment.doubtful for row in body for segment in row))


def _continues(row: Row, following: Row) -> bool:
    close = row[0].y - following[0].y <= _LEADING * following[0].size
    return close and any(abs(following[0].x0 - segment.x0) < _ALIGNED for segment in row[1:])


def _column_bounds(rows: Sequence[Row]) -> list[float]:
    """Where columns part: the middles of the strips that no segment of any row crosses."""
    edges = sorted((segment.x0, segment.x1) for row in rows for segment in row)
    bounds, reach = [], edges[0][1]
    for x0, x1 in edges[1:]:
        if x0 - reach > 1.0:
            bounds.append((reach + x0) / 2)
        reach = max(reach, x1)
    return bounds


def _cells(row: Row, bounds: Sequence[float], rtl: bool) -> list[str]:
    cells = [""] * (len(bounds) + 1)
    for segment in reversed(row) if rtl else row:
        column = sum(segment.x0 >= bound for bound in bounds)
        cells[column] = f"{cells[column]} {segment.text}".strip()
    return cells


def _merge_wrapped(cells: Sequence[list[str]], rows: Sequence[Row], horizontals: Sequence[Rule]) -> list[list[str]]:
    """The rows with the lines of one cell brought together."""
    merged = [list(cells[0])]
    for at in range(1, len(cells)):
        if _is_wrapped(cells[at], merged[-1], rows[at - 1], rows[at], horizontals):
            merged[-1] = [f"{above} {below}".strip() for above, below in zip(merged[-1], cells[at], strict=True)]
        else:
            merged.append(list(cells[at]))
    return merged


def _is_wrapped(
    cells: Sequence[str], above: Sequence[str], upper: Row, lower: Row, horizontals: Sequence[Rule]
) -> bool:
    """Whether a row continues the one above: by the ruling lines where there are any, else when most of it is empty."""
    left, right = min(s.x0 for s in (*upper, *lower)), max(s.x1 for s in (*upper, *lower))
    ruled = [rule for rule in horizontals if rule.start < right and rule.end > left]
    if any(lower[0].y < rule.at < upper[0].y for rule in ruled):
        return False
    if upper[0].y - lower[0].y > _LEADING * max(upper[0].size, lower[0].size):
        return False
    boxed = any(rule.at >= upper[0].y for rule in ruled) and any(rule.at <= lower[0].y for rule in ruled)
    filled = sum(bool(cell) for cell in cells)
    fewer = filled < sum(bool(cell) for cell in above)
    return fewer and ((boxed and len(ruled) > 3) or filled <= len(cells) / 2)
