"""Whether the thing a page is about is to be had, by what stands around its heading and price."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.offers.availability import declared_availability, stated_availability
from pipelines.offers.pages.kinds import LEAD
from pipelines.offers.pages.marks import PageMarks
from pipelines.offers.prices.shown import ShownPrice, names_of, stands_aside, words_of

__all__ = ["State", "read_state"]

_CHOICE = re.compile(r"variant|swatch|size|option")


@dataclass(frozen=True)
class State:
    """A state by schema.org's name, the text that says it, and the rule that read it; all empty when nothing does."""

    name: str = ""
    text: str = ""
    rule: str = ""


def read_state(heading: HtmlElement, marks: PageMarks, shown: ShownPrice | None) -> State:
    """What the page declares of its thing, else what it says near the heading: sold out before in stock."""
    if marks.availability:
        name, text = declared_availability([marks.availability])
        return State(name, text, "meta:availability")
    around = shown.around if shown else _around(heading)
    said = [(state, text) for text in _short_texts(around, heading) if (state := stated_availability(text))]
    for wanted in ("SoldOut", "OutOfStock", "InStock"):
        for state, text in said:
            if state == wanted:
                return State(state, text, "page:availability")
    return State()


def _around(heading: HtmlElement) -> HtmlElement:
    """The heading's own part of the page where no price tells how far that goes."""
    around = heading
    for parent in heading.iterancestors():
        if parent.tag in ("body", "html") or len(words_of(parent)) > LEAD:
            break
        around = parent
    return around


def _short_texts(around: HtmlElement, heading: HtmlElement) -> list[str]:
    """The short texts of an element that are not those of a size or colour to choose, nor of something else."""
    found = []
    for element in around.iter("p", "span", "div", "strong", "b", "button", "td", "dd", "em"):
        text = words_of(element)
        if 0 < len(text) <= 60 and not _is_choice(element, around) and not stands_aside(element, heading):
            found.append(text)
    return found


def _is_choice(element: HtmlElement, around: HtmlElement) -> bool:
    for parent in (element, *element.iterancestors()):
        if parent is around:
            return False
        if parent.tag in ("li", "label", "option", "a") or _CHOICE.search(names_of(parent)):
            return True
    return False
