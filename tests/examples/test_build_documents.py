"""The example's committed documents, and the script that makes them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from examples.autocare.build_documents import build_price_list, build_terms, build_warranty, price_rows
from examples.autocare.offers import LANGUAGES, load_content
from examples.autocare.pages import DOCUMENTS, HERE

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def _committed(name: str) -> bytes:
    return (HERE / DOCUMENTS[name].lstrip("/")).read_bytes()


def _sheets(body: bytes) -> list[list[list[object]]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # has no types

    book = load_workbook(BytesIO(body))
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book]


def _paragraphs(body: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(BytesIO(body)).paragraphs]


def test_the_price_list_says_what_the_services_page_says() -> None:
    """A sheet a language, a row a service, with today's prices; it fails when the file was not built again."""
    assert _sheets(_committed("price_list")) == [price_rows(language) for language in LANGUAGES]


def test_the_terms_are_those_of_the_content() -> None:
    """Every heading and paragraph of both languages, in order."""
    expected = []
    for language in LANGUAGES:
        part = load_content("terms")[language]
        expected.append(part["title"])
        for section in part["section"]:
            expected += [section["title"], *section["text"]]
    assert _paragraphs(_committed("terms_document")) == expected


def test_the_warranty_booklet_opens_and_has_both_languages() -> None:
    """An English page and an Arabic one, as a PDF reader sees them."""
    import pypdfium2

    with pypdfium2.PdfDocument(_committed("warranty")) as pdf:
        first, second = (page.get_textpage().get_text_range() for page in pdf)
    assert all(section["title"] in first for section in load_content("warranty")["en"]["section"])
    assert all(section["title"] in second for section in load_content("warranty")["ar"]["section"])


def test_documents_hold_no_day_that_ends() -> None:
    """Documents are standing text: a day in them would be over some time after the release."""
    text = " ".join([str(_sheets(_committed("price_list"))), *_paragraphs(_committed("terms_document"))])
    assert "202" not in text
    assert "202" not in str(load_content("warranty"))


def test_building_twice_gives_the_same_bytes() -> None:
    """The libraries' clocks leave no trace, so that ETags change only with what is said."""
    assert build_price_list() == build_price_list()
    assert build_terms() == build_terms()


def test_building_again_says_what_is_committed() -> None:
    """The builders still make the committed documents; bytes may differ with the compressor, contents may not."""
    assert _sheets(build_price_list()) == _sheets(_committed("price_list"))
    assert _paragraphs(build_terms()) == _paragraphs(_committed("terms_document"))


def test_the_booklet_is_built_the_same_twice() -> None:
    """Needs fpdf2, a shaper and a font with Arabic letters, which only whoever edits the booklet has."""
    pytest.importorskip("fpdf")
    pytest.importorskip("uharfbuzz")
    if not FONT.exists():
        pytest.skip(f"no font at {FONT}: install fonts-dejavu")
    assert build_warranty(FONT) == build_warranty(FONT)
