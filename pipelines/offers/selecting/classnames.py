"""Which class names and ids of a page are worth a selector: those a person chose for what they name.

Left out are names that a build makes anew (`css-1x2y3z`, `sc-bdVaJa`, `Card_title__x7Gh2`), names of look or
state (`mt-4`, `text-center`, `active`), and everything that would have to be escaped in CSS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

__all__ = ["is_stable_name", "stable_classes", "stable_id"]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,59}")
_GENERATED = re.compile(r"(?:css|sc|jsx|jss|emotion|styled|svelte|astro|tw|ng|data-v|v)-")
_NUMBERED = re.compile(
    r"(?<![A-Za-z])h[1-6](?![A-Za-z0-9])|[0-9]"
)  # «h3» is a word, every other digit counts something
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)

# Words that say how something is laid out or in what state it is. A name of nothing else says not what it holds.
_LOOKS = """
    absolute active align all animate animated antialiased area aria around aspect auto background baseline between bg
    black block blue body bold border bordered bottom break capitalize center centered circle clear clearfix clone
    cloned col collapse collapsed color cols column columns container content contain cover current cursor dark danger
    disabled display divide divider dropdown duration ease end even evenly fade filled first fit fixed flex float
    floating fluid focus font full fullwidth gap gray green grey grid group grow gutter gutters hidden hide hover
    image-fluid in inactive info inline inner inset invisible italic items justify large last lazy lazyload lazyloaded
    leading left light line list loaded loading lower lowercase max md medium min muted mx no none normal not object
    odd offset opacity open order origin outer outline overflow pad padding place pointer position primary pull push
    red relative responsive reverse right ring ripple rounded row rows scale screen secondary select selected self
    semibold shadow show shown shrink single size small snap solid space start static sticky stretch stretched
    success table text thin tiny to top tracking transform transition truncate underline unstyled upper uppercase
    visible warning white whitespace wide width wrap wrapper zoom
"""
_LOOK_WORDS = frozenset(_LOOKS.split())


def stable_classes(element: HtmlElement) -> Iterator[str]:
    """The element's class names that are worth a selector, in its order."""
    return (name for name in dict.fromkeys((element.get("class") or "").split()) if is_stable_name(name))


def stable_id(element: HtmlElement) -> str | None:
    """The element's id when it is worth a selector."""
    name = element.get("id") or ""
    return name if is_stable_name(name) else None


def is_stable_name(name: str) -> bool:
    """Whether a class name or id reads as chosen by a person for what it names; it needs no escape in CSS."""
    if not _PLAIN.fullmatch(name) or _GENERATED.match(name) or _counts(name):
        return False
    segments = [segment for segment in re.split(r"[-_]+", name) if segment]
    return all(map(_is_word, segments)) and not all(map(_is_look, segments))


def _counts(name: str) -> bool:
    return any(found[0].isdigit() for found in _NUMBERED.finditer(name))


def _is_word(segment: str) -> bool:
    """`offerCard` and `btn` are words, `bdVaJa` and `xqzwvk` are not."""
    pieces = _PIECE.findall(re.sub(r"h[1-6]$", "heading", segment))
    if not pieces or len(pieces) > 5:
        return False
    short = sum(len(piece) < 3 for piece in pieces)
    return (len(pieces) == 1 or short == 0) and all(len(piece) < 5 or _VOWEL.search(piece) for piece in pieces)


def _is_look(segment: str) -> bool:
    return len(segment) <= 2 or segment.lower() in _LOOK_WORDS
