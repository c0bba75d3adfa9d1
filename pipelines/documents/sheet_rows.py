"""Rows of cells without markup (sheets, CSV, PDF), to be read alone: «Header: cell | Header: cell».

For HTML tables see pipelines.web.tables: there the markup says more.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from pipelines.records import Block

__all__ = ["Row", "grid_blocks", "header_rows", "labelled_row", "labels_of"]

Row = tuple[int, list[str]]  # number from 1, displayed cells

# A figure, an amount, a date, a percentage: what stands in the body of a table, not above it.
_VALUE = re.compile(
    r"^[^\w(]*[(+-]?\d[\d\s.,:/٬٫%-]*[)%]?\s*\w{0,4}$|^\d{4}-\d{2}-\d{2}|^(true|false|yes|no|n/?a|[-–—]+)$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"^(19|20)\d\d$")  # names a column as often as it fills one
_MOST_HEADER_ROWS = 4
_LONGEST_HEADING = 80  # characters
_LONGEST_LABEL = 120


def grid_blocks(rows: Sequence[Row], page: int | None) -> Iterator[Block]:
    """The tables among the rows of a sheet, parted by blank rows; lone cells are headings, or notes when long.

    `rows` leaves blank rows out; their numbers tell where they were.
    """
    for region in _regions(rows):
        yield from _region_blocks(region, page)


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows at the top name the columns: those without figures above the first with one, else the first."""
    values = [_has_value(row) for row in rows]
    count = values.index(True) if any(values) else 1
    if 1 < count <= _MOST_HEADER_ROWS and _complete_each_other(rows[:count]):
        return count
    return int(count > 0 and len(rows) > 1 and _names_columns(rows[0]))


def labels_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """One label a column: the header cells above it, from the top, each said once."""
    width = max((len(row) for row in rows), default=0)
    columns = ([row[column] for row in rows if column < len(row) and row[column]] for column in range(width))
    return [" ".join(dict.fromkeys(cells)) for cells in columns]


def labelled_row(row: Sequence[str], labels: Sequence[str]) -> str:
    """One row as text; empty cells are left out, and a cell that repeats its neighbour (a merged one) is said once."""
    parts: list[str] = []
    for column, cell in enumerate(row):
        if not cell:
            continue
        label = labels[column] if column < len(labels) else ""
        part = f"{label.rstrip(' :')}: {cell}" if label and label != cell else cell
        if not parts or parts[-1] != part:
            parts.append(part)
    return " | ".join(parts)


def _has_value(row: Sequence[str]) -> bool:
    return any(_VALUE.match(cell) and not _YEAR.match(cell) for cell in row if cell)


def _complete_each_other(rows: Sequence[Sequence[str]]) -> bool:
    """Whether header rows stand in different columns, as a group's name above its parts do; a body's rows do not."""
    filled = [{at for at, cell in enumerate(row) if cell} for row in rows]
    if min(len(columns) for columns in filled) < 2:
        return False
    return all(len(upper & lower) <= max(len(upper), len(lower)) / 2 for upper, lower in itertools.pairwise(filled))


def _names_columns(row: Sequence[str]) -> bool:
    """Several short, mostly different texts without figures."""
    cells = [cell for cell in row if cell]
    if len(cells) < 2 or len(set(cells)) < 2 or _has_value(row):
        return False
    return all(len(cell) <= _LONGEST_LABEL for cell in cells)


# ---------------------------------------------------------------- regions of a sheet


def _regions(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Runs of rows without a blank row between them; one blank row between headers and figures does not part them."""
    region: list[Row] = []
    for row in rows:
        blank = row[0] - region[-1][0] - 1 if region else 0
        if blank > 1 or (blank == 1 and not _heads(region, row)):
            yield region
            region = []
        region.append(row)
    if region:
        yield region


def _heads(region: Sequence[Row], row: Row) -> bool:
    return _names_columns(region[-1][1]) and not any(_has_value(cells) for _, cells in region) and _has_value(row[1])


def _region_blocks(region: Sequence[Row], page: int | None) -> Iterator[Block]:
    start = next((at for at, (_, cells) in enumerate(region) if not _lone(cells)), len(region))
    table = region[start:]
    for number, cells in region[:start]:
        yield _lone_block(number, cells, page, level=2 if table else 0)
    grid = _trimmed([cells for _, cells in table])
    count = header_rows(grid)
    labels = labels_of(grid[:count])
    if not _all_used(labels, grid[count:]):
        yield from (Block("table_row", labelled_row(grid[at], ()), page=page, line=table[at][0]) for at in range(count))
    for at, cells in enumerate(grid[count:], count):
        heads = _lone(cells) and at + 1 < len(grid) and not _lone(grid[at + 1]) and len(grid) > 3
        if heads or (_lone(cells) and len(cells[0]) > _LONGEST_HEADING):
            yield _lone_block(table[at][0], cells, page, level=3 if heads else 0)
        else:
            yield Block("table_row", labelled_row(cells, labels), page=page, line=table[at][0])


def _all_used(labels: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether every label has a cell to stand beside, so that none is lost."""
    return all(any(at < len(row) and row[at] for row in body) for at, label in enumerate(labels) if label)


def _lone_block(number: int, cells: Sequence[str], page: int | None, level: int) -> Block:
    """A row of one cell; `level` 0: it heads nothing."""
    text = next(cell for cell in cells if cell)
    if level and len(text) <= _LONGEST_HEADING:
        return Block("heading", text, level=level, page=page, line=number)
    return Block("paragraph", text, page=page, line=number)


def _lone(cells: Sequence[str]) -> bool:
    return len({cell for cell in cells if cell}) == 1


def _trimmed(rows: Sequence[list[str]]) -> list[list[str]]:
    """The rows without the columns on the left that are empty in all of them."""
    left = min((next((x for x, cell in enumerate(row) if cell), len(row)) for row in rows), default=0)
    return [row[left:] for row in rows]
