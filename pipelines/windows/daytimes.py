"""A time of day as a text writes it, with its zone: «6 pm», «23:59 (KSA time)», «الساعة ١١ مساءً»."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from pipelines.windows.dates import Moment
from pipelines.windows.datetokens import fold
from pipelines.windows.datewords import ZONES
from pipelines.windows.positions import Tokens, at_token

__all__ = ["read_time"]

_ZONES = {fold(name).text: zone for name, zone in ZONES.items()}


def read_time(tokens: Tokens, at: int) -> tuple[Moment, int] | None:
    """The time of day at this position, and the position after it and its zone."""
    token, following = at_token(tokens, at), at_token(tokens, at + 1)
    if token.kind in ("noon", "midnight"):
        return _zoned(tokens, 12 * 60 if token.kind == "noon" else 24 * 60, at + 1)
    half = {"common_era": "pm"}.get(following.kind, following.kind)
    if token.kind == "time":
        hour, minute = (int(part) for part in re.split("[:.]", token.text)[:2])
    elif (
        token.kind == "num" and token.value <= 12 and half in ("am", "pm", "noon", "midnight") and token.text.isdigit()
    ):
        hour, minute = token.value, 0
    else:
        return None
    named = half in ("am", "pm", "noon", "midnight")
    minutes = _minutes(hour, minute, half if named else "")
    return _zoned(tokens, minutes, at + 1 + named) if minutes is not None else None


def _minutes(hour: int, minute: int, half: str) -> int | None:
    if hour > 24 or minute > 59 or hour * 60 + minute > 24 * 60:
        return None
    if half == "midnight":
        return 24 * 60
    if half in ("pm", "noon") and hour < 12:
        return (hour + 12) * 60 + minute
    if half == "am" and hour == 12:
        return minute
    return hour * 60 + minute


def _zoned(tokens: Tokens, minutes: int, at: int) -> tuple[Moment, int]:
    name_at = at + (at_token(tokens, at).text == "(")
    token = at_token(tokens, name_at)
    if token.kind != "zone":
        return Moment(minutes), at
    return Moment(minutes, ZoneInfo(_ZONES[token.text])), name_at + 1
