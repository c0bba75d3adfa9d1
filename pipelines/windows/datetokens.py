"""A text cut into the tokens dates are made of, each knowing where it stands in the source.

Folding makes every spelling of one thing the same (digits of any script, letter case, hamza forms, vowel signs)
but keeps the offset of each character, so that evidence is always the exact text of the source.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from pipelines.windows.datewords import HIJRI, MONTHS, PHRASES, WEEKDAYS, ZONES
from pipelines.windows.relativewords import RELATIVE

__all__ = ["Folded", "Token", "fold", "tokenise"]

_LETTERS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "’": "'", "‘": "'"}
)
# Arabic vowel signs, tatweel, and characters that show nothing.
_DROPPED = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

_LEXER = re.compile(
    r"(?P<iso>(?<!\d)\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:z\b|[+-]\d\d:?\d\d)?)?(?!\d))"
    r"|(?P<numeric>(?<![\d/.])(?:\d{4}\s?([/.-])\s?\d{1,2}\s?\3\s?\d{1,2}(?!\d|\3\d)"
    r"|\d{1,2}\s?([/.-])\s?\d{1,2}\s?\4\s?(?:\d{4}|\d\d)(?!\d|\4\d)))"
    r"|(?P<time>(?<![\d:])\d{1,2}:\d\d(?::\d\d)?(?![\d:])|(?<![\d.])\d{1,2}\.\d\d(?=\s?[ap]\.?m\b))"
    r"|(?P<amount>\d{1,3}(?:[,٬]\d{3})+(?:[.٫]\d+)?|\d+[.٫]\d+|\d+\s?[%٪])"
    r"|(?P<pair>(?<![\d/])\d{1,2}/\d{1,2}(?![\d/%]))"
    r"|(?P<year2>'\d\d\b)"
    r"|(?P<num>\d+(?:\s?(?:st|nd|rd|th)\b)?)"
    r"|(?P<half>[ap]\.m\b\.?)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)"
    r"|(?P<dash>[-–—−~]+)|(?P<break>[.!?;؛؟|•·]+)|(?P<punct>[^\s\w])"
)


@dataclass(frozen=True)
class Folded:
    """A folded text, and for each of its characters the offset it had in the source."""

    source: str
    text: str
    offsets: tuple[int, ...] | None  # None: every character stayed in its place

    def quote(self, start: int, end: int) -> str:
        """The source's own text of the folded characters `start` to `end`."""
        if self.offsets is None:
            return self.source[start:end]
        stop = self.offsets[end] if end < len(self.offsets) else len(self.source)
        return self.source[self.offsets[start] : stop]


@dataclass(frozen=True)
class Token:
    """One word, number or sign; `kind` names a group of the lexer or a kind of `datewords`."""

    kind: str
    text: str  # folded
    start: int  # offsets in the folded text
    end: int
    value: int = 0  # number, month 1..12, weekday 0..6
    hijri: bool = False  # a Hijri month


def fold(text: str) -> Folded:
    """The text with digits, letter case and Arabic letter forms made one; offsets kept."""
    if text.isascii():
        return Folded(text, text.lower(), None)
    if not _DROPPED.search(text):
        folded = text.translate(_FOLDING)
        if len(folded) == len(text):  # nothing is dropped, so nothing was spread over several characters either
            return Folded(text, folded, None)
    pieces = [(piece, offset) for offset, char in enumerate(text) for piece in _fold_char(char)]
    return Folded(text, "".join(piece for piece, _ in pieces), tuple(offset for _, offset in pieces))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if _DROPPED.match(char):
        return ""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    return unicodedata.normalize("NFKC", char).lower().translate(_LETTERS)


class _Folding(dict[int, str]):
    """What `str.translate` asks for: each character folded alone."""

    def __missing__(self, point: int) -> str:
        return _fold_char(chr(point))


_FOLDING = _Folding()


def tokenise(folded: Folded, languages: tuple[str, ...]) -> tuple[Token, ...]:
    """The tokens of a folded text, phrases of the given languages joined into one token each."""
    phrases = _phrases(languages)
    return tuple(_join_phrases(tuple(_cut(_lex(folded.text, phrases), _seams(folded), phrases)), phrases))


_Phrases = dict[str, list[tuple[tuple[str, ...], Token]]]


