"""Build the committed documents from `content/`: `python examples/autocare/build_documents.py [--font FILE]`.

The price list (XLSX), the terms (DOCX) and the warranty booklet (PDF) are committed, so that serving the site
needs neither their libraries nor a font, and every checkout serves the same bytes. Run this after changing a
price or a text; a test compares the documents with `content/`. The booklet needs fpdf2 and uharfbuzz, which
shapes Arabic letters.
"""

from __future__ import annotations

import argparse
import re
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

if not __package__:  # run as a script: the modules are found from the repository's root
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from examples.autocare.offers import LANGUAGES, load_content
from examples.autocare.pages import DOCUMENTS, EDITION, HERE

__all__ = ["build_price_list", "build_terms", "build_warranty", "main", "price_rows"]

_CHANGED = EDITION.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")  # has Latin and Arabic letters; Debian: fonts-dejavu
_SHEETS = {"en": "Prices", "ar": "الأسعار"}


def main() -> None:
    """Write the three documents."""
    parser = argparse.ArgumentParser(description="Build the example site's documents.")
    parser.add_argument("--font", type=Path, default=_FONT, help="a TrueType font with Latin and Arabic letters")
    font = parser.parse_args().font
    built = {"price_list": build_price_list(), "terms_document": build_terms(), "warranty": build_warranty(font)}
    for name, body in built.items():
        (HERE / DOCUMENTS[name].lstrip("/")).write_bytes(body)


def price_rows(language: str) -> list[list[Any]]:
    """The header and rows of the price list in one language."""
    content = load_content("services")
    rows = [[*service[language], service["minutes"], service["price"]] for service in content["service"]]
    return [content[language]["columns"], *rows]


def build_price_list() -> bytes:
    """The price list, a sheet a language."""
    from openpyxl import Workbook  # type: ignore[import-untyped]  # has no types
    from openpyxl.styles import Font  # type: ignore[import-untyped]

    book = Workbook()
    book.remove(book.active)
    book.properties.created = book.properties.modified = EDITION.replace(tzinfo=None)
    for language in LANGUAGES:
        sheet = book.create_sheet(_SHEETS[language])
        sheet.sheet_view.rightToLeft = language == "ar"
        for row in price_rows(language):
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column, width in zip("ABCD", (36, 48, 12, 14), strict=True):
            sheet.column_dimensions[column].width = width
    return _steady(_saved(book))


def build_terms() -> bytes:
    """The terms of service, English first."""
    from docx import Document

    document = Document()
    document.core_properties.author = "Nashmaq Auto Care"
    document.core_properties.created = document.core_properties.modified = EDITION
    for language in LANGUAGES:
        part = load_content("terms")[language]
        _paragraph(document.add_heading(part["title"], 1), language)
        for section in part["section"]:
            _paragraph(document.add_heading(section["title"], 2), language)
            for text in section["text"]:
                _paragraph(document.add_paragraph(text), language)
    return _steady(_saved(document))


def build_warranty(font: Path) -> bytes:
    """The warranty booklet, English first, set in `font`."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_creation_date(EDITION)
    pdf.set_title("Nashmaq Auto Care – Warranty booklet")
    pdf.set_auto_page_break(True, margin=20)
    pdf.add_font("body", fname=font)
    pdf.set_text_shaping(True)
    for language in LANGUAGES:
        pdf.add_page()
        for size, text in _booklet(load_content("warranty")[language]):
            pdf.set_font("body", size=size)
            pdf.multi_cell(0, size * 0.6, text, align="R" if language == "ar" else "L", new_x="LMARGIN", new_y="NEXT")
            pdf.ln(1.5)
    return bytes(pdf.output())


def _booklet(part: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Every line of the booklet with its size in points."""
    yield 22, part["title"]
    yield 11, part["intro"]
    for section in part["section"]:
        yield 15, section["title"]
        for text in section["text"]:
            yield 11, text


def _paragraph(paragraph: Any, language: str) -> None:
    """Mark a paragraph as running from right to left when its language does (w:bidi, ECMA-376 part 1, 17.3.1.6)."""
    if language == "ar":
        from docx.oxml import OxmlElement

        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))


def _saved(document: Any) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _steady(archive: bytes) -> bytes:
    """The same archive with one fixed time at every member and as its last change; openpyxl writes the current one."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            steady = zipfile.ZipInfo(member.filename, EDITION.timetuple()[:6])
            body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + _CHANGED, old.read(member))
            new.writestr(steady, body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
