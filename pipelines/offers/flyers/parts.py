"""Which lines of a document are one offer: sections under their titles, and offers listed one a line within them.

A title begins a section. A section whose lines each name something with its price is a list, one offer a line;
a section whose short lines are each followed by an amount is read likewise; else a section is one offer when it
holds a price, a saving or a validity. Where the amounts stand above their titles throughout, each goes to the title
below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipelines.offers.flyers.lines import Line, Role
from pipelines.offers.flyers.words import is_filler, names_field, speaks_of_offers
from pipelines.windows.datetokens import fold

__all__ = ["Part", "Section", "parts_of", "sections_of"]

_LONGEST_ITEM = 200  # characters of a line that is an offer whole
_LONGEST_NAME = 70  # characters of a paragraph that may be a title
_MOST_LINES = 30  # of one offer; a longer section is a chapter
_WORD = re.compile(r"[^\W\d_]{2,}")
_ENDS_SENTENCE = re.compile(r"[.!؟?،,;؛]\s*$")
_CODE_WORD = re.compile(r"\b(?:(?:coupon|promo|discount|voucher|use|with)\s+)*code\b|كود|رمز|الرمز", re.IGNORECASE)
_LISTED = re.compile(r"^\(?\d{1,2}[.)-]\s+")
_PLURAL = re.compile(r"\b(?:offers|deals|promotions|discounts|specials|sale|savings)\b|عروض|خصومات|تخفيضات|تنزيلات")


@dataclass(frozen=True)
class Section:
    """A title and the lines under it, to the next title."""

    number: int
    title: Line | None
    body: tuple[Line, ...]
    level: int  # of its heading; 0 for what stands before any
    parents: tuple[int, ...] = ()  # numbers of the sections it lies in, outermost first

    @property
    def lines(self) -> tuple[Line, ...]:
        """The title and the body."""
        return (self.title, *self.body) if self.title else self.body

    @property
    def gathers(self) -> bool:
        """Whether its title stands above offers rather than naming one."""
        return self.title is None or self.number == 0 or bool(_PLURAL.search(fold(self.title.block.text).text))


@dataclass(frozen=True)
class Part:
    """The lines of what may be one offer."""

    title: str
    lines: tuple[Line, ...]
    section: Section

    @property
    def page(self) -> int | None:
        """The page it begins on."""
        return self.lines[0].block.page


# ---------------------------------------------------------------- sections


def sections_of(lines: Sequence[Line]) -> tuple[Section, ...]:
    """The lines cut at their titles; amounts set above their titles moved under them."""
    cut: list[list[Line]] = [[]]
    for line in lines:
        if line.role in ("title", "aside"):
            cut.append([])
        cut[-1].append(line)
    groups = _amounts_under_titles(_with_subtitles([group for group in cut if group]))
    return tuple(_nested(groups))


def _with_subtitles(groups: Sequence[list[Line]]) -> list[list[Line]]:
    """The groups, a title alone joined with the single smaller one under it: a name, and the words below it."""
    joined: list[list[Line]] = []
    levels = [group[0].block.level if group[0].role in ("title", "aside") else 0 for group in groups]
    at = 0
    while at < len(groups):
        after = levels[at + 2] if at + 2 < len(groups) else 0
        alone = at > 0 and len(groups[at]) == 1 and groups[at][0].role == "title" and groups[at][0].window is None
        if (
            alone
            and at + 1 < len(groups)
            and groups[at + 1][0].role == "title"
            and levels[at + 1] > levels[at] >= after
        ):
            joined.append([*groups[at], *(replace(line, role=_inner(line)) for line in groups[at + 1])])
            at += 2
            continue
        joined.append(groups[at])
        at += 1
    return joined


def _inner(line: Line) -> Role:
    return "text" if line.role == "title" else line.role


def _nested(groups: Sequence[list[Line]]) -> Iterator[Section]:
    around: list[tuple[int, int]] = []  # (level, number) of the open sections
    for number, group in enumerate(groups):
        title = group[0] if group[0].role in ("title", "aside") else None
        level = (title.block.level or 6) if title else 0
        around = [(above, at) for above, at in around if above < level]
        yield Section(number, title, tuple(group[1:] if title else group), level, tuple(at for _, at in around))
        around.append((level, number))


def _amounts_under_titles(groups: list[list[Line]]) -> list[list[Line]]:
    """The groups, the amounts at each one's end moved to the next when that is how the document is set."""
    offers = [at for at, group in enumerate(groups) if at and group[0].role == "title"]
    if not offers or offers != list(range(offers[0], offers[0] + len(offers))):
        return groups
    last = groups[offers[-1]]
    before = [groups[at - 1] for at in offers]
    if any(line.marked for line in last) or not all(group[-1].role == "amount" for group in before):
        return groups
    if any(sum(line.role == "amount" for line in group) > _trailing(group) for group in before):
        return groups
    moved = [list(group) for group in groups]
    for at in offers:
        count = _trailing(moved[at - 1])
        tail = moved[at - 1][-count:]
        moved[at - 1] = moved[at - 1][:-count]
        moved[at][1:1] = tail
    return [group for group in moved if group]


