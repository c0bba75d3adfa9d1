"""What a plan looks like to a person: grouped by what would happen, each field as it is and as it would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flows.commands.output import at, say, shown

if TYPE_CHECKING:
    from flows.plans import PlannedChange

__all__ = ["tell_differences", "tell_plan"]

_ORDER = ("held", "withdrawn", "ended", "suspect", "shortened", "changed", "extended", "restored", "added", "joined")
_MOST = 50  # of a kind; the rest is in --json
_LONGEST = 160  # characters of a value


def tell_plan(plan: Sequence[PlannedChange], zone: ZoneInfo) -> None:
    """Print the plan, what a person must know of first."""
    if not plan:
        say("  nothing would change")
    ordered = sorted(plan, key=lambda line: _ORDER.index(line.change))
    for change, group in groupby(ordered, key=lambda line: line.change):
        lines = list(group)
        say(f"  {change}: {len(lines)}")
        for line in lines[:_MOST]:
            _tell_line(line, zone)
        if len(lines) > _MOST:
            say(f"    and {len(lines) - _MOST} more: --json shows all")


def _tell_line(line: PlannedChange, zone: ZoneInfo) -> None:
    number = f"{line.entry_id} " if line.entry_id else ""
    reason = f" ({line.reason})" if line.reason else ""
    say(f"    {number}{shown(line.title)[:_LONGEST]}  {shown(line.url)}{reason}")
    tell_differences(line.differs, zone)


def tell_differences(differs: Mapping[str, Sequence[Any]], zone: ZoneInfo) -> None:
    """Print each field as it was and as it is, instants in that zone; of a text the lines that went and came."""
    for name, (before, after) in differs.items():
        if name == "text":
            _tell_text(before, after)
        else:
            say(f"        {name}: {_said(before, zone)} → {_said(after, zone)}")


def _tell_text(before: str, after: str) -> None:
    for sign, text in (("-", before), ("+", after)):
        for line in text.splitlines():
            say(f"        {sign} {shown(line)[:_LONGEST]}")


def _said(value: Any, zone: ZoneInfo) -> str:
    if value is None or value == []:
        return "none"
    if isinstance(value, datetime):
        return at(value, zone)
    if isinstance(value, list):
        return ", ".join(shown(part) for part in value)
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) and value[4:5] == "-" else None
    except ValueError:
        instant = None
    return at(instant, zone) if instant is not None and instant.tzinfo else shown(value)[:_LONGEST]
