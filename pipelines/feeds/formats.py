"""Which format a feed is, by its content: names and media types lie too often."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Literal

from pipelines.feeds.encodings import open_text
from pipelines.feeds.raw import BrokenFeed

__all__ = ["Format", "csv_dialect", "format_of"]

Format = Literal["csv", "json", "jsonl", "xml"]

_START = 64 * 2**10  # characters looked at
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_MARKED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's first line
_DELIMITERS = ",;\t|"
_ROWS = 20


def format_of(file: Path, encoding: str) -> Format:
    """The format of a feed. Raises BrokenFeed for what is none: a page, an empty file, prose."""
    with open_text(file, encoding) as stream:
        start = stream.read(_START).lstrip("\ufeff \t\r\n")
    if not start:
        raise BrokenFeed("it is empty")
    if _HTML.match(start):
        raise BrokenFeed("it is a page of HTML, not a feed; an error page, or the wrong address?")
    if start[0] == "<":
        return "xml"
    if start[0] in "[{":
        return "jsonl" if start[0] == "{" and _is_lines(start) else "json"
    csv_dialect(start)
    return "csv"


def _is_lines(start: str) -> bool:
    """Whether each line is an object of its own; the last one looked at may be cut."""
    lines = [line for line in start.splitlines() if line.strip()]
    whole = [line for line in lines[:50] if line.lstrip().startswith("{") and _is_object(line)]
    return len(whole) > 1 or (len(whole) == len(lines) == 1 and not _holds_list(whole[0]))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _holds_list(line: str) -> bool:
    return "[" in line and "{" in line[1:]


def csv_dialect(start: str) -> tuple[str, int]:
    """The delimiter of a table and how many lines to leave out before its header.

    Raises BrokenFeed when no delimiter makes columns.
    """
    marked = _MARKED.match(start)
    if marked:
        return marked[1], 1
    lines = start.splitlines(keepends=True)[: _ROWS + 1]
    best = max(_DELIMITERS, key=lambda delimiter: (_regularity(lines, delimiter), -_DELIMITERS.index(delimiter)))
    if _regularity(lines, best) == (0.0, 0):
        raise BrokenFeed("it is no feed: neither JSON nor XML, and no delimiter makes columns of it")
    return best, 0


def _regularity(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Share of the rows that have as many cells as the header, and how many those are; (0, 0): one column."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0, 0
    width = len(rows[0]) if rows else 0
    if width < 2:
        return 0.0, 0
    widths = Counter(map(len, rows))
    return widths[width] / len(rows), width
