"""What each block of a document is, for one who looks for offers: a title, an amount, a validity, a row, or text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.offers.codes import labelled_code
from pipelines.offers.flyers.amounts import Amounts, amounts_of
from pipelines.offers.flyers.words import (
    commands_machines,
    is_filler,
    is_narrative,
    names_field,
    names_no_offer,
    speaks_of_all,
    speaks_of_offers,
)
from pipelines.offers.prices.words import words
from pipelines.records import Block, Page
from pipelines.windows.datetokens import fold
from pipelines.windows.sets import WindowReading
from pipelines.windows.stated import Context, read_window

__all__ = ["Line", "Role", "line_of", "lines_of", "read_stated"]

Role = Literal["title", "aside", "amount", "validity", "collective", "row", "text", "poison"]

_LONGEST_TITLE = 140  # characters
_LONGEST_CONDITION = 300
_LONGEST_NAME = 70  # of a paragraph that may be a title
_WORD = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"\d")
_THIS = words(
    r"""\b(?:this|only|until|till|ends?|today|tonight)\b|فقط|هذا|هذه|حتي|لغايه|ينتهي|تنتهي|اليوم(?! الوطني)"""
)
_MOST_SPARE_WORDS = 5  # beside the date itself in a line that only states a validity


@dataclass(frozen=True)
class Line:
    """One block, and what it says about offers."""

    at: int  # index of the block
    block: Block
    role: Role
    amounts: Amounts
    code: str = ""
    window: WindowReading | None = None  # that its own text states, with an end
    name: str = ""  # what stands beside its amounts, when that names something

    @property
    def marked(self) -> bool:
        """Whether it names a price or a saving."""
        amounts = self.amounts
        if is_narrative(self.block.kind, self.block.text):
            return False
        return bool(amounts.price or amounts.before or amounts.several or amounts.saving)


def lines_of(blocks: Sequence[Block], page: Page) -> tuple[Line, ...]:
    """Every block with its role. `aside` is a heading that opens no offer, `collective` a validity of all offers."""
    return tuple(line_of(at, block, page) for at, block in enumerate(blocks))


def read_stated(text: str, page: Page, context: Context) -> WindowReading | None:
    """The window a text states, by the rules of its page."""
    rules = page.rules
    return read_window(
        text, observed_at=page.observed_at, zone=rules.zone, date_order=rules.date_order, languages=rules.languages,
        max_window=rules.max_window, context=context,
    )  # fmt: skip


def line_of(at: int, block: Block, page: Page) -> Line:
    """One block with its role."""
    if commands_machines(block.text):
        return Line(at, block, "poison", Amounts())
    amounts = amounts_of(block.text, page.rules.zone)
    window = _dated(block, page)
    name = _name(block.text, amounts, window)
    line = Line(at, block, "text", amounts, labelled_code(block.text), window, name)
    return Line(at, block, _role(line), amounts, line.code, window, name)


def _dated(block: Block, page: Page) -> WindowReading | None:
    found = read_stated(block.text, page, "offer")
    if found is None or found.window.ranges == ((None, None),):
        return None
    return None if _only_names_days(block.text, found) else found


def _only_names_days(text: str, found: WindowReading) -> bool:
    """«Weekend offers» is a name; «This weekend only» is a validity."""
    relative = all(piece.rule.endswith(":relative") and not _DAY.search(piece.text) for piece in found.window.evidence)
    return relative and speaks_of_offers(text) and not _THIS.search(fold(text).text)


def _role(line: Line) -> Role:
    block = line.block
    if block.kind == "table_row":
        return "row"
    if line.window and _states_only_validity(line):
        return "collective" if speaks_of_all(block.text) else "validity"
    if line.marked and not _WORD.search(line.name):
        return "amount"
    if block.kind == "heading" and not _is_sentence(block.text) and _WORD.search(block.text):
        if names_field(block.text):
            return "text"
        return "aside" if names_no_offer(block.text) else "title"
    if names_no_offer(block.text) and len(block.text) <= _LONGEST_NAME and not line.marked:
        return "aside"
    return "text"


def _is_sentence(text: str) -> bool:
    """Whether a heading is none: small flyers set their few sentences larger than their conditions."""
    return len(text) > _LONGEST_TITLE or (text.endswith((".", "،", "؛")) and not text.endswith("..") and " " in text)


def _states_only_validity(line: Line) -> bool:
    """Whether little stands beside the date: «All offers are valid until 31 March 2026 at all our branches»."""
    if line.marked:
        return False
    if line.block.kind != "heading" and any(speaks_of_all(text) for text in _dated_sentences(line)):
        return True
    said = [word for word in _WORD.findall(fold(line.name).text) if not is_filler(word)]
    offered = sum(bool(re.fullmatch(r"offers?|valid\w*|promotion|sale|عرض|العرض|هذا|this", word)) for word in said)
    limit = 0 if line.block.kind == "heading" else _MOST_SPARE_WORDS
    return len(said) - offered <= limit and len(line.block.text) <= _LONGEST_TITLE


def _dated_sentences(line: Line) -> Iterator[str]:
    """The sentences of a block in which its window is stated, within the length of a condition."""
    quotes = [found.text for found in line.window.window.evidence] if line.window else []
    for sentence in re.split(r"(?<=[.!؟])\s+", line.block.text):
        if len(sentence) <= _LONGEST_CONDITION and any(quote in sentence for quote in quotes):
            yield sentence


def _name(text: str, amounts: Amounts, window: WindowReading | None) -> str:
    """The text without amounts, dates and the words that go with them; "" when nothing is named."""
    folded = fold(text)
    if window is None and not amounts.spans:
        return text
    named = folded.text
    for start, end in sorted(amounts.spans, reverse=True):
        named = f"{named[:start]} ~ {named[end:]}"
    for found in window.window.evidence if window else ():
        named = named.replace(fold(found.text).text, " ~ ")
    return "" if all(is_filler(word) for word in _WORD.findall(named)) else named