def _trailing(group: Sequence[Line]) -> int:
    """How many lines at the end of the group are amounts."""
    return next((at for at, line in enumerate(reversed(group)) if line.role != "amount"), len(group))


# ---------------------------------------------------------------- offers of a section


def parts_of(section: Section) -> tuple[Part, ...]:
    """What may be offers in a section, rows left out; () for one that only heads others, or names contacts."""
    if section.title is not None and section.title.role == "aside":
        return ()
    body = [line for line in section.body if line.role not in ("row", "collective", "poison")]
    for starts in (_named_lines(section, body), _named_before_amounts(section, body)):
        if starts:
            return tuple(_split(section, body, starts))
    if section.title is None or len(body) > _MOST_LINES or _heads_offers(section, body):
        return ()
    if section.title.marked or section.title.window or any(line.marked or line.window for line in body):
        return (_gifted(section, body),)
    return (_gifted(section, body),) if section.title.amounts.gift or any(line.amounts.gift for line in body) else ()


def _heads_offers(section: Section, body: Sequence[Line]) -> bool:
    """Whether a section only says «offers» and until when: those offers stand elsewhere."""
    lines = (section.title, *body) if section.title else body
    named = section.title is not None and bool(_PLURAL.search(fold(section.title.block.text).text))
    return named and not any(line.marked or line.amounts.gift for line in lines)


def _gifted(section: Section, body: Sequence[Line]) -> Part:
    assert section.title is not None
    return Part(_title_of(section.title, body), (section.title, *body), section)


def _split(section: Section, body: Sequence[Line], starts: Sequence[int]) -> Iterator[Part]:
    for start, end in zip(starts, (*starts[1:], len(body)), strict=True):
        lines = tuple(body[start:end])
        title = _inline_title(lines[0])
        if section.title is not None and not section.gathers and len(starts) > 1:
            title = f"{section.title.block.text} – {title}"
        yield Part(title, lines, section)


def _named_lines(section: Section, body: Sequence[Line]) -> list[int]:
    """Where lines stand that name something and its price each; [] when they are the text of one offer."""
    found = [at for at, line in enumerate(body) if _is_item(line)]
    items = [at for at in found if body[at].block.kind == "list_item"]
    if section.gathers:
        found = sorted([*found, *(at for at, line in enumerate(body) if found and _is_gift(line))])
        return [] if len(found) == 1 and _names_one(section) else found
    return found if len(items) > 1 and len(items) == len(found) else []


def _names_one(section: Section) -> bool:
    """Whether a title names an offer itself: «Brake pad offer», «Two for one on wipers»."""
    if section.title is None or _PLURAL.search(fold(section.title.block.text).text):
        return False
    return section.title.marked or section.title.amounts.gift or speaks_of_offers(section.title.block.text)


