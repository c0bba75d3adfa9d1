"""Flyers made for measuring: one description of lines rendered as PDF, Word, slides, sheet, Markdown, mail or text.

A line is a pair of style and text; the styles are h1, h2, h3, p, li, price and small. Right-to-left PDFs are written
glyph by glyph in the order they are seen, as printing programs do.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from typing import Any

from tests.pipelines.documents.raw_pdf import WIDTH, raw_pdf

__all__ = [
    "Line",
    "Rows",
    "as_docx",
    "as_mail",
    "as_markdown",
    "as_pdf",
    "as_placed_pdf",
    "as_pptx",
    "as_rtl_pdf",
    "as_xlsx",
    "seen",
]

Line = tuple[str, str]
Rows = Sequence[Sequence[str]]
_SIZES = {"h1": 24, "h2": 16, "h3": 14, "p": 11, "li": 11, "price": 20, "small": 8}


def as_pdf(*pages: Sequence[Line | Rows]) -> bytes:
    """Pages of English lines and tables by fpdf2."""
    from fpdf import FPDF

    pdf = FPDF()
    for lines in pages:
        pdf.add_page()
        for line in lines:
            _write(pdf, line)
    return bytes(pdf.output())


def _write(pdf: Any, line: Line | Rows) -> None:
    if not isinstance(line[0], str):
        pdf.set_font("Helvetica", size=10)
        with pdf.table() as table:
            for row in line:
                table.row(row)
        return
    style, text = str(line[0]), str(line[1])
    size = _SIZES[style]
    pdf.set_font("Helvetica", "B" if style in ("h1", "h2", "h3", "price") else "", size)
    pdf.multi_cell(0, size * 0.5, f"- {text}" if style == "li" else str(text), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)


def as_rtl_pdf(*pages: Sequence[Line], right: float = 560.0) -> bytes:
    """Pages of Arabic lines as they are seen, each ending at the right margin."""
    return raw_pdf(*(_placed(lines, right) for lines in pages))


def _placed(lines: Sequence[Line], right: float) -> Iterable[tuple[float, float, float, list[str]]]:
    y = 760.0
    for style, text in lines:
        size = float(_SIZES[style])
        y -= size * 1.9
        glyphs = list(seen(text))
        yield right - len(glyphs) * WIDTH * size, y, size, glyphs


def seen(text: str) -> str:
    """A right-to-left line as it stands on paper: turned, numbers and Latin words turned back."""
    return re.sub(r"[A-Za-z0-9٠-٩][A-Za-z0-9٠-٩./:,]*", lambda run: run[0][::-1], text)[::-1]


def as_placed_pdf(*pages: Sequence[tuple[float, float, float, str]]) -> bytes:
    """Pages whose letters stand where the case says: x, y, size, and the glyphs as they are seen."""
    return raw_pdf(*([(x, y, size, list(glyphs)) for x, y, size, glyphs in page] for page in pages))


def as_docx(*lines: Line | Rows) -> bytes:
    """A Word document with styles for its headings and lists."""
    import docx

    document = docx.Document()
    for line in lines:
        if not isinstance(line[0], str):
            table = document.add_table(rows=0, cols=len(line[0]))
            for row in line:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        elif line[0] in ("h1", "h2", "h3"):
            document.add_heading(str(line[1]), int(line[0][1]))
        else:
            document.add_paragraph(str(line[1]), style="List Bullet" if line[0] == "li" else None)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def as_pptx(*slides: Sequence[str]) -> bytes:
    """A presentation: of each slide the first text is the title, the others its points."""
    import pptx

    presentation = pptx.Presentation()
    for title, *points in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(points)
    saved = io.BytesIO()
    presentation.save(saved)
    return saved.getvalue()


def as_xlsx(rows: Rows, title: str = "Offers") -> bytes:
    """A workbook with one sheet."""
    import openpyxl  # type: ignore[import-untyped]  # its stubs are not installed

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def as_markdown(*lines: Line) -> bytes:
    """Markdown."""
    marks = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- ", "price": "", "p": "", "small": ""}
    return "\n\n".join(marks[style] + text for style, text in lines).encode()


def as_mail(subject: str, body: str) -> bytes:
    """A mail with a plain text body."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "news@autocare.test", "you@home.test"
    mail["Date"] = "Mon, 02 Mar 2026 08:00:00 +0300"
    mail.set_content(body)
    return mail.as_bytes()
