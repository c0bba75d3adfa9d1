"""Cards side by side: a page whose offers stand in columns is read as a table, whose columns are the offers.

A table of offers names something in each row; where a row holds nothing but amounts, it is the columns that belong
together. Such a table is turned: its columns one after the other, cut into cards after each price.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from pipelines.offers.flyers.lines import Line, line_of
from pipelines.records import Block, Page

__all__ = ["turn_columns"]

_MOST_COLUMNS = 6


def turn_columns(lines: Sequence[Line], page: Page) -> tuple[Line, ...]:
    """The lines, tables of cards replaced by the cells of their columns; a cell keeps the place of its row."""
    turned: list[Line] = []
    for kind, run in groupby(lines, key=lambda line: (line.role == "row", line.block.page, _labels(line))):
        rows = list(run)
        columns = _columns(rows, page) if kind[0] else []
        turned.extend([cell for column in columns for cell in _cards(column, page)] or rows)
    return tuple(turned)


def _labels(line: Line) -> tuple[str, ...]:
    """The headers of a row, in which a table is one."""
    if line.role != "row":
        return ()
    return tuple(cell.partition(": ")[0] for cell in line.block.text.split(" | ") if ": " in cell)


def _columns(rows: Sequence[Line], page: Page) -> list[list[Line]]:
    """The cells of each column from the top, its header first; [] for a table whose rows belong together."""
    labels = _labels(rows[0])
    cells = [[_cell(row, text, page) for text in row.block.text.split(" | ")] for row in rows]
    width = len(cells[0])
    if not 2 <= width <= _MOST_COLUMNS or any(len(row) != width for row in cells):
        return []
    if not any(all(cell.marked for cell in row) for row in cells):
        return []
    heads = [_cell(rows[0], label, page, whole=True) for label in labels] if len(labels) == width else []
    if any(head.marked and not head.name for head in heads):
        return []
    return [[*heads[at : at + 1], *(row[at] for row in cells)] for at in range(width)]


def _cell(row: Line, text: str, page: Page, *, whole: bool = False) -> Line:
    shown = text if whole or ": " not in text else text.partition(": ")[2]
    block = Block("paragraph", shown, page=row.block.page, line=row.block.line)
    return line_of(row.at, block, page)


# ---------------------------------------------------------------- cards


def _cards(column: Sequence[Line], page: Page) -> Iterator[Line]:
    """The column's cells, the first of each card made a heading."""
    starts = _starts(column)
    for at, cell in enumerate(column):
        if at in starts and cell.role == "text":
            block = Block("heading", cell.block.text, 3, page=cell.block.page, line=cell.block.line)
            yield line_of(cell.at, block, page)
        else:
            yield cell


def _starts(column: Sequence[Line]) -> set[int]:
    """Where cards begin: after each run of amounts, and after as many lines more as stand below the last one."""
    ends = [at for at, cell in enumerate(column) if cell.marked and not _marked_at(column, at + 1)]
    if not ends:
        return {0}
    below = len(column) - 1 - ends[-1]
    validities = sum(cell.role in ("validity", "collective") for cell in column[ends[-1] + 1 :])
    if len(ends) == 1 or (len(ends) > 1 and below >= ends[1] - ends[0]):
        below = 0 if below > validities else below
    return {0, *(end + below + 1 for end in ends[:-1])}


def _marked_at(column: Sequence[Line], at: int) -> bool:
    return at < len(column) and column[at].role == "amount"
