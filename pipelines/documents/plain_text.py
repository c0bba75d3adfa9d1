"""Plain text and delimited tables, in whatever encoding they come. Runs in the child."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from pipelines.documents.kinds import PLAIN_SUFFIXES
from pipelines.documents.readers import title_of
from pipelines.documents.results import DocumentContent, DocumentLimits, DocumentUnsupported
from pipelines.documents.sheet_rows import grid_blocks
from pipelines.records import Block
from pipelines.web.decoding import decode_text

__all__ = ["read_csv", "read_text", "text_blocks"]

_BULLET = re.compile(r"^\s*(?:[-*+•▪◦‣·●○–]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+(?=\S)")
_UNDERLINE = re.compile(r"^\s*([=\-~*_])\1{3,}\s*$")
_CODE_SUFFIXES = PLAIN_SUFFIXES - {".txt", ".text", ".log"}
_PREFORMATTED_LINES = 40  # lines of code kept in one block
_DELIMITERS = (",", ";", "\t", "|")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BINARY_SHARE = 0.01


def read_text(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A text file: paragraphs parted by blank lines, list items by their bullets; code is kept line by line."""
    text = _text(body, name)
    code = PurePosixPath(name.lower()).suffix in _CODE_SUFFIXES
    blocks = tuple(_code_blocks(text) if code else text_blocks(text))
    return DocumentContent(title_of(blocks, "", name), blocks)


def read_csv(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A delimited table, each cell as it is written: pandas, as in unstructured, makes 007 a 7 and 1.10 a 1.1."""
    text = _text(body, name)
    csv.field_size_limit(len(text) + 1)  # the default, 128 KB, is less than what some cells hold
    records = list(_records(text, _delimiter(text)))
    lines = {number: line for number, line, _ in records}
    grid = grid_blocks([(number, cells) for number, _, cells in records], None)
    return DocumentContent(title_of((), "", name), tuple(replace(block, line=lines[block.line or 1]) for block in grid))


def _text(body: bytes, name: str) -> str:
    text = decode_text(body)
    if len(_BINARY.findall(text)) > _BINARY_SHARE * len(text):
        raise DocumentUnsupported(f"{name}: neither text nor a known kind of document")
    return text


def text_blocks(text: str) -> Iterator[Block]:
    """Plain text as blocks with the line each begins on."""
    lines: list[str] = []
    start = 1
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if lines and (not line.strip() or _BULLET.match(line)):
            yield from _paragraph(lines, start)
            lines = []
        if line.strip():
            start = start if lines else number
            lines.append(line)


def _paragraph(lines: Sequence[str], start: int) -> Iterator[Block]:
    """One run of lines as a block: a list item, a heading when underlined, else a paragraph."""
    if len(lines) > 1 and _UNDERLINE.match(lines[1]) and not _UNDERLINE.match(lines[0]):
        yield Block("heading", lines[0], level=1 if "=" in lines[1] else 2, line=start)
        if len(lines) > 2:
            yield from _paragraph(lines[2:], start + 2)
        return
    text = " ".join(line.strip() for line in lines if not _UNDERLINE.match(line))
    if not text:
        return
    bullet = _BULLET.match(lines[0])
    yield Block("list_item" if bullet else "paragraph", _without_bullet(text) if bullet else text, line=start)


def _without_bullet(text: str) -> str:
    """The item without its bullet; a number or letter stays, others refer to it."""
    return re.sub(r"^\s*[-*+•▪◦‣·●○–]\s+", "", text)


def _code_blocks(text: str) -> Iterator[Block]:
    """Runs of lines between blank lines, at most forty together."""
    lines: list[str] = []
    start = 1
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if lines and (not line.strip() or len(lines) == _PREFORMATTED_LINES):
            yield Block("preformatted", "\n".join(lines), line=start)
            lines = []
        if line.strip():
            start = start if lines else number
            lines.append(line)


def _delimiter(text: str) -> str:
    """The delimiter that parts the first records into the most equal numbers of fields; a comma when none does."""
    sample = "\n".join(text.splitlines()[:50])
    return max(_DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))


def _agreement(sample: str, delimiter: str) -> tuple[float, int]:
    widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row]
    usual = max(set(widths), key=widths.count, default=1)
    return (widths.count(usual) / len(widths) if usual > 1 else 0.0, usual)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """(number of the record, blank ones counted; line on which it begins; its cells)."""
    reader = csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter=delimiter)
    line = 1
    for number, row in enumerate(reader, 1):
        cells = [" ".join(cell.split()) for cell in row]
        if any(cells):
            yield number, line, cells
        line = reader.line_num + 1
