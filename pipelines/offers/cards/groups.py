"""The repeated parts of a page: elements of one shape, however they are wrapped.

Two ways lead to them, and both are tried everywhere:

- *titles*: elements that head something (headings, elements called title, terms, lines all in bold) of one shape.
  Each one's part is the largest element around it that holds no other of them; where that is the title alone,
  the part goes on through the neighbours up to the next title (cards that nobody wrapped).
- *siblings*: elements of one tag and class under one parent, and under parents of one place (rows of a grid).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.offers.cards.looks import Region, class_words, heading_level, names_title, text_of

__all__ = ["is_clone", "repeated_parts", "titled_elements"]

_BODY = frozenset({"html", "body", "main"})
_BOLD = frozenset({"strong", "b", "dt", "summary"})
_SIBLINGS = frozenset({"div", "li", "article", "section", "a", "tr", "figure", "dd", "td", "details", "p"})
_STATE = re.compile(
    r"\d|^(?:active|current|first|last|odd|even|show|selected|open|featured|sticky|is|has|js|clone\w*|hidden|visible|animated|fade\w*|"
    r"alt|new|hot|sale|expired|ended|sold|soldout|instock|outofstock|onsale|disabled|inactive|wow|aos|lazy\w*)(?:$|[-_])"
)
_CLONE = re.compile(r"slick-cloned|swiper-slide-duplicate|(?<!\w)cloned(?!\w)")
_MOST_NEIGHBOURS = 12
_LONGEST_TITLE = 250  # characters


def repeated_parts(body: HtmlElement, skipped: Callable[[HtmlElement], bool]) -> list[tuple[Region, ...]]:
    """All groups of parts of one shape, each in document order; one group may hold the parts of another."""
    elements = list(_walk(body, skipped))
    groups = [tuple(_parts_of(titles)) for titles in _titles(elements)]
    groups.extend(tuple((element,) for element in siblings) for siblings in _siblings(elements))
    return list(dict.fromkeys(group for group in groups if group))


def titled_elements(body: HtmlElement, skipped: Callable[[HtmlElement], bool]) -> list[HtmlElement]:
    """All elements outside boilerplate that head something, in document order."""
    return [element for element in _walk(body, skipped) if _title_kind(element)]


def _walk(body: HtmlElement, skipped: Callable[[HtmlElement], bool]) -> Iterator[HtmlElement]:
    """The elements outside boilerplate, in document order."""
    stack = [body]
    while stack:
        element = stack.pop()
        if isinstance(element.tag, str) and not skipped(element):
            yield element
            stack.extend(reversed(element))


def _shape(element: HtmlElement) -> str:
    """The classes that stay the same from card to card, as one word."""
    return " ".join(sorted(word for word in (element.get("class") or "").split() if not _STATE.search(word.lower())))


# ---------------------------------------------------------------- by titles


def _titles(elements: Iterable[HtmlElement]) -> list[list[HtmlElement]]:
    """Elements that head something, by shape."""
    groups: dict[tuple[str, ...], list[HtmlElement]] = defaultdict(list)
    for element in elements:
        kind = _title_kind(element)
        if kind and 0 < len(text_of(element)) <= _LONGEST_TITLE:
            groups[(kind, *_place(element))].append(element)
            groups[(kind,)].append(element)
    return list(groups.values())


def _title_kind(element: HtmlElement) -> str:
    if heading_level(element):
        return f"h{heading_level(element)}"
    if element.tag in _BOLD and (element.tag in {"dt", "summary"} or _is_line(element)):
        return str(element.tag)
    return "titled" if element.get("class") and names_title(element) else ""


def _is_line(bold: HtmlElement) -> bool:
    """Whether a bold text is a line of its own: all its parent says, or all of its first line."""
    parent = bold.getparent()
    if parent is None or (parent.text or "").strip():
        return False
    before, following = bold.getprevious(), bold.getnext()
    if before is not None and before.tag != "br":
        return False
    return not (bold.tail or "").strip() and (following is None or following.tag == "br")


def _place(element: HtmlElement) -> tuple[str, ...]:
    """Tag and classes of the element and of those around it, up to the first that has classes."""
    line = [f"{element.tag!s}.{_shape(element)}"]
    for around in element.iterancestors():
        if line[-1][-1] != "." or around.tag in _BODY:
            break
        line.append(f"{around.tag!s}.{_shape(around)}")
    return tuple(line)


def _parts_of(titles: Sequence[HtmlElement]) -> Iterator[Region]:
    crowd = Counter(around for title in titles for around in title.iterancestors())
    units = [_largest_alone(title, crowd) for title in titles]
    known = set(units)
    bare = {unit: len(text_of(title)) >= 0.8 * len(text_of(unit)) for unit, title in zip(units, titles, strict=True)}
    runs = {
        unit: _run(unit, known, heading_level(title)) for unit, title in zip(units, titles, strict=True) if bare[unit]
    }
    _limit_last(runs)
    for unit in dict.fromkeys(units):
        yield tuple(runs.get(unit, (unit,)))


def _largest_alone(title: HtmlElement, crowd: Counter[HtmlElement]) -> HtmlElement:
    unit = title
    for around in title.iterancestors():
        if crowd[around] > 1 or around.tag in _BODY:
            break
        unit = around
    return unit


def _run(unit: HtmlElement, known: set[HtmlElement], level: int) -> list[HtmlElement]:
    """A title and what follows it, up to the next title or a heading over both."""
    run = [unit]
    for following in unit.itersiblings():
        if len(run) > _MOST_NEIGHBOURS or following.tag in {"hr", "footer", "nav"}:
            break
        if any(inner in known or 0 < heading_level(inner) <= (level or 4) for inner in following.iter()):
            break
        run.append(following)
    return run


def _limit_last(runs: dict[HtmlElement, list[HtmlElement]]) -> None:
    """The last of several has no next title to end it: it is no longer than the longest before it."""
    by_parent: dict[HtmlElement | None, list[HtmlElement]] = defaultdict(list)
    for unit in runs:
        by_parent[unit.getparent()].append(unit)
    for units in by_parent.values():
        if len(units) > 1:
            longest = max(len(runs[unit]) for unit in units[:-1])
            del runs[units[-1]][longest:]


# ---------------------------------------------------------------- by siblings


def _siblings(elements: Iterable[HtmlElement]) -> list[list[HtmlElement]]:
    """Children of one tag and shape that have text or an image, by the place of their parent."""
    by_parent: dict[HtmlElement, list[HtmlElement]] = defaultdict(list)
    for element in elements:
        parent = element.getparent()
        if parent is not None and (element.tag in _SIBLINGS or "-" in str(element.tag)) and len(element) > 0:
            by_parent[parent].append(element)
    groups: dict[tuple[str, ...], list[HtmlElement]] = defaultdict(list)
    for parent, children in by_parent.items():
        for shape, alike in _alike(children):
            place = (f"{parent.tag!s}.{_shape(parent)}", *_place(parent)) if len(alike) > 1 or shape else ()
            groups[(shape, *place)].extend(alike)
    return [group for group in groups.values() if len(group) > 1]


def _alike(children: Sequence[HtmlElement]) -> Iterator[tuple[str, list[HtmlElement]]]:
    """The children by tag and classes; by tag and the classes they share where each has others besides."""
    by_tag: dict[str, list[HtmlElement]] = defaultdict(list)
    for child in children:
        by_tag[str(child.tag)].append(child)
    for tag, group in by_tag.items():
        exact: dict[str, list[HtmlElement]] = defaultdict(list)
        for child in group:
            exact[_shape(child)].append(child)
        shared = frozenset.intersection(*(frozenset(shape.split()) for shape in exact))
        if shared:
            yield f"{tag}.{' '.join(sorted(shared))}", group
        else:
            yield from ((f"{tag}.{shape}", alike) for shape, alike in exact.items())


def is_clone(region: Region) -> bool:
    """Whether a slider copied it from another of its slides."""
    return any(_CLONE.search(class_words(element)) for element in (region[0], *region[0].iterancestors()))
