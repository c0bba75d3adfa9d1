"""One entry out of what several pages say of it: a card on the list, its own page, a brochure, each language.

In each language the page that is the entry's own speaks first, the others fill in what it leaves out. Text is never
filled in from another language; prices, codes and categories are. An offer is called what it was read as, before what
a page about it is called: that names the site, too. Where two places give different ends, in one language or in two,
the earlier one is served and the disagreement kept as evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipelines.records import OPEN, Draft, Evidence, Window

__all__ = ["Merged", "Statement", "merge"]

_FOREVER = datetime.max.replace(tzinfo=UTC)
_FILLED = ("price", "price_before", "currency", "discount_percent", "code", "image_url")
_UNSTATED = ("open", "standing")


@dataclass(frozen=True)
class Statement:
    """What one page says of an entry."""

    draft: Draft
    page_url: str
    observed_at: datetime  # when the page's bytes were first seen
    own: bool = False  # the page is about nothing else
    document: bool = False  # it is no web page


@dataclass(frozen=True)
class Merged:
    """An entry as all its pages together state it."""

    draft: Draft  # in its first language
    observed_at: datetime
    variants: tuple[Statement, ...] = ()  # what it says in its other languages, text alone


def merge(statements: Sequence[Statement], languages: Sequence[str] = ()) -> Merged:
    """All statements about one entry as a single one; the order they come in does not matter.

    `languages` are the source's own, the first that occurs speaks for the entry; what is in none of them joins it.
    """
    ranked = sorted(statements, key=_standing)
    spoken = [language for language in languages if any(s.draft.language == language for s in ranked)]
    first, *others = ([s for s in ranked if s.draft.language == language] for language in spoken or [""])
    if not spoken:
        return _whole(ranked, ranked)
    foreign = [s for s in ranked if s.draft.language not in spoken]
    merged = _whole([*first, *foreign], ranked)
    variants = (_in_one_language(group, of_offer=merged.draft.kind == "offer") for group in others)
    return replace(merged, variants=tuple(variants))


def _whole(speaking: Sequence[Statement], everything: Sequence[Statement]) -> Merged:
    """What `speaking` says, with all but text filled in from everything."""
    is_offer = any(statement.draft.kind == "offer" for statement in everything)
    said = _in_one_language(speaking, of_offer=is_offer)
    drafts = [said.draft, *(s.draft for s in (*speaking[1:], *(s for s in everything if s not in speaking)))]
    if len(drafts) == 1:
        return Merged(said.draft, said.observed_at)
    merged = replace(
        said.draft,
        kind="offer" if is_offer else said.draft.kind,
        category=tuple(dict.fromkeys(name for draft in drafts for name in draft.category)),
        window=_earliest_end(drafts) or (OPEN if is_offer else said.draft.window),
        evidence=tuple(dict.fromkeys(found for draft in drafts for found in draft.evidence)),
        **{name: _first_given(name, drafts) for name in _FILLED},  # type: ignore[arg-type]  # each keeps its own type
    )
    return Merged(merged, said.observed_at)


def _in_one_language(ranked: Sequence[Statement], *, of_offer: bool) -> Statement:
    """The first statement, with the text it leaves out; `of_offer`: the entry is one, whatever speaks for it here."""
    first, *others = ranked
    draft = replace(
        first.draft,
        title=_name_of_offer(ranked) if of_offer else first.draft.title,
        description=first.draft.description or next((d for s in others if (d := s.draft.description)), ""),
        terms=_first_given("terms", [s.draft for s in ranked]),
        image_url=_first_given("image_url", [s.draft for s in ranked]),
    )
    return replace(first, draft=draft)


def _name_of_offer(ranked: Sequence[Statement]) -> str:
    """What it was read as; where no place was, the longest main heading within the page's title, or that title."""
    read = [s.draft.title for s in ranked if s.draft.kind == "offer"]
    page = ranked[0].draft
    headings = [b.text for b in page.blocks if b.kind == "heading" and b.level == 1 and b.text in page.title]
    return read[0] if read else max(headings, key=len, default=page.title)


def _standing(statement: Statement) -> tuple[bool, bool, int, bool, str, str]:
    """Sorts first what speaks best for the entry: its own page, a web page, the longest text."""
    draft = statement.draft
    length = sum(len(block.text) for block in draft.blocks)
    page_url = statement.page_url
    return not statement.own, statement.document, -length, not page_url.startswith("https:"), page_url, draft.title


def _first_given(name: str, drafts: Sequence[Draft]) -> str | None:
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
