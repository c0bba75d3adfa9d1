"""Rows of a table: CSV and TSV with any delimiter, quoted as RFC 4180 says."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

from pipelines.feeds.encodings import open_text
from pipelines.feeds.formats import csv_dialect
from pipelines.feeds.raw import LARGEST_ITEM, BrokenFeed, RawItem

__all__ = ["read_rows"]


class _Rows(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


_START = 64 * 2**10


def read_rows(file: Path, encoding: str) -> Iterator[RawItem]:
    """One item a row, by the names in the first; a row that does not fit the header is an item with its problem.

    A last row that does not fit and lacks its line end was cut off: BrokenFeed.
    """
    with open_text(file, encoding) as stream:
        delimiter, skipped = csv_dialect(stream.read(_START))
        stream.seek(0)
        for _ in islice(stream, skipped):
            pass
        csv.field_size_limit(LARGEST_ITEM)
        rows = csv.reader(stream, delimiter=delimiter, strict=True)
        header = _header(rows)
        yield from _items(rows, header, skipped, _ends_whole(file))


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        names = [name.strip().lstrip("\ufeff") for name in next(rows, [])]
    except csv.Error as error:
        raise BrokenFeed(f"its header cannot be read: {error}") from error
    if sum(bool(name) for name in names) < 2:
        raise BrokenFeed("its first line names no columns")
    return names


def _items(rows: _Rows, header: list[str], skipped: int, ends_whole: bool) -> Iterator[RawItem]:
    last: RawItem | None = None
    while True:
        line = rows.line_num + skipped + 1
        try:
            cells = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            cells, problem = [], f"is no row of a table: {error}"
        else:
            problem = _misfit(cells, header)
        if last is not None:
            yield last
        last = RawItem(line, {}, problem, "line") if problem else _item(line, header, cells)
        last = last if problem or last.value else None
    if last is not None:
        if last.problem and (not ends_whole or last.problem.endswith("unexpected end of data")):  # a quote left open
            raise BrokenFeed(f"it breaks off in {last.where}: {last.problem}")
        yield last


def _item(line: int, header: list[str], cells: list[str]) -> RawItem:
    named: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        if name and cell.strip():
            named.setdefault(name, cell)
    return RawItem(line, dict(named), unit="line")


def _misfit(cells: list[str], header: list[str]) -> str:
    """Why a row is not to be trusted: a cell too few or too many moves every value into another column."""
    if not any(cell.strip() for cell in cells):
        return ""
    if len(cells) < len(header):
        return f"has {len(cells)} of {len(header)} cells"
    if any(cell.strip() for cell in cells[len(header) :]):
        return f"has {len(cells)} cells, the header names {len(header)}; is a value with the delimiter not quoted?"
    return "holds bytes that are no characters" if any("\ufffd" in cell for cell in cells) else ""


def _ends_whole(file: Path) -> bool:
    """Whether the file ends with a line's end."""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - 4))
        end = stream.read()
    return end.rstrip(b"\0")[-1:] in (b"\n", b"\r")
