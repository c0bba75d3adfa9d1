"""JSON Lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from pipelines.feeds.encodings import open_text
from pipelines.feeds.raw import LARGEST_ITEM, BrokenFeed, RawItem

__all__ = ["read_lines"]


def read_lines(file: Path, encoding: str) -> Iterator[RawItem]:
    """One item a line; a line that is no object is an item with its problem.

    A last line that is none and lacks its line end was cut off: BrokenFeed.
    """
    with open_text(file, encoding) as stream:
        number = 0
        while line := stream.readline(LARGEST_ITEM):
            number += 1
            if not line.endswith("\n") and len(line) >= LARGEST_ITEM:
                raise BrokenFeed(f"line {number} is longer than {LARGEST_ITEM:,} characters")
            if line.strip("\ufeff \t\r\n"):
                yield _item(number, line)


def _item(number: int, line: str) -> RawItem:
    try:
        value = json.loads(line.strip("\ufeff"), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        if not line.endswith(("\n", "\r")):
            raise BrokenFeed(f"it breaks off in line {number}: {error}") from error
        return RawItem(number, {}, f"is no JSON: {error}", "line")
    if not isinstance(value, dict):
        return RawItem(number, {}, "is no JSON object", "line")
    return RawItem(number, value, unit="line")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
