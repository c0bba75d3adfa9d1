"""Spreadsheet values are text as displayed, dates beyond doubt; rows carry their headers; hidden cells are not said."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pytest

from pipelines.documents.number_formats import displayed
from pipelines.documents.plain_text import read_csv
from pipelines.documents.results import DocumentLimits
from pipelines.documents.spreadsheets import read_xlsx
from pipelines.records import Block

MARCH = datetime.fromisoformat("2025-03-04T10:30")  # a cell's date has no zone


def blocks(book: Any) -> tuple[Block, ...]:
    saved = io.BytesIO()
    book.save(saved)
    return read_xlsx(saved.getvalue(), "prices.xlsx", DocumentLimits()).blocks


def book_of(*rows: list[object], title: str = "Prices") -> Any:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1.1, "0.00", "1.10"),
        (0.15, "0%", "15%"),
        (0.155, "0.0%", "15.5%"),
        (1234.5, "#,##0.00", "1,234.50"),
        (199.5, '"SAR" #,##0.00', "SAR 199.50"),
        (199.5, "[$SAR] #,##0.00", "SAR 199.50"),
        (-5, "0;(0)", "(5)"),
        (-5, "#,##0", "-5"),
        (0, '0;-0;"free"', "free"),
        (3, "General", "3"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (7, "000", "007"),
        (-7.5, "00.0", "-07.5"),
        (1234567, "#,##0,", "1234567"),  # scaled formats are not imitated
        (MARCH.replace(hour=0, minute=0), "dd/mm/yyyy", "2025-03-04"),
        (MARCH, "m/d/yy h:mm", "2025-03-04 10:30"),
        (date(2025, 3, 4), "d-mmm", "2025-03-04"),
        (time(9, 5), "h:mm", "09:05"),
        (True, "General", "TRUE"),
        ("#REF!", "General", ""),
        (" زيت ", "@", "زيت"),
        (None, "General", ""),
    ],
)
def test_displayed(value: object, number_format: str, text: str) -> None:
    """A value reads as its format shows it; dates are ISO whatever the format, so that 03/04 is never in doubt."""
    assert displayed(value, number_format) == text


def test_rows_carry_headers_sheet_and_row() -> None:
    """Each row reads alone: headers beside cells, the sheet's number and the row's."""
    found = blocks(book_of(["Service", "Price", "Until"], ["Oil change", 120, date(2025, 3, 31)], ["Check", 80, None]))
    assert [(b.kind, b.text, b.page, b.line) for b in found] == [
        ("heading", "Prices", 1, None),
        ("table_row", "Service: Oil change | Price: 120 | Until: 2025-03-31", 1, 2),
        ("table_row", "Service: Check | Price: 80", 1, 3),
    ]


def test_hidden_sheets_rows_and_columns_are_not_said() -> None:
    """What a reader of the workbook does not see is no text."""
    book = book_of(["Service", "Cost", "Price"], ["Oil", 40, 120], ["Old", 1, 2], title="Sheet1")
    book.active.column_dimensions["B"].hidden = True
    book.active.row_dimensions[3].hidden = True
    book.create_sheet("Internal").append(["secret"])
    book["Internal"].sheet_state = "hidden"
    assert [block.text for block in blocks(book)] == ["Service: Oil | Price: 120"]


def test_merged_cells_are_said_in_every_row_they_cover() -> None:
    """A category merged over several rows stands in each of them."""
    book = book_of(["Group", "Service", "Price"], ["Oil", "5W-30", 120], [None, "10W-40", 90])
    book.active.merge_cells("A2:A3")
    assert [block.text for block in blocks(book)][-1] == "Group: Oil | Service: 10W-40 | Price: 90"


def test_titles_tables_and_notes() -> None:
    """A lone cell above a table heads it, a lone row within parts it, a blank row ends it."""
    book = book_of(
        ["March offers"],
        ["Service", "Price"],
        ["Engine"],
        ["Oil", 120],
        ["Filter", 30],
        [],
        ["Prices include VAT."],
        title="Sheet1",
    )
    assert [(b.kind, b.text) for b in blocks(book)] == [
        ("heading", "March offers"),
        ("heading", "Engine"),
        ("table_row", "Service: Oil | Price: 120"),
        ("table_row", "Service: Filter | Price: 30"),
        ("paragraph", "Prices include VAT."),
    ]


def test_formula_without_result_is_a_finding() -> None:
    """A formula that nothing has calculated leaves no number, and a finding says so."""
    saved = io.BytesIO()
    book_of(["Service", "Price"], ["Oil", "=60*2"]).save(saved)
    content = read_xlsx(saved.getvalue(), "prices.xlsx", DocumentLimits())
    assert [finding.rule for finding in content.findings] == ["formula-without-result"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_keeps_cells_as_written(delimiter: str) -> None:
    """Delimiters are found; codes keep their zeros and prices theirs; a quoted cell keeps its line break as a space."""
    lines = [["Code", "Price", "Note"], ["007", "1.10", '"two\nlines"'], ["0200", "99.00", "صالح"]]
    body = "\r\n".join(delimiter.join(line) for line in lines).encode()
    found = read_csv(body, "codes.csv", DocumentLimits()).blocks
    assert [(block.text, block.line) for block in found] == [
        ("Code: 007 | Price: 1.10 | Note: two lines", 2),
        ("Code: 0200 | Price: 99.00 | Note: صالح", 4),
    ]
