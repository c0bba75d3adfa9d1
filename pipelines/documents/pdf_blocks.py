"""Lines of running text as blocks: paragraphs, list items and headings; words broken at line ends made whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipelines.documents.bidi import direction_of
from pipelines.documents.pdf_layout import Lines
from pipelines.documents.pdf_lines import Segment
from pipelines.documents.pdf_tables import Grid
from pipelines.documents.sheet_rows import grid_blocks
from pipelines.records import Block

__all__ = ["PageParts", "blocks_of_pages", "without_running_lines"]

_LARGER = 1.12  # times the body's font size: a heading
_LONGEST_HEADING = 200  # characters
_BOLD_HEADING = 90
_NEW_PARAGRAPH = 1.35  # times the usual distance between lines
_INDENT = 0.9  # of the font size
_SHORT_LINE = 0.8  # of the column's width; a sentence that ends before closes its paragraph
_ROOM = 0.15  # of the column's width that a line ended on purpose leaves free
_ITEM = re.compile(r"^(?:[•●○▪■□◦‣·❖➢✓✔\uf0b7\uf0a7]|[-–*](?= )|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)](?= ))\s*")
_BULLET = re.compile(r"^[•●○▪■□◦‣·❖➢✓✔\uf0b7\uf0a7–*-]\s*")
_SENTENCE_END = (".", "!", "?", ":", "؟", "۔", "。", "…", ";", "؛")
# A line that ends in an amount: two of them, one below the other, are items of a list and no sentence.
_PRICED = re.compile(
    r"(?:\d\s?(?:SAR|SR|AED|Dhs?|QAR|KWD|BHD|OMR|EGP|USD|EUR|GBP|[$€£₱﷼\u20c1]|ريال|ر\.?\s?س\.?|درهم|د\.إ|دينار|جنيه)"
    r"|(?:\b(?:SAR|SR|AED|QAR|KWD|BHD|OMR|EGP|USD|EUR|GBP|PHP|Rs\.?)|[$€£₱])\s?\d[\d.,]*)$"
)
_BROKEN_WORD = re.compile(r"([^\W\d_]+)[-\u00ad‐]$")
_DIGITS = re.compile(r"\d+|\b[ivxlc]{1,6}\b")
_MARGIN = 0.12  # of the page's height at top and bottom, where running lines stand
_PAGE_NUMBER = re.compile(
    r"^\W*(?:page|p\.|صفحة|الصفحة|seite|página|pagina)?\W*#(?:\W*(?:of|/|من|von|de)?\W*#)?\W*$", re.I
)


@dataclass(frozen=True)
class PageParts:
    """The parts of one page in reading order."""

    number: int
    bottom: float  # y of the page's lower edge
    top: float
    parts: tuple[Lines | Grid, ...]


def blocks_of_pages(pages: Sequence[PageParts]) -> list[Block]:
    """The blocks of a document; sentences that run over columns and pages are whole, under the page they begin on."""
    sizes = _sizes(pages)
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    levels = _levels(sizes, body)
    words = _compounds(pages)
    blocks: list[Block] = []
    open_end = False  # whether the last block is a paragraph that another column or page may continue
    for page in pages:
        for part in page.parts:
            if isinstance(part, Grid):
                rows = [(number, list(row)) for number, row in enumerate(part.rows, 1)]
                blocks.extend(replace(block, line=None) for block in grid_blocks(rows, page.number))
                open_end = False
                continue
            for index, lines in enumerate(_paragraphs(part.lines, body)):
                block = _block(lines, body, levels, page.number, words)
                if index == 0 and open_end and block.kind == "paragraph" and _continues(blocks[-1], block):
                    blocks[-1] = replace(blocks[-1], text=_join([blocks[-1].text, block.text], words))
                else:
                    blocks.append(block)
            open_end = blocks[-1].kind in ("paragraph", "list_item") if part.lines else open_end
    return _nested(blocks)


# ---------------------------------------------------------------- running heads and feet


def without_running_lines(pages: Sequence[PageParts]) -> list[PageParts]:
    """The pages with what repeats at their edges said once, and page numbers not at all."""
    counts = Counter(key for page in pages for key in {_key(line) for line in _edge_lines(page)})
    wanted = max(2, min(3, len(pages)))
    running = {key for key, count in counts.items() if count >= wanted}
    said: set[str] = set()
    return [_without(page, running, said) for page in pages]


def _key(line: Segment) -> str:
    return _DIGITS.sub("#", line.text.lower())


def _edge_lines(page: PageParts) -> Iterator[Segment]:
    for part in page.parts:
        if isinstance(part, Lines):
            yield from (line for line in part.lines if _at_edge(line, page))


def _at_edge(line: Segment, page: PageParts) -> bool:
    margin = _MARGIN * (page.top - page.bottom)
    return line.y < page.bottom + margin or line.y > page.top - margin


def _without(page: PageParts, running: set[str], said: set[str]) -> PageParts:
    parts: list[Lines | Grid] = []
    for part in page.parts:
        if isinstance(part, Lines):
            part = Lines(tuple(line for line in part.lines if not _is_running(line, page, running, said)))
        if isinstance(part, Grid) or part.lines:
            parts.append(part)
    return replace(page, parts=tuple(parts))


def _is_running(line: Segment, page: PageParts, running: set[str], said: set[str]) -> bool:
    key = _key(line)
    if key not in running or not _at_edge(line, page):
        return False
    if _PAGE_NUMBER.match(key) or line.text in said or (key in said and key != line.text.lower()):
        return True
    said.update((key, line.text))
    return False


# ---------------------------------------------------------------- headings


def _sizes(pages: Sequence[PageParts]) -> Counter[float]:
    """Characters by font size, rounded to half points."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for part in page.parts:
            if isinstance(part, Lines):
                for line in part.lines:
                    sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes


