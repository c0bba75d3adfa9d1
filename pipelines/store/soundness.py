"""Drafts with values that cannot be: one of them must not stop a run, whoever wrote the reader."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

from pipelines.records import Draft

__all__ = ["sound"]

_LONGEST_KEY = 1500  # bytes; what an index of PostgreSQL takes, with room to spare
_LONGEST_TITLE = 1000  # characters
_MOST = Decimal(10) ** 15  # of any currency


def sound(draft: Draft) -> Draft:
    """The draft, its impossible prices and discounts left out, a title cut and a key hashed where they have no end."""
    return replace(
        draft,
        key=_key(draft.key),
        title=draft.title[:_LONGEST_TITLE],
        price=_within(draft.price, _MOST),
        price_before=_within(draft.price_before, _MOST),
        discount_percent=_within(draft.discount_percent, Decimal(100)),
    )


def _within(value: Decimal | None, most: Decimal) -> Decimal | None:
    return value if value is not None and value.is_finite() and 0 <= value <= most else None


def _key(key: str) -> str:
    if len(key.encode("utf-8", "replace")) <= _LONGEST_KEY:
        return key
    return f"{key[:300]}#{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"
