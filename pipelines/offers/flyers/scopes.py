"""Which offers of a document a validity speaks of, when it does not stand in one of them.

«All offers valid until 31 March» limits every offer of the document; where several pages or sections each have such
a line, it limits the offers of its own page, else of its own section. The validity of a heading («Ramadan offers, until
30 March») limits what stands under it. An offer's own end counts when it is earlier; never later than its document's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.offers.flyers.lines import Line
from pipelines.offers.flyers.parts import Part, Section
from pipelines.windows.sets import WindowReading, combine, end_of

__all__ = ["Scopes", "limited", "scopes_of", "shared_lines"]


@dataclass(frozen=True)
class Scopes:
    """The validities that stand outside of single offers: each with its section and its line."""

    lines: tuple[tuple[Section, Line], ...]
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]

    def of(self, part: Part) -> tuple[Line, ...]:
        """The lines that limit an offer."""
        headings = [line for section, line in self.lines if section.title is line and _within(part.section, section)]
        under = [(section, line) for section, line in self.lines if section.title is not line]
        return (*headings, *_for_part(under, part, self))


def scopes_of(sections: Sequence[Section], parts: Sequence[Part]) -> Scopes:
    """Every validity of a document that no single offer has for itself."""
    own = {line.at for part in parts for line in part.lines}
    found = [
        (section, line)
        for section in sections
        for line in section.lines
        if line.window and line.at not in own and _speaks(section, line)
    ]
    return Scopes(tuple(found), tuple(sections), tuple(parts))


def _speaks(section: Section, line: Line) -> bool:
    if line is not section.title:
        return line.role in ("collective", "validity")
    # «Weekend offers» names its offers and dates none of them; «Weekend offers until 30 March» does.
    return any(re.search(r"\d", found.text) for found in line.window.window.evidence) if line.window else False


def _for_part(under: Sequence[tuple[Section, Line]], part: Part, scopes: Scopes) -> Iterator[Line]:
    ends = {end_of(line.window.window) for _, line in under if line.window}
    if len(ends) < 2:
        yield from (line for _, line in under)
        return
    near = [line for section, line in under if _heads(section, part, scopes)]
    paged = [line for _, line in under if line.block.page is not None and line.block.page == part.page]
    apart = len({line.block.page for _, line in under}) > 1
    yield from near or (paged if apart else []) or [line for _, line in under]


def _heads(section: Section, part: Part, scopes: Scopes) -> bool:
    """Whether the line's section is the offer's own, or one around it below the document's first heading."""
    if section.number == part.section.number:
        return True
    return section.number in part.section.parents and section.number != 0


def _within(section: Section, around: Section) -> bool:
    return around.number in (section.number, *section.parents)


def shared_lines(parts: Sequence[Part]) -> frozenset[int]:
    """The lines at the end of the last offer that state a validity no other offer has: they speak of all of them."""
    if len(parts) < 2:
        return frozenset()
    dated = [part for part in parts if any(line.window for line in part.lines)]
    last = parts[-1]
    if dated != [last] or last.lines[-1].role != "validity":
        return frozenset()
    return frozenset({last.lines[-1].at})


def limited(own: WindowReading, shared: Sequence[WindowReading]) -> WindowReading:
    """The offer's window within those of its document; only an end of its own that lies beyond them is a conflict."""
    if not shared:
        return own
    around = combine(shared)
    both = combine([own, around])
    mine, theirs = end_of(own.window), end_of(around.window)
    if mine and theirs and mine < theirs:
        kept = tuple(found for found in both.findings if found.rule != "window-conflict")
        return WindowReading(both.window, kept)
    return both
