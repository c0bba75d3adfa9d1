"""What a card says of its validity: every line that does, because the first is often about something else.

A card of a flight names a time of booking and one of travel, a card of a bank the period of its promotion beside other
dates: `pipelines.windows` tells them apart, given all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.offers.cards.looks import Region
from pipelines.offers.cards.pieces import CardField, Piece
from pipelines.offers.cards.signs import TIMELY

__all__ = ["find_timely", "is_posted", "plainest"]

_DATE_CLASS = re.compile(r"(?<![a-z])(?:valid\w*|expir\w*|until|end-?date|deadline|ends|period|duration)(?![a-z])")
_POSTED = re.compile(r"(?<![a-z])(?:posted|published|updated|entry-date|post-date|byline|author)(?![a-z])")
_END_ATTRIBUTE = re.compile(
    r"data-(?:.*-)?(?:end|ends|end-?date|end-?time|expir\w*|countdown|deadline|until"
    r"|valid-?(?:until|to|through)|final-?date)"
)
_LABEL = re.compile(
    r"(?:.*(?:valid\w*|until|till|expir\w+|ends?|ending|period|صالح|ساري|حتي|لغايه|ينتهي"
    r"|تنتهي|تاريخ (?:الانتها|النهايه|نهايه|انتها)|صلاحيه|مده العرض).{0,20})"
)
_BEGINS = re.compile(
    r"(?:(?:offer|promo(?:tion)?|deal)s? )?(?:start(?:s|ing)?|begin(?:s|ning)?)(?: date| on)?\W*"
    r"|(?:تاريخ (?:ال)?(?:بدايه|بد[اءى]?)|(?:يبدا|تبدا|بدايه|بد[اء])(?: العرض)?(?: في| من)?)(?: العرض)?\W*"
)
_WHOLE_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d\d|20\d\d|14\d\d")
_LABELLED = re.compile(
    r"\b(?:valid\w*|expir\w+|ends?|promo(?:tion)? period|offer period|book by)\b|صالح|ساري|ينتهي|تنتهي|صلاحيه|مده العرض"
)
_DATE = re.compile(r"20\d\d[-/]\d\d?[-/]\d\d?")
_DIGIT = re.compile(r"\d")
_LONGEST = 300  # characters of a line that says until when
_LONGEST_LABEL = 30
_LONGEST_DATE = 60  # of the text that a label announces
_MOST = 6  # lines


def find_timely(region: Region, pieces: Sequence[Piece]) -> Iterator[CardField]:
    """The lines that speak of validity, by their words, by a label, or by what they are called; else an attribute."""
    told = list(_told(pieces))[:_MOST]
    yield from told or list(_end_attributes(region))[:1]


def plainest(timely: Sequence[CardField]) -> CardField | None:
    """Of several lines the one that is labelled as a validity, else the first."""
    return next((found for found in timely if _LABELLED.search(found.value.casefold())), next(iter(timely), None))


def _told(pieces: Sequence[Piece]) -> Iterator[CardField]:
    within: set[object] = set()  # elements whose whole text was given already
    for at, piece in enumerate(pieces):
        if is_posted(piece) or piece.struck or not within.isdisjoint((piece.element, *piece.element.iterancestors())):
            continue
        following = pieces[at + 1] if at + 1 < len(pieces) else None
        if following and _announces(piece, following):
            within.update((piece.element, following.element))
            yield CardField(f"{piece.text} {following.text}", following.element)
        elif _is_timely(piece):
            within.add(piece.element)
            yield CardField(piece.text, piece.element)


def _is_timely(piece: Piece) -> bool:
    if TIMELY.search(piece.plain):
        return len(piece.plain) <= _LONGEST
    return bool(_DATE_CLASS.search(piece.classes) and _DIGIT.search(piece.plain)) and len(piece.plain) <= 120


def _announces(piece: Piece, following: Piece) -> bool:
    """Whether a text is the label of the next: «Valid until» of any date, «Start date» of a whole one."""
    if len(following.plain) > _LONGEST_DATE or not _DIGIT.search(following.plain):
        return False
    begins = len(piece.plain) <= _LONGEST_LABEL and bool(_BEGINS.fullmatch(piece.plain))
    return _is_label(piece) or (begins and bool(_WHOLE_DATE.search(following.plain)))


def _is_label(piece: Piece) -> bool:
    """Whether a text only announces a date: «Valid until», «تاريخ الانتهاء:»."""
    return len(piece.plain) <= _LONGEST_LABEL and not _DIGIT.search(piece.plain) and bool(_LABEL.fullmatch(piece.plain))


def _end_attributes(region: Region) -> Iterator[CardField]:
    """What counts down names its end in an attribute."""
    for element in (inner for part in region for inner in part.iter()):
        for name, value in element.attrib.items():
            if _END_ATTRIBUTE.fullmatch(str(name)) and _DATE.match(str(value)):
                yield CardField(str(value), element, str(name))


def is_posted(piece: Piece) -> bool:
    """Whether a text tells when something was published, or by whom."""
    return bool(_POSTED.search(piece.classes)) or (piece.tag == "time" and "published" in piece.classes)
