"""From letters in the order they are seen to the order they are read: the bidirectional algorithm backwards.

Source: Unicode Standard Annex 9. It is not one-to-one, so what cannot be decided is said: where a
date could have been written in two ways, it is given year first, which both ways mean, and marked.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

__all__ = ["direction_of", "is_rtl", "letters_in_order", "to_logical"]

_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_SEPARATORS = frozenset(".,:/٫٬،")
_HYPHENS = "-‐‑–"
_HYPHENATED_DATE = re.compile(
    r"(?<!\d)(?:(\d{1,2})[-‐‑–](\d{1,2})[-‐‑–](\d{4})|(\d{4})[-‐‑–](\d{1,2})[-‐‑–](\d{1,2}))(?!\d)"
)
_SHORT_DATE = re.compile(r"(?<!\d)\d{1,2}[-‐‑–]\d{1,2}[-‐‑–]\d{2}(?!\d)")
_FINAL_LETTERS = frozenset("ةى")  # stand only at the end of a word
_WORD = re.compile(r"[\u0620-\u064a]{3,}")


def is_rtl(character: str) -> bool:
    """Whether a character belongs to a script written from right to left."""
    return unicodedata.bidirectional(character) in ("R", "AL")


def direction_of(text: str) -> int:
    """Positive when more letters are written from right to left, negative for left to right, 0 for no letters."""
    classes = Counter(unicodedata.bidirectional(character) for character in text)
    return classes["R"] + classes["AL"] - classes["L"]


def letters_in_order(words: str) -> int:
    """Evidence on whether Arabic text is in reading order: positive for yes, negative for reversed.

    The article stands at the beginning of a word; ta marbuta and alif maqsura stand at its end.
    """
    score = 0
    for word in _WORD.findall(words):
        score += word.startswith("ال") - word.endswith("لا")
        score += (word[-1] in _FINAL_LETTERS) - (word[0] in _FINAL_LETTERS)
    return score


def to_logical(units: Sequence[str], rtl: bool) -> tuple[str, bool]:
    """The text of one line from its glyphs, left to right as seen, and whether a date in it is in doubt.

    A unit is one glyph's text: a ligature keeps its letters together. `rtl` is the line's own direction.
    """
    units = [_canonical(unit) for unit in units]
    if not any(is_rtl(unit[0]) for unit in units if unit):
        return "".join(units), False
    if not rtl:
        return _embedded(units)
    text = "".join(_reversed_runs(units))
    return _settle_dates(_balanced(text))


def _reversed_runs(units: Sequence[str]) -> Iterator[str]:
    """The runs of a right-to-left line, from its right end: numbers and Latin phrases keep their inner order."""
    for start, end in reversed(list(_runs(units))):
        run = units[start:end]
        yield "".join(run) if end - start > 1 else run[0].translate(_MIRRORED)


def _runs(units: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of what stays in order: a Latin phrase with its numbers, a number with its separators, one glyph."""
    at = 0
    while at < len(units):
        end = _phrase_end(units, at) if _is_latin(units[at]) else _number_end(units, at)
        yield at, end
        at = end


def _phrase_end(units: Sequence[str], start: int) -> int:
    """The end of a phrase that begins with a Latin letter: its last letter or digit before anything right-to-left."""
    end = start + 1
    for at in range(start + 1, len(units)):
        if is_rtl(units[at][:1] or " "):
            break
        if _is_latin(units[at]) or units[at].isdigit():
            end = at + 1
    return end


def _number_end(units: Sequence[str], start: int) -> int:
    """The end of a number: digits, and single separators between digits."""
    end = start + 1
    if not units[start].isdigit():
        return end
    while end < len(units):
        if units[end].isdigit():
            end += 1
        elif units[end] in _SEPARATORS and end + 1 < len(units) and units[end + 1].isdigit():
            end += 2
        else:
            break
    return end


def _is_latin(unit: str) -> bool:
    return bool(unit) and unicodedata.bidirectional(unit[0]) == "L"


def _embedded(units: Sequence[str]) -> tuple[str, bool]:
    """A left-to-right line: each right-to-left phrase in it is turned, with the numbers inside it."""
    parts: list[str] = []
    doubtful = False
    at = 0
    while at < len(units):
        if not is_rtl(units[at][:1] or " "):
            parts.append(units[at])
            at += 1
            continue
        end = _embedded_end(units, at)
        parts.append("".join(_reversed_runs(units[at:end])))
        # A number left of the phrase was written before it or belongs to its end: both look the same.
        doubtful = doubtful or "".join(units[:at]).rstrip()[-1:].isdigit()
        at = end
    return "".join(parts), doubtful


def _embedded_end(units: Sequence[str], start: int) -> int:
    end = start + 1
    for at in range(start + 1, len(units)):
        if _is_latin(units[at]):
            break
        if is_rtl(units[at][:1] or " "):
            end = at + 1
    return end


def _balanced(text: str) -> str:
    """Brackets turned where all of them face the wrong way: some programs store them mirrored already."""
    opening, closing = text.find("("), text.find(")")
    if closing >= 0 and (opening < 0 or closing < opening) and text.count("(") == text.count(")"):
        return text.translate(str.maketrans("()", ")("))
    return text


def _settle_dates(text: str) -> tuple[str, bool]:
    """Dates joined by hyphens, year first: after Arabic letters their parts swap places on screen, elsewhere not.

    31-03-2025 and 2025-03-31 look alike then, and mean the same day; 03-04-25 may mean several.
    """
    doubtful = bool(_SHORT_DATE.search(text))

    def year_first(found: re.Match[str]) -> str:
        day, month, year = found[1] or found[6], found[2] or found[5], found[3] or found[4]
        return f"{year}-{month}-{day}"

    settled, count = _HYPHENATED_DATE.subn(year_first, text)
    return settled, doubtful or count > 0


# ---------------------------------------------------------------- glyphs of several letters


@cache
def _ligatures() -> dict[tuple[str, ...], str]:
    """The letters of each Arabic ligature, sorted -> in reading order (presentation forms A and B)."""
    found: dict[tuple[str, ...], str] = {}
    for code in (*range(0xFBEA, 0xFDFD), *range(0xFEF5, 0xFEFD)):
        letters = unicodedata.normalize("NFKC", chr(code))
        if len(letters) > 1 and " " not in letters:
            found.setdefault(tuple(sorted(letters)), letters)
    found.update({tuple(sorted(pair)): pair for pair in ("لا", "لأ", "لإ", "لآ")})
    return found


def _canonical(unit: str) -> str:
    """Presentation forms as plain letters; the letters of one ligature in reading order, however they were stored."""
    text = "".join(_plain(character) for character in unit)
    if len(text) < 2 or not is_rtl(text[0]):
        return text
    return _ligatures().get(tuple(sorted(text)), text)


def _plain(character: str) -> str:
    presented = (
        "\ufb00" <= character <= "\ufb06" or "\ufb50" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufeff"
    )
    return unicodedata.normalize("NFKC", character) if presented else character
