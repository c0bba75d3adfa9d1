"""One entry out of what several pages say of it: a card on the list, its own page, a brochure.

The page that is the entry's own speaks first, the others fill in what it leaves out. Where two places give
different ends the earlier one is served and the disagreement kept as evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipelines.records import OPEN, Draft, Evidence, Window

__all__ = ["Statement", "merge", "strays"]

_FOREVER = datetime.max.replace(tzinfo=UTC)
_FILLED = ("price", "price_before", "currency", "discount_percent", "code", "image_url", "terms")
_UNSTATED = ("open", "standing")
_WORD = re.compile(r"\w+")
_STEM = 5  # letters by which words are compared: «tyre» and «tyres» are one
_MOST_OF = 0.6


@dataclass(frozen=True)
class Statement:
    """What one page says of an entry."""

    draft: Draft
    page_url: str
    observed_at: datetime  # when the page's bytes were first seen
    place: tuple[int, int] = (0, 0)  # reading and ordinal of the draft


def strays(statements: Sequence[Statement]) -> list[Statement]:
    """Offers that only link to a page about something else: a card «Mirror» whose one link leads to the branches.

    They are no part of that page's entry; each is an offer of the page it stands on.
    """
    own = [s.draft for s in statements if s.page_url == s.draft.key and s.draft.kind != "offer"]
    return [
        s
        for s in statements
        if own and s.draft.kind == "offer" and s.page_url != s.draft.key and not _names(own[0].title, s.draft.title)
    ]


def _names(page_title: str, offer_title: str) -> bool:
    """Whether most of the offer's words stand in the page's title, endings aside."""
    offered = {word[:_STEM] for word in _WORD.findall(offer_title.casefold())}
    named = {word[:_STEM] for word in _WORD.findall(page_title.casefold())}
    return len(offered & named) >= _MOST_OF * len(offered)


def merge(statements: Sequence[Statement]) -> Statement:
    """All statements about one entry as a single one; the order they come in does not matter."""
    ranked = sorted(statements, key=_standing)
    first, others = ranked[0].draft, [s.draft for s in ranked[1:]]
    if not others:
        return ranked[0]
    kind = "offer" if any(d.kind == "offer" for d in [first, *others]) else first.kind
    window = _earliest_end([first, *others]) or (OPEN if kind == "offer" else first.window)
    filled = {name: _first_given(name, [first, *others]) for name in _FILLED}
    merged = replace(
        first,
        kind=kind,
        description=first.description or next((d.description for d in others if d.description), ""),
        category=tuple(dict.fromkeys(c for d in [first, *others] for c in d.category)),
        window=window,
        evidence=tuple(dict.fromkeys(e for d in [first, *others] for e in d.evidence)),
        **filled,  # type: ignore[arg-type]  # each name keeps its own field's type
    )
    return replace(ranked[0], draft=merged)


def _standing(statement: Statement) -> tuple[bool, int, str, str]:
    """Sorts first what speaks best for the entry: its own page, then the longest text."""
    draft = statement.draft
    length = sum(len(block.text) for block in draft.blocks)
    return statement.page_url != draft.key, -length, statement.page_url, draft.title


def _first_given(name: str, drafts: Sequence[Draft]) -> object:
    return next((value for d in drafts if (value := getattr(d, name)) is not None), None)


def _earliest_end(drafts: Sequence[Draft]) -> Window | None:
    """The window that ends first, among equals one that states its start; None: no draft states one."""
    bounded = [d.window for d in drafts if d.window.validity not in _UNSTATED]
    if not bounded:
        return None
    chosen = min(bounded, key=lambda window: (_end(window), _starts_unknown(window)))
    ends = sorted({_end(window) for window in bounded})
    if len(ends) == 1:
        return chosen
    said = ", ".join("never" if end == _FOREVER else end.isoformat() for end in ends)
    conflict = Evidence("window", f"places disagree on its end: {said}; the earliest is served", "window-conflict")
    return replace(chosen, evidence=(*chosen.evidence, conflict))


def _starts_unknown(window: Window) -> bool:
    return not window.ranges or window.ranges[0][0] is None


def _end(window: Window) -> datetime:
    """The instant after which the window holds no more; a window that never holds ends first of all."""
    if not window.ranges:
        return datetime.min.replace(tzinfo=UTC)
    return window.ranges[-1][1] or _FOREVER
