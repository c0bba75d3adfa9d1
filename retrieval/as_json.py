"""What is answered, as JSON: one form for every door."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson

__all__ = ["document"]

_MOST_EXACT = 2**53  # beyond it a reader that keeps numbers as doubles, as JavaScript does, has another one


def document(content: object) -> bytes:
    """JSON in UTF-8: instants in ISO 8601 with their zone, money as a number."""
    return orjson.dumps(content, default=_plain)


def _plain(value: Any) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < _MOST_EXACT else float(value)
    raise TypeError(f"{type(value).__name__} is not for an answer")
