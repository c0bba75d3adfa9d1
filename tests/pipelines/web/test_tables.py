"""Tables read as rows that can be understood without the table."""

from __future__ import annotations

import lxml.html
import pytest

from pipelines.web.blocks import visible_text
from pipelines.web.tables import is_data_table, table_rows


def _rows(html: str) -> list[str]:
    return [text for _, text in table_rows(lxml.html.fragment_fromstring(html), visible_text)]


def test_each_cell_stands_beside_its_header() -> None:
    """Header cells are repeated in the rows below and make no row of their own."""
    html = "<table><tr><th>Service<th>Price</tr><tr><td>Oil change<td>SAR 99</tr><tr><td>Wash<td>SAR 30</tr></table>"
    assert _rows(html) == ["Service: Oil change | Price: SAR 99", "Service: Wash | Price: SAR 30"]


def test_spans_are_resolved() -> None:
    """A cell that spans rows belongs to each; one that spans columns is said once; stacked headers are joined."""
    html = """<table><thead><tr><th rowspan=2>Car<th colspan=2>Price</tr><tr><th>Oil<th>Tyres</tr></thead>
        <tr><td rowspan=2>Sedan<td>99<td>240</tr><tr><td colspan=2>on request</tr></table>"""
    assert _rows(html) == [
        "Car: Sedan | Price Oil: 99 | Price Tyres: 240",
        "Car: Sedan | Price Oil: on request",
    ]


def test_row_headers_lead_their_row() -> None:
    """A table of terms and values reads as such."""
    html = "<table><tr><th>Weight<td>5 kg</tr><tr><th>Valid<td>until May<td>Riyadh only</tr></table>"
    assert _rows(html) == ["Weight: 5 kg", "Valid: until May | Riyadh only"]


def test_a_first_row_above_figures_is_a_header() -> None:
    """Without th, a row of words above a column of figures heads the columns."""
    html = "<table><tr><td>الخدمة<td>السعر</tr><tr><td>زيت<td>٩٩</tr><tr><td>فلتر<td>٣٠</tr></table>"
    assert _rows(html) == ["الخدمة: زيت | السعر: ٩٩", "الخدمة: فلتر | السعر: ٣٠"]


def test_no_header_is_lost() -> None:
    """Where a column has nothing below its header, the header row stays a row."""
    html = "<table><tr><th>Service<th>Note</tr><tr><td>Oil<td></tr></table>"
    assert _rows(html) == ["Service | Note", "Oil"]


def test_caption_comes_first() -> None:
    """A caption is text of the page like any other."""
    assert _rows("<table><caption>Prices</caption><tr><td>a<td>b</tr></table>") == ["Prices", "a | b"]


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>a</tr><tr><td>b</tr></table>",
        "<table role=presentation><tr><td>a<td>b</tr><tr><td>c<td>d</tr></table>",
        "<table><tr><td><table><tr><td>a</table><td>b</tr><tr><td>c<td>d</tr></table>",
        "<table><tr><td><h2>News</h2><td>b</tr><tr><td>c<td>d</tr></table>",
        f"<table><tr><td>menu<td>{'A long passage. ' * 60}</tr><tr><td>c<td>d</tr></table>",
        "<table><tr>" + "<td colspan=1000 rowspan=65534>x" * 50 + "</tr>" + "<tr><td>a<td>b</tr>" * 50 + "</table>",
        "<table></table>",
    ],
)
def test_layout_tables_are_no_data(html: str) -> None:
    """One column, a declared role, nested tables, headings, long passages and absurd spans mark layout."""
    assert not is_data_table(lxml.html.fragment_fromstring(html))
