"""Tables as rows that can be read on their own: every cell beside the header of its column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree
from lxml.html import HtmlElement

__all__ = ["is_data_table", "table_rows"]

_MOST_CELLS = 100_000  # of one table after spans are resolved; a larger one is read as plain blocks
_WIDEST_SPAN = 100  # columns
_LAYOUT = etree.XPath("boolean(.//table|.//h1|.//h2|.//h3|.//form|.//article|.//section|.//nav|.//main)")
_HEADED = etree.XPath("boolean(.//th|./thead)")
_NUMBER = re.compile(r"\d")
_LONG_CELL = 600  # characters; cells of data are short, cells of layout hold whole passages

_Grid = list[list[HtmlElement | None]]  # a spanned cell stands in every place it covers


def is_data_table(table: HtmlElement) -> bool:
    """Whether a table relates its cells to each other, rather than being used to lay out a page."""
    if table.get("role") in {"presentation", "none"} or _LAYOUT(table):
        return False
    rows = _rows(table)
    widths = [sum(_span(cell, "colspan") for cell in _cells(row)) for row in rows]
    if not rows or sum(widths) * _tallest(rows) > _MOST_CELLS:
        return False
    filled = sum(width > 1 for width in widths)
    if _HEADED(table):
        return max(widths) > 1
    return filled > 1 and not any(len(cell.text_content()) > _LONG_CELL for row in rows for cell in _cells(row))


def table_rows(table: HtmlElement, text_of: Callable[[HtmlElement], str]) -> Iterator[tuple[HtmlElement, str]]:
    """(tr or caption, its text) in order; a row reads «Header: cell | Header: cell», spans resolved.

    A header row stands alone only when none of its columns has a cell below it to head.
    """
    for caption in table.iterchildren("caption"):
        if text := text_of(caption):
            yield caption, text
    rows = _rows(table)
    grid = _grid(rows)
    texts = {cell: text_of(cell) for line in grid for cell in line if cell is not None}
    lines = [[texts[cell] if cell is not None else "" for cell in line] for line in grid]
    top = _header_rows(rows, lines)
    headers = _headers(grid[:top], lines[:top])
    if not _all_used(headers, lines[top:]):
        top, headers = 0, []
    for row, cells, line in zip(rows[top:], grid[top:], lines[top:], strict=True):
        if text := _row_text(headers, cells, line):
            yield row, text


# ---------------------------------------------------------------- the grid


def _rows(table: HtmlElement) -> list[HtmlElement]:
    return [row for row in table.iter("tr") if len(row)]


def _cells(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in {"td", "th"}]


def _span(cell: HtmlElement, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(_WIDEST_SPAN, max(1, int(value))) if value.isascii() and value.isdigit() else 1


def _tallest(rows: list[HtmlElement]) -> int:
    return max((_span(cell, "rowspan") for row in rows for cell in _cells(row)), default=1)


def _grid(rows: list[HtmlElement]) -> _Grid:
    grid: _Grid = [[] for _ in rows]
    for y, row in enumerate(rows):
        x = 0
        for cell in _cells(row):
            while x < len(grid[y]) and grid[y][x] is not None:
                x += 1
            for below in grid[y : y + _span(cell, "rowspan")]:
                _fill(below, x, _span(cell, "colspan"), cell)
            x += _span(cell, "colspan")
    return grid


def _fill(line: list[HtmlElement | None], x: int, width: int, cell: HtmlElement) -> None:
    line.extend([None] * (x + width - len(line)))
    for column in range(x, x + width):
        line[column] = line[column] if line[column] is not None else cell


# ---------------------------------------------------------------- headers


def _header_rows(rows: list[HtmlElement], lines: list[list[str]]) -> int:
    """How many rows at the top head the columns: those of thead or wholly of th; else a first row that looks so."""
    count = 0
    for row in rows:
        cells = _cells(row)
        group = row.getparent()
        if (group is None or group.tag != "thead") and (not cells or any(cell.tag != "th" for cell in cells)):
            break
        count += 1
    if count or len(rows) < 2 or any(cell.tag == "th" for row in rows for cell in _cells(row)):
        return count
    return int(_looks_like_header(rows[0], lines))


def _looks_like_header(row: HtmlElement, lines: list[list[str]]) -> bool:
    """All cells filled, without figures, and bold or above a column of figures."""
    first, rest = lines[0], lines[1:]
    if not all(first) or any(_NUMBER.search(text) or len(text) > 60 for text in first) or len(set(first)) < 2:
        return False
    if all(cell.find(".//b") is not None or cell.find(".//strong") is not None for cell in _cells(row)):
        return True
    columns = [[line[x] for line in rest if x < len(line) and line[x]] for x in range(len(first))]
    return any(column and all(_NUMBER.search(text) for text in column) for column in columns)


def _headers(grid: _Grid, lines: list[list[str]]) -> list[str]:
    """One header a column; headers above one another are joined, a spanning cell stands in each of its columns."""
    width = max((len(line) for line in lines), default=0)
    return [" ".join(dict.fromkeys(_column(lines, x))) for x in range(width)]


def _column(lines: list[list[str]], x: int) -> Iterator[str]:
    return (line[x] for line in lines if x < len(line) and line[x])


def _all_used(headers: list[str], lines: list[list[str]]) -> bool:
    """Whether every header has some cell to head, so that none is lost when header rows are left out."""
    used = {headers[x] for line in lines for x, text in enumerate(line) if text and x < len(headers)}
    return all(header in used for header in headers if header)


def _row_text(headers: list[str], cells: list[HtmlElement | None], line: list[str]) -> str:
    """Cells beside their headers; a row's own header (th) leads where its column has none."""
    parts: list[str] = []
    said: set[HtmlElement] = set()
    lead = ""
    leads = any(cell is not None and cell.tag == "td" for cell in cells)
    for x, (cell, text) in enumerate(zip(cells, line, strict=True)):
        if not text or cell is None or cell in said:
            continue
        said.add(cell)
        header = headers[x] if x < len(headers) else ""
        if leads and cell.tag == "th" and not header and not parts and not lead:
            lead = text
        else:
            parts.append(f"{header}: {text}" if header and header != text else text)
    return ": ".join(filter(None, (lead, " | ".join(parts))))