def _lex(text: str, phrases: _Phrases) -> Iterator[Token]:
    for found in _LEXER.finditer(text):
        kind, start, end, word = found.lastgroup or "punct", found.start(), found.end(), found[0]
        if kind == "num":
            number = "".join(word.split())  # «10<sup>th</sup>» may come as «10 th»
            yield Token(kind, number, start, end, int(number.rstrip("stndrh")[:6]))
        elif kind == "half":
            yield Token(word[0] + "m", word[0] + "m", start, end)
        elif kind != "word" or word in phrases:
            yield Token(kind, word, start, end)
        elif word[0] == "و" and _bare(word[1:]) in phrases:
            yield Token("and", "و", start, start + 1)
            yield Token(kind, _bare(word[1:]), start + 1, end)
        else:
            bare = _bare(word)
            yield Token(kind, bare if bare in phrases else word, start, end)


# Lines that lost the break between them: «CardholdersOn», «البطاقةمن» (a ة only ends a word).
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=ة)(?=[ء-ي])")


def _seams(folded: Folded) -> frozenset[int]:
    """Where in the folded text two words may have run together."""
    seams = (found.start() for found in _SEAM.finditer(folded.source))
    offsets = folded.offsets
    return frozenset(seams) if offsets is None else frozenset(bisect_left(offsets, seam) for seam in seams)


def _cut(tokens: Iterator[Token], seams: frozenset[int], phrases: _Phrases) -> Iterator[Token]:
    """The tokens, a word cut in two at a seam after which a word of the tables stands; «PayPal» stays whole."""
    for token in tokens:
        inside = range(token.start + 1, token.end) if seams and token.kind == "word" else ()
        seam = next((at for at in inside if at in seams and token.text[at - token.start :] in phrases), None)
        if seam is None:
            yield token
        else:
            yield Token("word", token.text[: seam - token.start], token.start, seam)
            yield Token("word", token.text[seam - token.start :], seam, token.end)


def _bare(word: str) -> str:
    """The word without the joined preposition ل of «لشهر», when it is Arabic and long enough to have one."""
    return word[1:] if len(word) > 3 and word[0] == "ل" and word[1] != "ل" else word


def _join_phrases(tokens: tuple[Token, ...], phrases: _Phrases) -> Iterator[Token]:
    at = 0
    while at < len(tokens):
        length, meaning = _longest(tokens, at, phrases)
        if meaning is None:
            yield tokens[at]
        else:
            start, end = tokens[at].start, tokens[at + length - 1].end
            yield Token(meaning.kind, meaning.text, start, end, meaning.value, meaning.hijri)
        at += length


def _longest(tokens: tuple[Token, ...], at: int, phrases: _Phrases) -> tuple[int, Token | None]:
    for rest, meaning in phrases.get(tokens[at].text, ()) if tokens[at].kind == "word" else ():
        if not rest or tuple(token.text for token in tokens[at + 1 : at + 1 + len(rest)]) == rest:
            return 1 + len(rest), meaning
    return 1, None


@lru_cache(maxsize=16)
def _phrases(languages: tuple[str, ...]) -> _Phrases:
    table: _Phrases = {}
    for phrase, meaning in _vocabulary(languages):
        words = tuple(found[0] for found in _LEXER.finditer(fold(phrase).text))
        table.setdefault(words[0], []).append((words[1:], replace(meaning, text=" ".join(words))))
    for forms in table.values():
        forms.sort(key=lambda form: -len(form[0]))
    return table


def _vocabulary(languages: tuple[str, ...]) -> Iterator[tuple[str, Token]]:
    for language in languages:
        for kind, spellings in (*PHRASES.get(language, {}).items(), *RELATIVE.get(language, {}).items()):
            yield from ((form, Token(kind, "", 0, 0)) for form in spellings.split("|"))
        for months, hijri in ((MONTHS, False), (HIJRI, True)):
            yield from _numbered("month", months.get(language, ()), 1, hijri)
        yield from _numbered("weekday", WEEKDAYS.get(language, ()), 0, False)
    yield from ((name, Token("zone", "", 0, 0)) for name in ZONES)


def _numbered(kind: str, rows: tuple[str, ...], first: int, hijri: bool) -> Iterator[tuple[str, Token]]:
    for value, spellings in enumerate(rows, first):
        yield from ((form, Token(kind, "", 0, 0, value, hijri)) for form in spellings.split("|"))
