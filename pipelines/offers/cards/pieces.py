"""The texts of a card, each with the element that says it and how that is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from lxml.html import HtmlElement

from pipelines.offers.cards.looks import Region, class_words, column_of, heading_level, names_title, text_of
from pipelines.offers.prices.reading import is_price
from pipelines.offers.prices.shown import price_text
from pipelines.windows.datetokens import fold

__all__ = ["CardField", "Piece", "read_pieces", "spoken"]

_INLINE = frozenset(
    {
        "span",
        "b",
        "strong",
        "em",
        "i",
        "bdi",
        "small",
        "sup",
        "sub",
        "font",
        "u",
        "mark",
        "a",
        "time",
        "data",
        "abbr",
        "br",
    }
)
_STRUCK = frozenset({"del", "s", "strike"})
_STRUCK_STYLE = re.compile(r"line-through")
_AROUND = 8  # elements around a text that may be its heading or strike it out
_SHORT = 60  # characters of a text in several parts that is read as one: «SAR» «99»


@dataclass(frozen=True)
class CardField:
    """One value of a card and where it stands."""

    value: str
    element: HtmlElement
    attribute: str = ""  # "" = the element's text, else href, src, alt, …


@dataclass(frozen=True)
class Piece:
    """One text of a card."""

    element: HtmlElement
    text: str  # white space folded
    plain: str  # folded for matching
    classes: str  # of the element, and of its parent where the element is all that it holds
    tag: str
    heading: int  # 1..6, else 0
    titled: bool
    link: HtmlElement | None  # the link it stands in
    struck: bool


def read_pieces(region: Region) -> tuple[Piece, ...]:
    """The texts of a region in document order: each element with text of its own, and short ones of several parts."""
    inside = {element for part in region for element in part.iter()}
    return tuple(_piece(element, inside) for part in region for element in part.iter() if _speaks(element))


def spoken(found: CardField) -> Piece:
    """A text that an attribute gives, as a piece like the others."""
    return Piece(found.element, found.value, fold(found.value).text, "", "img", 0, False, None, False)


def _speaks(element: HtmlElement) -> bool:
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        return True
    return len(element) > 1 and _is_short(element)


def _is_short(element: HtmlElement) -> bool:
    """Whether all of it is one short line of inline elements with a number in it: «SAR» «99»."""
    inner = list(element.iterdescendants())
    if len(inner) > 6 or any(e.tag not in _INLINE for e in inner):
        return False
    text = text_of(element)
    return len(text) <= _SHORT and any(char.isdigit() for char in text)


def _piece(element: HtmlElement, inside: set[HtmlElement]) -> Piece:
    text = price_text(element) if _is_priced(element) else text_of(element)
    line = [element, *(around for around in islice(element.iterancestors(), _AROUND) if around in inside)]
    return Piece(
        element=element,
        text=text,
        plain=fold(text).text,
        classes=" ".join((*_own_classes(element, line), *_price_classes(text, line), column_of(element))),
        tag=str(element.tag),
        heading=max(map(heading_level, line)),
        titled=any(names_title(around) for around in line[:2] if around.get("class")),
        link=next((around for around in (element, *element.iterancestors("a")) if around.tag == "a"), None),
        struck=any(around.tag in _STRUCK or _STRUCK_STYLE.search(_style(around)) for around in line[:4]),
    )


def _is_priced(element: HtmlElement) -> bool:
    """Whether a number in it is written in several elements: «34» and a raised «.95»."""
    return len(element) > 0 and _is_short(element)


def _own_classes(element: HtmlElement, line: list[HtmlElement]) -> Iterator[str]:
    yield class_words(element)
    for inner, around in pairwise(line):
        if len(around) > 1 or (around.text or "").strip() or inner.tag not in _INLINE:
            return
        yield class_words(around)


def _price_classes(text: str, line: list[HtmlElement]) -> Iterator[str]:
    """What the elements around a price are called that hold it and words of price: «Regular price SAR 99»."""
    for around in line[1:] if is_price(text) else ():
        if not is_price(text_of(around)):
            return
        yield class_words(around)


def _style(element: HtmlElement) -> str:
    return f"{element.get('style') or ''} {element.get('class') or ''}"