def _is_item(line: Line) -> bool:
    if line.role != "text" or not line.marked or len(line.block.text) > _LONGEST_ITEM:
        return False
    return any(not is_filler(word) for word in _WORD.findall(fold(line.name).text))


def _is_gift(line: Line) -> bool:
    """«Brake check … FREE», among lines with prices."""
    return line.role == "text" and line.amounts.gift and not line.marked and len(line.block.text) <= _LONGEST_NAME


def _named_before_amounts(section: Section, body: Sequence[Line]) -> list[int]:
    """Where short lines stand that an amount follows: titles set in the same letters as the text."""
    starts = [at for at in range(len(body) - 1) if _may_be_title(body[at]) and _amount_follows(body, at)]
    if len(starts) < 2 - section.gathers:
        return []
    return starts if section.gathers or starts[0] == 0 else []


def _amount_follows(body: Sequence[Line], at: int) -> bool:
    if body[at + 1].role == "amount":
        return True
    after = body[at + 1 : at + 3]
    return len(after) == 2 and after[0].role == "text" and not _may_be_title(after[0]) and after[1].role == "amount"


def _may_be_title(line: Line) -> bool:
    text = line.block.text
    if line.role != "text" or line.block.kind == "list_item" or line.marked or line.window or len(text) > _LONGEST_NAME:
        return False
    return not _ENDS_SENTENCE.search(text) and bool(_WORD.search(text)) and not names_field(text)


# ---------------------------------------------------------------- titles


def _title_of(title: Line, body: Sequence[Line]) -> str:
    """The heading, or where it says no more than «Special offer», the lines below that say what is offered."""
    words = [word for word in _WORD.findall(fold(title.block.text).text) if not is_filler(word)]
    if any(not speaks_of_offers(word) for word in words):
        return _without_amounts(title, title.block.text)
    saying = next((line for line in body if line.marked and line.name and line.role == "text"), None)
    if saying:
        return _inline_title(saying)
    for amount, line in pairwise(body):
        if amount.role == "amount" and line.role == "text" and len(line.block.text) <= _LONGEST_NAME:
            return f"{amount.block.text} {_inline_title(line)}"
    return title.block.text


def _inline_title(line: Line) -> str:
    """What a line names, without its number in a list, and its price and dates where these stand after the name."""
    text = re.split(r"(?<=[^\d\W])[.!؟](?=\s)", line.block.text)[0]
    return _LISTED.sub("", _without_amounts(line, text)) or line.block.text[:_LONGEST_ITEM]


def _without_amounts(line: Line, text: str) -> str:
    if line.amounts.spans and line.amounts.discount is None:
        text = _cut_at(text, len(fold(line.block.text).quote(0, line.amounts.spans[0][0])))
    for found in line.window.window.evidence if line.window else ():
        at = line.block.text.find(found.text)
        text = _cut_at(text, at) if at > 0 else text
    if line.code and (spoken := _CODE_WORD.search(text)):
        text = _cut_at(text, spoken.start())
    return text.strip(" \t-–—:|،,;.…(•·*")


def _cut_at(text: str, end: int) -> str:
    """The text before `end`, unless that names nothing; words that only lead to what follows go too."""
    before = text[:end].rstrip(" \t-–—:|،,;.…(")
    words = before.split()
    while words and _leads(words[-1]):
        words.pop()
    kept = " ".join(words)
    return kept if _WORD.search(kept) and not all(is_filler(word) for word in fold(kept).text.split()) else text


def _leads(word: str) -> bool:
    plain = fold(word.strip("():،,;-–—")).text
    return not plain or (
        is_filler(plain) and not re.fullmatch(r"month|month|day|days|discount|discounts|شهر|اليوم", plain)
    )


def without_lines(part: Part, taken: frozenset[int]) -> Part:
    """The part without the lines at these places."""
    return replace(part, lines=tuple(line for line in part.lines if line.at not in taken))