def _levels(sizes: Counter[float], body: float) -> dict[float, int]:
    """Heading level of each size above the body's, the largest first; six levels at most."""
    larger = sorted((size for size in sizes if size >= body * _LARGER), reverse=True)
    return {size: min(level, 6) for level, size in enumerate(larger, 1)}


def _block(lines: Sequence[Segment], body: float, levels: dict[float, int], page: int, words: set[str]) -> Block:
    text = _join([line.text for line in lines], words)
    item = _ITEM.match(text)
    size = max(round(line.size * 2) / 2 for line in lines)
    alphabetic = any(character.isalpha() for character in text)
    if size in levels and len(text) <= _LONGEST_HEADING and alphabetic and len(lines) <= 4:
        return Block("heading", text, level=levels[size], page=page)
    if all(line.bold for line in lines) and alphabetic and len(text) <= _BOLD_HEADING and not text.endswith((".", ",")):
        return Block("heading", text, level=6, page=page)
    if item and alphabetic:
        return Block("list_item", _BULLET.sub("", text, count=1), page=page)
    return Block("paragraph", text, page=page)


def _nested(blocks: Iterable[Block]) -> list[Block]:
    """The blocks with headings of body size, so far on level 6, one level below the last larger one."""
    nested: list[Block] = []
    level = 0
    for block in blocks:
        if block.kind == "heading" and block.level == 6:
            block = replace(block, level=min(level + 1, 6))
        elif block.kind == "heading":
            level = block.level
        nested.append(block)
    return nested


# ---------------------------------------------------------------- paragraphs


def _paragraphs(lines: Sequence[Segment], body: float) -> Iterator[list[Segment]]:
    usual = _usual_distance(lines)
    left, right = min((s.x0 for s in lines), default=0), max((s.x1 for s in lines), default=0)
    current: list[Segment] = []
    for at, line in enumerate(lines):
        fits = line.size < body * _LARGER and (_would_fit(line, lines, at) or _lists_prices(lines, at))
        if current and (fits or _begins(line, current, usual, (left, right))):
            yield current
            current = []
        current.append(line)
    if current:
        yield current


def _usual_distance(lines: Sequence[Segment]) -> float:
    """The most common distance of two lines of one size, in units of that size; 1.2 when there is none."""
    distances = Counter(
        round((a.y - b.y) / b.size, 1) for a, b in pairwise(lines) if abs(a.size - b.size) < 0.5 and a.y > b.y
    )
    return max(1.0, min(distances.most_common(1)[0][0], 2.0)) if distances else 1.2


