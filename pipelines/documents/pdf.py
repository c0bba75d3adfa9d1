"""PDF files: text in reading order with page numbers, headings by their size, tables as rows, Arabic as it is read.

pdfium (pypdfium2) reads the file; it opens what pdfminer refuses, and takes a tenth of its time.
The order of glyphs, lines and columns is worked out here: see pipelines.documents.pdf_glyphs, pdf_lines,
bidi, pdf_layout, pdf_blocks. Runs in the child.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.documents.bidi import direction_of, letters_in_order
from pipelines.documents.pdf_blocks import PageParts, blocks_of_pages, without_running_lines
from pipelines.documents.pdf_glyphs import Sheet, height_of, read_sheet
from pipelines.documents.pdf_layout import Lines, read_layout
from pipelines.documents.pdf_lines import Reading, Segment, gather_rows
from pipelines.documents.pdf_tables import Grid
from pipelines.documents.readers import title_of
from pipelines.documents.results import (
    DocumentBroken,
    DocumentContent,
    DocumentEmpty,
    DocumentEncrypted,
    DocumentError,
    DocumentLimits,
    DocumentTooLarge,
)
from pipelines.records import Finding

__all__ = ["read_pdf"]

_QUOTED = 200  # characters of a finding's quote


@dataclass(frozen=True)
class _Read:
    """One page read, without its glyphs: a thousand pages of them would fill the memory."""

    parts: PageParts
    evidence: int  # on the order of Arabic letters, see letters_in_order
    doubts: tuple[str, ...]  # lines with a date whose order is not certain
    hidden: str = ""
    unmapped: int = 0
    glyphs: int = 0
    pictured: bool = False
    broken: bool = False


def read_pdf(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A PDF file. An owner's restrictions without a password to open it do not hide its text.

    Raises DocumentEncrypted, DocumentBroken, DocumentTooLarge, or DocumentEmpty for a scan without text.
    """
    document = _opened(body[body.find(b"%PDF-") :], name)
    try:
        count = len(document)
        if count > limits.pages:
            raise DocumentTooLarge(f"{name}: {count:,} pages; at most {limits.pages:,} are read. Publish it in parts")
        declared = document.get_metadata_dict().get("Title", "")
        read = [_read_page(document, index, as_drawn=False) for index in range(count)]
        drawn = sum(page.evidence for page in read) < 0
        if drawn:
            read = [_read_page(document, index, as_drawn=True) for index in range(count)]
    finally:
        document.close()
    blocks = tuple(blocks_of_pages(without_running_lines([page.parts for page in read])))
    if not blocks:
        raise _empty(name, read)
    return DocumentContent(title_of(blocks, declared, name), blocks, findings=tuple(_findings(read, drawn)))


def _opened(body: bytes, name: str) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise DocumentEncrypted(f"{name}: protected with a password; publish it without one") from error
        raise DocumentBroken(f"{name}: damaged or truncated PDF ({error}); fetch or save it again") from error


def _read_page(document: Any, index: int, *, as_drawn: bool) -> _Read:
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError:  # one broken page must not hide the others
        return _Read(PageParts(index + 1, 0.0, 1.0, ()), 0, (), broken=True)
    try:
        return _read_sheet(read_sheet(page), index + 1, as_drawn)
    finally:
        page.close()


def _read_sheet(sheet: Sheet, number: int, as_drawn: bool) -> _Read:
    parts: list[Lines | Grid] = []
    segments: list[Segment] = []
    groups = sorted(sheet.turned.items(), key=lambda item: -len(item[1]))
    for degrees, glyphs in groups:
        rtl = direction_of("".join(glyph.text for glyph in glyphs)) > 0
        level = degrees == 0
        rows = gather_rows(glyphs, sheet.verticals if level else (), Reading(rtl, as_drawn and rtl))
        parts.extend(read_layout(rows, sheet.verticals if level else (), sheet.horizontals if level else (), rtl))
        segments.extend(segment for row in rows for segment in row)
    low, high = height_of(sheet, groups[0][0] if groups else 0)
    return _Read(
        PageParts(number, low, high, tuple(parts)),
        letters_in_order(" ".join(segment.text for segment in segments)),
        tuple(segment.text for segment in segments if segment.doubtful),
        "".join(sheet.hidden).strip(),
        sheet.unmapped,
        sum(len(glyphs) for _, glyphs in groups),
        sheet.pictured,
    )


def _empty(name: str, read: Sequence[_Read]) -> DocumentError:
    broken = sum(page.broken for page in read)
    if read and broken == len(read):
        return DocumentBroken(f"{name}: none of its {broken} pages can be read; save it again")
    if any(page.unmapped for page in read):
        return DocumentEmpty(f"{name}: its fonts do not tell which letters they show; publish it with text")
    what = "scanned pictures" if any(page.pictured for page in read) else "no text"
    return DocumentEmpty(f"{name}: {what} on {len(read)} page(s), nothing to read; publish it with text (OCR)")


def _findings(read: Sequence[_Read], drawn: bool) -> Iterator[Finding]:
    for page in read:
        number = page.parts.number
        if page.broken:
            yield Finding("broken-page", f"page {number} cannot be read")
        if page.hidden and not page.pictured:
            yield Finding("hidden-text", f"page {number}: text that no reader sees left out", page.hidden[:_QUOTED])
        if page.unmapped > page.glyphs / 10:
            yield Finding("unmapped-glyphs", f"page {number}: {page.unmapped} glyphs without letters; text is missing")
        for line in () if drawn else page.doubts:
            yield Finding(
                "date-order-doubtful", f"page {number}: a date may have been written otherwise", line[:_QUOTED]
            )
    if drawn:
        message = "Arabic is drawn from left to right; taken in the order of the file. Check dates"
        yield Finding("letters-as-drawn", message)
