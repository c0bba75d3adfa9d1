"""Spreadsheets (XLSX, XLS): each visible sheet, its rows with their headers, values as displayed.

openpyxl and xlrd are what unstructured reads them with too; its way through pandas loses number
formats (1.10 becomes 1.1, 15 % becomes 0.15), row numbers and what is hidden, so they are used
directly. Runs in the child; the archive was checked before.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.documents.number_formats import displayed
from pipelines.documents.readers import title_of
from pipelines.documents.results import DocumentBroken, DocumentContent, DocumentEncrypted, DocumentLimits
from pipelines.documents.sheet_rows import Row, grid_blocks
from pipelines.records import Block, Finding

__all__ = ["Sheet", "read_xls", "read_xlsx", "sheet_blocks"]

_GENERIC = re.compile(r"^(sheet|table|tabelle|feuil|hoja|foglio|ورقة)\s*\d*$", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """One sheet as its reader sees it."""

    name: str
    number: int  # from 1, hidden sheets counted
    rows: Sequence[Row]  # in order, blank rows left out


def read_xlsx(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """An Excel workbook; a formula that was never calculated leaves its cell empty and a finding."""
    import openpyxl  # type: ignore[import-untyped]  # ships no types

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says which styles and extensions it skips; none is text
        book = openpyxl.load_workbook(io.BytesIO(body), data_only=True, keep_links=False)
    sheets = [
        Sheet(sheet.title, number, list(_xlsx_rows(sheet)))
        for number, sheet in enumerate(book.worksheets, 1)
        if sheet.sheet_state == "visible"
    ]
    return _content(sheets, book.properties.title or "", name, _uncalculated(body, book))


def read_xls(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """An Excel workbook from before 2007."""
    import xlrd  # type: ignore[import-untyped]  # ships no types

    try:
        with open("/dev/null", "w", encoding="utf-8") as log:
            book = xlrd.open_workbook(file_contents=body, formatting_info=True, logfile=log)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise DocumentEncrypted(f"{name}: protected with a password; publish it without one") from error
        raise DocumentBroken(f"{name}: damaged workbook ({error}); save it again") from error
    sheets = [
        Sheet(sheet.name, number, list(_xls_rows(book, sheet)))
        for number, sheet in enumerate(book.sheets(), 1)
        if sheet.visibility == 0
    ]
    return _content(sheets, "", name, ())


def sheet_blocks(sheet: Sheet) -> Iterator[Block]:
    """A sheet's name, then its tables."""
    if sheet.rows and not _GENERIC.match(sheet.name):
        yield Block("heading", sheet.name, level=1, page=sheet.number)
    yield from grid_blocks(sheet.rows, sheet.number)


def _content(sheets: Iterable[Sheet], declared: str, name: str, findings: tuple[Finding, ...]) -> DocumentContent:
    blocks = tuple(block for sheet in sheets for block in sheet_blocks(sheet))
    own = blocks if len({block.page for block in blocks}) == 1 else ()  # of several sheets none names the whole
    return DocumentContent(title_of(own, declared, name), blocks, findings=findings)


# ---------------------------------------------------------------- XLSX


def _xlsx_rows(sheet: Any) -> Iterator[Row]:
    """The visible rows with something of their own: one that only continues merged cells from above adds nothing."""
    merged = _merged_cells(sheet)
    hidden = {letter for letter, column in sheet.column_dimensions.items() if column.hidden}
    columns = _hidden_columns(sheet, hidden)
    for row in sheet.iter_rows():
        if not row or sheet.row_dimensions[row[0].row].hidden:
            continue
        shown = [(cell, merged.get((cell.row, cell.column), cell)) for cell in row if cell.column not in columns]
        if any(_shown(origin) for cell, origin in shown if origin.row == cell.row):
            yield row[0].row, [_shown(origin) for _, origin in shown]


def _shown(cell: Any) -> str:
    return displayed(cell.value, cell.number_format)


def _merged_cells(sheet: Any) -> dict[tuple[int, int], Any]:
    """For each covered place of a merged range the cell that holds its value; ranges over 10,000 cells are layout."""
    covered = {}
    for area in sheet.merged_cells.ranges:
        if area.size["rows"] * area.size["columns"] <= 10_000:
            origin = sheet.cell(area.min_row, area.min_col)
            covered.update(dict.fromkeys(area.cells, origin))
    return covered


def _hidden_columns(sheet: Any, letters: Iterable[str]) -> set[int]:
    """Numbers of the hidden columns; openpyxl keeps a group of them under its first letter."""
    groups = (sheet.column_dimensions[letter] for letter in letters)
    return {number for group in groups for number in range(group.min or 0, min(group.max or 0, 16_384) + 1)}


def _uncalculated(body: bytes, book: Any) -> tuple[Finding, ...]:
    """A finding when formulas carry no stored result: written by a program that does not calculate."""
    import zipfile

    pattern = re.compile(rb"<c [^>]*><f[ >/][^<]*(</f>)?(<v ?/>|<v></v>)?</c>")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = [part for part in archive.namelist() if part.startswith("xl/worksheets/sheet")]
        count = sum(len(pattern.findall(archive.read(part))) for part in parts)
    if not count:
        return ()
    message = f"{count} formulas have no stored result; open and save the workbook once in a spreadsheet program"
    return (Finding("formula-without-result", message),)


# ---------------------------------------------------------------- XLS


def _xls_rows(book: Any, sheet: Any) -> Iterator[Row]:
    merged = {
        (row, column): (top, left)
        for top, bottom, left, right in sheet.merged_cells
        if (bottom - top) * (right - left) <= 10_000
        for row in range(top, bottom)
        for column in range(left, right)
    }
    hidden = {number for number, column in sheet.colinfo_map.items() if column.hidden}
    for row in range(sheet.nrows):
        info = sheet.rowinfo_map.get(row)
        if info is not None and info.hidden:
            continue
        places = [merged.get((row, column), (row, column)) for column in range(sheet.ncols) if column not in hidden]
        cells = [_xls_shown(book, sheet.cell(*place)) for place in places]
        if any(cell for cell, (origin, _) in zip(cells, places, strict=True) if origin == row):
            yield row + 1, cells


def _xls_shown(book: Any, cell: Any) -> str:
    import xlrd

    number_format = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    if cell.ctype == xlrd.XL_CELL_DATE:
        return displayed(xlrd.xldate.xldate_as_datetime(cell.value, book.datemode), number_format)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return displayed(bool(cell.value), number_format)
    return "" if cell.ctype == xlrd.XL_CELL_ERROR else displayed(cell.value, number_format)
