"""What commands print: one JSON document, or text for a person in which nothing scraped can act."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["at", "first_day", "last_day", "plain", "print_json", "say", "shown", "warn", "when"]

_JOINERS = "\u200c\u200d"  # Persian and Arabic need them


def print_json(document: object) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(document, default=plain, ensure_ascii=False, indent=2) + "\n")


def say(text: str = "") -> None:
    """Print a line for a person on stdout; pass scraped text through `shown` first."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """Print a line on stderr that a person should read before the answer."""
    sys.stderr.write(f"freshet: {shown(text)}\n")


def shown(text: object) -> str:
    """Scraped text as a terminal may show it: no control or direction-changing characters, on one line."""
    folded = " ".join(str(text).split())
    return "".join(c for c in folded if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))


def when(row: Mapping[str, Any], zone: ZoneInfo) -> str:
    """A row's window in the project's zone, for a person."""
    start, end = row.get("valid_from"), row.get("valid_until")
    if start is None and end is None:
        return "standing" if row["validity"] == "standing" else "no end stated"
    said = f"from {first_day(start, zone)} " if start else ""
    return said + (f"until {last_day(end, zone)}" if end else "on") + f" ({row['validity']})"


def first_day(start: datetime, zone: ZoneInfo) -> str:
    """A start as people say it: the day, with its time unless that is where the day begins."""
    return at(start, zone).removesuffix(" 00:00")


def last_day(end: datetime, zone: ZoneInfo) -> str:
    """An end as people say it: the last day that is still in; the instant, where a day does not end there."""
    told = at(end, zone)
    return at(end - timedelta(minutes=1), zone)[:10] if told.endswith(" 00:00") else told


def at(instant: datetime, zone: ZoneInfo) -> str:
    """An instant in the project's zone, to the minute."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


def plain(value: object) -> object:
    """A value as JSON can hold it: instants as ISO 8601, amounts as numbers."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