def _begins(line: Segment, current: Sequence[Segment], usual: float, column: tuple[float, float]) -> bool:
    """Whether a line begins a paragraph: after a gap or an end, in another size or weight, as an item, or indented."""
    above = current[-1]
    if abs(line.size - above.size) > 0.08 * above.size and not _same_line_height(line, current):
        return True
    distance = above.y - line.y
    if distance < 0 or distance > _NEW_PARAGRAPH * usual * max(line.size, 1.0):
        return True
    if line.bold != above.bold and (above.bold or line.bold) and all(s.bold == above.bold for s in current):
        return True
    if _ITEM.match(line.text):
        return True
    width = column[1] - column[0]
    short = (
        above.x1 < column[0] + _SHORT_LINE * width
        if not _from_right(above, column)
        else above.x0 > column[1] - _SHORT_LINE * width
    )
    if short and above.text.endswith(_SENTENCE_END):
        return True
    return len(current) > 1 and _indented(line, above, current, column)


def _would_fit(line: Segment, lines: Sequence[Segment], at: int) -> bool:
    """Whether a line's first word had room on the line above: then that line was ended on purpose."""
    if at == 0 or abs(lines[at - 1].size - line.size) > 0.08 * line.size or _BROKEN_WORD.search(lines[at - 1].text):
        return False
    above = lines[at - 1]
    near = [other for other in lines[max(at - 4, 0) : at + 4] if abs(other.size - line.size) <= 0.08 * line.size]
    left, right = min(other.x0 for other in near), max(other.x1 for other in near)
    if abs((above.x0 + above.x1) - (line.x0 + line.x1)) < 4 and above.x0 - left > 2 and right - above.x1 > 2:
        return False  # centred lines end where their author likes
    word = line.text.partition(" ")[0]
    needed = len(word) / max(len(line.text), 1) * (line.x1 - line.x0) + 0.8 * line.size
    room = above.x0 - left if direction_of(line.text) > 0 else right - above.x1
    return room > max(needed, _ROOM * (right - left))


def _lists_prices(lines: Sequence[Segment], at: int) -> bool:
    """Whether this line and the next, or the one above, end in an amount: each is an item of its own."""
    near = [lines[other].text for other in (at - 1, at + 1) if 0 <= other < len(lines)]
    return bool(_PRICED.search(lines[at].text)) and any(_PRICED.search(text) for text in near)


def _same_line_height(line: Segment, current: Sequence[Segment]) -> bool:
    """Sizes that differ by rounding alone, as where a fifth of a line is set in small capitals."""
    return abs(line.size - current[0].size) <= 0.08 * line.size


def _from_right(line: Segment, column: tuple[float, float]) -> bool:
    return abs(line.x1 - column[1]) < 1 and line.x0 - column[0] > 1


def _indented(line: Segment, above: Segment, current: Sequence[Segment], column: tuple[float, float]) -> bool:
    if _ITEM.match(current[0].text):
        return line.x0 < current[0].x0 - 1  # an item's lines hang; one further left is no part of it
    if _from_right(line, column) or _from_right(above, column):
        return False
    return line.x0 - above.x0 > _INDENT * line.size and above.x0 - column[0] < 1


def _continues(last: Block, block: Block) -> bool:
    """Whether a paragraph goes on from the column or page before: no end there, no beginning here."""
    return not last.text.endswith((*_SENTENCE_END, ")", "»", "”", '"')) and (
        block.text[:1].islower() or bool(_BROKEN_WORD.search(last.text))
    )


# ---------------------------------------------------------------- broken words


def _compounds(pages: Sequence[PageParts]) -> set[str]:
    """The words with a hyphen that stand within a line somewhere: these keep it when a line breaks there."""
    words: set[str] = set()
    for page in pages:
        for part in page.parts:
            for text in [line.text for line in part.lines] if isinstance(part, Lines) else ():
                words.update(re.findall(r"[^\W\d_]+-[^\W\d_]+", text.lower()))
    return words


def _join(texts: Sequence[str], compounds: set[str]) -> str:
    """Lines as one text; a word broken by a hyphen before a small letter is made whole."""
    whole = texts[0]
    for text in texts[1:]:
        broken = _BROKEN_WORD.search(whole)
        rest = re.match(r"[^\W\d_]+", text)
        if broken is None or rest is None or not text[0].islower():
            whole = f"{whole} {text}"
        elif f"{broken[1]}-{rest[0]}".lower() in compounds:
            whole = f"{whole}{text}"
        else:
            whole = f"{whole[: broken.end(1)]}{text}"
    return whole
