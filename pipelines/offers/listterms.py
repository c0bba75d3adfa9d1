"""Until when the offers of a list hold by what stands around them: «All offers valid until 30 June» above or below.

A line right above the cards, or the heading over them, speaks for the cards of its section; a line that speaks of all
offers does for the whole page, wherever it stands. What a card says itself is not touched by any of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipelines.offers.candidates import Candidate, regions_of
from pipelines.offers.cards.signs import TIMELY
from pipelines.offers.flyers.words import speaks_of_all
from pipelines.offers.pages.kinds import is_called_offer
from pipelines.offers.regions import around_path, paths_of
from pipelines.records import Block
from pipelines.windows.datetokens import fold

__all__ = ["with_terms"]

_FEW_WORDS = 8  # of a line that says nothing but until when
_LONGEST = 300  # characters


def with_terms(candidates: Sequence[Candidate], blocks: Sequence[Block]) -> list[Candidate]:
    """The candidates, each with the lines of the page that say until when it and its like hold."""
    owners = {
        path: at
        for at, candidate in enumerate(candidates)
        if not candidate.own_page
        for region in regions_of(candidate)
        for path in paths_of(region)
    }
    if not owners:
        return list(candidates)
    terms = _Terms()
    for block in blocks:
        terms.read(block, next((owners[path] for path in around_path(block.path) if path in owners), None))
    return [
        c if c.own_page else replace(c, terms=(*terms.sections.get(at, ()), *terms.general))
        for at, c in enumerate(candidates)
    ]


@dataclass
class _Terms:
    """What the walk through a page's blocks has come across."""

    general: list[str] = field(default_factory=list)  # of all offers
    section: list[str] = field(default_factory=list)  # since the last heading outside of cards
    sections: dict[int, tuple[str, ...]] = field(default_factory=dict)  # by the place of the candidate

    def read(self, block: Block, owner: int | None) -> None:
        """Take in the next block, which belongs to the candidate `owner` or to none."""
        if owner is not None:
            self.sections.setdefault(owner, tuple(self.section))
            return
        if block.kind == "heading":
            self.section.clear()
        if len(block.text) > _LONGEST or not TIMELY.search(fold(block.text).text):
            return
        if speaks_of_all(block.text) and (block.kind != "heading" or block.level == 1):
            self.general.append(block.text)
        elif is_called_offer(block.text) or len(block.text.split()) <= _FEW_WORDS:
            self.section.append(block.text)
