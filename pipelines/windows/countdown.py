"""Ends that are counted down to: «ends in 3 days», «3 days left», «ينتهي خلال ٣ أيام», «ends at midnight»."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pipelines.windows.datetokens import Token
from pipelines.windows.daytext import is_dated
from pipelines.windows.durations import Duration, read_duration
from pipelines.windows.positions import Tokens, at_token
from pipelines.windows.relativewords import ENDING
from pipelines.windows.vantage import Settled, When, day_token

__all__ = ["ends_in", "left_after", "left_before"]


def ends_in(tokens: Tokens, at: int, when: When) -> Settled | None:
    """«Ends in 3 days», «ينتهي خلال ٣ أيام», «ends at midnight»."""
    if tokens[at].text.partition(" ")[0] not in ENDING:
        return None
    start = at + 1
    while at_token(tokens, start).kind in ("filler", "on"):
        start += 1
    if at_token(tokens, start).kind == "midnight" and not _follows_day(tokens, start + 1):
        return [tokens[at], day_token(when.today, tokens, start, start + 1)], start + 1
    if at_token(tokens, start).kind != "during" and at_token(tokens, start).text not in ("in", "بعد"):
        return None
    found = read_duration(tokens, start + 1)
    return ([tokens[at], *_after(found[0], tokens, start, found[1], when)], found[1]) if found else None


def _follows_day(tokens: Tokens, at: int) -> bool:
    return at_token(tokens, at).kind in ("today", "tomorrow", "weekday", "this") or is_dated(tokens, at)


def left_after(tokens: Tokens, at: int, when: When) -> Settled | None:
    """«متبقي ٣ أيام»; «3 days left» is found from its number."""
    found = read_duration(tokens, at + 1)
    return _remaining(found[0], tokens, at, found[1], when) if found else None


def left_before(tokens: Tokens, at: int, when: When) -> Settled | None:
    """«3 days left», from its number."""
    if not any(at_token(tokens, at + step).kind == "left" for step in (2, 3)):
        return None
    found = read_duration(tokens, at)
    if not found or at_token(tokens, found[1]).kind != "left":
        return None
    return _remaining(found[0], tokens, at, found[1] + 1, when)


def _remaining(length: Duration, tokens: Tokens, start: int, end: int, when: When) -> Settled:
    counted = length if length.hours else replace(length, days=max(0, length.days - 1))
    return [replace(tokens[start], kind="until", text=""), *_after(counted, tokens, start, end, when)], end


def _after(length: Duration, tokens: Tokens, start: int, end: int, when: When) -> list[Token]:
    """The day so long after the observation, and the time of day when the length is in hours."""
    if not length.hours:
        return [day_token(length.after(when.today), tokens, start, end)]
    days, minutes = divmod(when.minutes + length.hours * 60, 24 * 60)
    here = day_token(when.today + timedelta(days=days), tokens, start, end)
    return [here, replace(here, kind="time", text=f"{minutes // 60:02}:{minutes % 60:02}", value=0)]
