"""Until when a text says it is true: `read_window`, and the rules by which several windows become one.

The way of a text: `datetokens` (words, their vocabulary in `datewords`) → `daytext` (one day) and `daylists` (ranges,
lists) → `grammar` (statements) → `ranges` (instants) → here. `sets` joins windows of several places.
Everything here is pure: the observation is an argument, and nothing reads a clock.

Rules that hold throughout:

- A window is half-open, in UTC. A bare end date is the end of that day in the source's zone.
- Where two readings or two places disagree, the earlier end is served and the conflict is a finding.
- Nonsense is a finding that quotes the text and the window stays `open`, limited by the source's ttl; only an end
  before its own start serves at no time, because neither of the two can be believed more than the other.
- «For 30 days» counts from a start in the text. Without one it is no stated end, but an offer that was running when
  it was seen cannot last longer than that: the window is `open` and ends so long after the first sight at the latest,
  with a finding. Lengths of warranties, packages and instalments, and «30 days from purchase», say nothing.
- An offer already over when first seen keeps its window: it is stored and never served.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pipelines.records import OPEN, Block, Evidence, Finding, ReadingRules, Window
from pipelines.windows.datetokens import Folded, Token, fold, tokenise
from pipelines.windows.daytext import Order, orders_of
from pipelines.windows.grammar import read_statements
from pipelines.windows.ranges import Observation, Piece, Range, merge_ranges, resolve
from pipelines.windows.relative import settle
from pipelines.windows.relevance import Context, as_meant, counts, is_relative, join_bounds
from pipelines.windows.sets import WindowReading, intersect, note, subtract
from pipelines.windows.statements import Statement

__all__ = ["Context", "block_windows", "read_window"]

_LONGEST = 20_000  # characters looked at: a validity statement stands in a sentence, not in a book


@dataclass(frozen=True)
class _Text:
    folded: Folded
    tokens: tuple[Token, ...]
    seen: Observation
    context: Context


def read_window(
    text: str,
    *,
    observed_at: datetime,
    zone: ZoneInfo,
    date_order: Order | None = None,
    languages: tuple[str, ...] = ("en", "ar"),
    max_window: timedelta = timedelta(days=400),
    context: Context = "validity",
) -> WindowReading | None:
    """The window a text states, or None when it states none.

    `context` says how much a date without a cue may mean: in "validity" (a text known to speak of validity) a
    bare date is the end; in "offer" (the text of one offer) ranges and ends count; in "text" (anything else on
    a page) only ends and ranges in a sentence about an offer, a price or validity.
    """
    folded = fold(text[:_LONGEST])
    if not _HINT.search(folded.text):
        return None
    tokens = settle(tokenise(folded, languages), observed_at.astimezone(zone), zone.key)
    read = _Text(folded, tokens, Observation(observed_at, zone, max_window), context)
    orders, notes = _orders(tokens, date_order)
    readings = _credible([found for order in orders if (found := _read_in_order(read, order))])
    if not readings:
        return None
    agreed = _agree(readings)
    if not notes:
        return agreed
    return replace(agreed, findings=(*agreed.findings, *(note(rule, message, text) for rule, message in notes)))


# What no text that states a window is without; most of a page's text has none of it and is not looked at further.
_HINT = re.compile(
    r"\d|stock|suppl|quantit|limited|sold out|lasts|only|hour|notice|every|each|day|night|tomorrow|week|month|year"
    r"|until|till?\b|through|during|\bend|expir|left|remaining|\bin\b|\bfrom \w+ (?:to|till)\b|ramadan|نفا|انتها|محدود"
    r"|اشعار|كل |يوم|ليل|غد|بكر|اسبوع|شهر|عام|سنه|حتي|لغايه|من \w+ الي|رمضان|ساعه|نهاي|ينتهي|تنتهي|خلال|ويكند|متبقي"
    r"|باقي|تبقي|ايام|في |فقط|الاحد|الاثنين|الثلاثا|الاربعا|الخميس|الجمعه|السبت"
)


def _orders(tokens: tuple[Token, ...], wanted: Order | None) -> tuple[tuple[Order, ...], list[tuple[str, str]]]:
    possible = orders_of(tokens)
    if wanted == "YMD" or (wanted and (wanted in possible or not possible)):
        return (wanted,), []
    if wanted:
        return possible, [
            ("date-order-conflict", f"has a date that does not exist as {wanted}; the other order was read")
        ]
    return possible or ("DMY",), []


def _read_in_order(read: _Text, order: Order) -> WindowReading | None:
    statements = [s for s in read_statements(read.tokens, order) if counts(s, read.tokens, read.context)]
    pieces = [resolve(as_meant(s, read.context), read.seen) for s in join_bounds(statements, read.context)]
    pieces = [piece for piece in pieces if not _is_history(piece, read)]
    excepted = [piece for piece in pieces if piece.statement.rule == "except-days"]
    pieces = [piece for piece in pieces if piece.statement.rule != "except-days"]
    return _without(_choose(read, pieces), excepted, read) if pieces else None


def _without(reading: WindowReading, excepted: list[Piece], read: _Text) -> WindowReading:
    """The reading less the days that the text takes out of it."""
    if not excepted:
        return reading
    ranges = subtract(reading.window.ranges, (found for piece in excepted for found in piece.ranges))
    evidence = (*reading.window.evidence, *(_evidence(read, piece.statement) for piece in excepted))
    return replace(reading, window=replace(reading.window, ranges=ranges, evidence=evidence))


def _is_history(piece: Piece, read: _Text) -> bool:
    """«Until 31 March 1990 he led the company»: over for longer than any offer lasts, and no word of one.

    In prose what was over when it was seen is history as soon as it is told in the past, and a word that is said of
    anything («during the study period», «40 % of them») is none of an offer.
    """
    told, prose = piece.statement, read.context == "text"
    if read.context == "validity" or not piece.ranges or (told.promised if prose else told.cued):
        return False
    if prose and not told.cued and not piece.believed:
        return True
    end = piece.ranges[-1][1]
    lately = timedelta() if prose and told.past else read.seen.max_window
    return end is not None and end < read.seen.at - lately


# ---------------------------------------------------------------- several statements, one window


def _choose(read: _Text, pieces: list[Piece]) -> WindowReading:
    findings = tuple(_problem(read, piece, rule, message) for piece in pieces for rule, message in piece.problems)
    evidence = tuple(dict.fromkeys(_evidence(read, piece.statement) for piece in pieces))
    dated = [piece for piece in pieces if piece.statement.rule != "limited"]
    central = [piece for piece in dated if not piece.statement.aside] or dated
    if not central:
        return WindowReading(replace(OPEN, evidence=evidence), findings)
    believed = [piece for piece in central if piece.believed]
    if not believed:
        kept = next((piece.ranges for piece in central if piece.ranges), ((None, None),))
        return WindowReading(Window(kept, "open", evidence), findings)
    chosen, conflict = _chosen(believed)
    if conflict:
        findings = (*findings, note(*conflict, _quote_all(read, believed)))
    ranges = merge_ranges(found for piece in chosen for found in piece.ranges)
    stated = max((piece.stated_end for piece in chosen if piece.stated_end), default=None)
    return WindowReading(Window(ranges, _validity(ranges, believed), evidence), findings, stated)


def _validity(ranges: tuple[Range, ...], pieces: list[Piece]) -> Literal["stated", "open", "ambiguous"]:
    if not ranges:
        return "ambiguous"
    endless = all(s.statement.recurs or s.statement.rule in ("from-date", "lasting") for s in pieces)
    return "open" if endless or ranges[-1][1] is None else "stated"


def _chosen(pieces: list[Piece]) -> tuple[list[Piece], tuple[str, str] | None]:
    """The pieces that are served, together, and the finding when the others disagree."""
    if len({piece.ranges for piece in pieces}) == 1:
        return pieces[:1], None
    ended = [piece for piece in pieces if piece.ranges and piece.ranges[-1][1]] or pieces
    if _are_parts(ended):
        return ended, ("several-parts", "gives different parts of the offer their own end: it is served until the last")
    if len(ended) == 1:
        return ended, None
    if len({_end_or_never(piece) for piece in ended}) == 1:
        return [max(ended, key=_start_or_ever)], None
    first = min(ended, key=lambda piece: (_end_or_never(piece), _start_or_ever(piece)))
    return [first], ("window-conflict", "states more than one end: the earliest is served")


def _are_parts(pieces: list[Piece]) -> bool:
    """Whether the statements are about parts that differ («offer valid until …, EPP until …»), one at most unnamed."""
    if any(piece.statement.rule in ("on-day", "single-day") for piece in pieces):
        return False  # «first instalment due on 30 September»
    subjects = [piece.statement.subject for piece in pieces]
    named = [subject for subject in subjects if subject]
    apart = len(set(named)) == len(named) and sum(map(len, named)) == len(frozenset[str]().union(*named))
    return len(pieces) > 1 and apart and len(named) >= len(pieces) - 1


def _end_or_never(piece: Piece) -> float:
    if not piece.ranges:
        return float("-inf")
    end = piece.ranges[-1][1]
    return end.timestamp() if end else float("inf")


def _start_or_ever(piece: Piece) -> float:
    start = piece.ranges[0][0] if piece.ranges else None
    return start.timestamp() if start else float("-inf")


def _credible(readings: list[WindowReading]) -> list[WindowReading]:
    """The readings without an end before its start: «10/06/2026 – 05/07/2026» has one order only."""
    sound = [one for one in readings if all(finding.rule != "end-before-start" for finding in one.findings)]
    return sound or readings


def _agree(readings: list[WindowReading]) -> WindowReading:
    """What every reading of an ambiguous numeric date allows."""
    first = readings[0]
    if len({reading.window.ranges for reading in readings}) == 1:
        return first
    ranges = first.window.ranges
    for reading in readings[1:]:
        ranges = intersect(ranges, reading.window.ranges)
    quote = first.window.evidence[0].text if first.window.evidence else ""
    doubt = note(
        "ambiguous-date", "reads day first or month first: served only while both agree; set date_order", quote
    )
    end = ranges[-1][1] if ranges else None
    alternatives = tuple(reading.window.ranges for reading in readings)
    return WindowReading(
        Window(ranges, "ambiguous", first.window.evidence), (*first.findings, doubt), end, alternatives
    )


# ---------------------------------------------------------------- windows of blocks


def block_windows(blocks: Sequence[Block], rules: ReadingRules, observed_at: datetime) -> tuple[Window | None, ...]:
    """For each block the window its own text states, or None: it limits the chunk that holds the block."""
    return tuple(_block_window(block, rules, observed_at) for block in blocks)


def _block_window(block: Block, rules: ReadingRules, observed_at: datetime) -> Window | None:
    reading = read_window(
        block.text,
        observed_at=observed_at,
        zone=rules.zone,
        date_order=rules.date_order,
        languages=rules.languages,
        max_window=rules.max_window,
        context="text",
    )
    if reading is None or reading.window.validity == "open":
        return None
    return reading.window


# ---------------------------------------------------------------- what is quoted


def _quote(read: _Text, statement: Statement) -> str:
    return read.folded.quote(read.tokens[statement.start].start, read.tokens[statement.end - 1].end)


def _quote_all(read: _Text, pieces: list[Piece]) -> str:
    return " / ".join(_quote(read, piece.statement) for piece in pieces)


def _evidence(read: _Text, statement: Statement) -> Evidence:
    since = ":relative" if is_relative(statement) else ""  # reckoned from when the text was first seen
    return Evidence("window", _quote(read, statement), f"text:{statement.rule}{since}")


def _problem(read: _Text, piece: Piece, rule: str, message: str) -> Finding:
    return note(rule, message, _quote(read, piece.statement))
