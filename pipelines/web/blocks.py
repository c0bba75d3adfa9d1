"""Block elements of a visible tree in reading order: headings, paragraphs, list items, table rows, preformatted text.

Every visible character outside controls lands in exactly one block (a header cell's text is repeated in its
column's rows). Text is cut where a browser would start a new block of layout: at block elements and at empty lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement

from pipelines.records import Block
from pipelines.web.characters import fold, tidy
from pipelines.web.tables import is_data_table, table_rows
from pipelines.web.treepaths import Paths

__all__ = ["Paths", "PlacedBlock", "read_blocks", "visible_text"]

Kind = Literal["heading", "paragraph", "list_item", "table_row", "preformatted"]

_BLOCKS = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup p pre search
    section summary table tbody td tfoot th thead tr ul
"""
_BLOCK_TAGS = frozenset(_BLOCKS.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_APART = frozenset(
    {"a", "img", "button", "label", "br", "time"}
)  # inline, but not run together with what stands beside them
_STRUCTURED = etree.XPath("boolean(.//h1|.//h2|.//h3|.//h4|.//h5|.//h6|.//ul|.//ol|.//dl|.//table|.//pre|.//section)")
_EVENTS: tuple[Literal["start", "end", "comment", "pi"], ...] = ("start", "end", "comment", "pi")
_LONGEST_HEADING = 400  # characters; a longer one is a heading somebody forgot to close


@dataclass(frozen=True)
class PlacedBlock:
    """A block and the element it stands in, whose ancestors tell whether it belongs to the main text."""

    block: Block
    element: HtmlElement
    linked: int = 0  # characters of its text inside links, about


@dataclass
class _Place:
    """An open block element."""

    element: HtmlElement
    item: _Place | None = None  # the nearest li or dd around it, itself included
    used: bool = False  # of an item: its first block is done, what follows are paragraphs
    term: str = ""  # of a dl: the dt that waits for its dd
    explained: bool = False  # of a dl: the term has had a dd


@dataclass
class _Walk:
    """The state of one walk: the open block elements, and the text since the last cut."""

    paths: Paths = field(default_factory=Paths)
    places: list[_Place] = field(default_factory=list)
    done: list[PlacedBlock] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    linked: int = 0
    links: int = 0  # how many links are open
    broken: bool = False  # a br was the last thing seen
    heading: HtmlElement | None = None  # the open heading: nothing inside it cuts


def visible_text(element: HtmlElement) -> str:
    """The folded text of an element of a visible tree, with a space wherever a block, link or line ends."""
    pieces: list[str] = []
    for event, node in etree.iterwalk(element, events=_EVENTS):
        if event in {"start", "end"} and (_is_block(node) or node.tag in _APART):
            pieces.append(" ")
        if event == "start":
            pieces.append(node.text or "")
        elif node is not element:
            pieces.append(node.tail or "")
    return fold("".join(pieces))


def read_blocks(shown: HtmlElement) -> list[PlacedBlock]:
    """All blocks of a visible tree, menus and footers included, in document order."""
    walk = _Walk(places=[_Place(shown)])
    steps = etree.iterwalk(shown, events=_EVENTS)
    for event, element in steps:
        if event == "end":
            _leave(walk, element)
        elif event != "start":
            _add(walk, element.tail)  # of a comment
        elif _enter(walk, element):
            steps.skip_subtree()
    _cut(walk)
    return walk.done


# ---------------------------------------------------------------- the walk


def _enter(walk: _Walk, element: HtmlElement) -> bool:
    """Opens an element; True when it has been read whole and its subtree is to be skipped."""
    if element.tag == "br":
        _break_line(walk)
    elif walk.heading is not None:
        _space(walk, element)
    elif _is_block(element):
        _cut(walk)
        if _read_whole(walk, element):
            return True
        _open(walk, element)
    elif element.tag == "button" and not _tells(walk, element):
        return True
    else:
        _space(walk, element)
    walk.links += element.tag == "a"
    _add(walk, element.text)
    return False


def _leave(walk: _Walk, element: HtmlElement) -> None:
    walk.links -= element.tag == "a"
    if walk.heading is not None and walk.heading is not element:
        _space(walk, element)
    elif walk.places[-1].element is element and len(walk.places) > 1:
        _cut(walk)
        _close(walk)
    else:
        _space(walk, element)
    _add(walk, element.tail)


def _open(walk: _Walk, element: HtmlElement) -> None:
    place = _Place(element)
    place.item = place if element.tag in {"li", "dd"} else walk.places[-1].item
    walk.places.append(place)
    if _heading_level(element) and _is_heading(element):
        walk.heading = element


def _close(walk: _Walk) -> None:
    place = walk.places.pop()
    if walk.heading is place.element:
        walk.heading = None
    if place.term and not place.explained:
        _place_block(walk, Block("list_item", place.term, path=walk.paths.of(place.element)), place.element)


def _read_whole(walk: _Walk, element: HtmlElement) -> bool:
    """Reads preformatted text and data tables, which are not walked into."""
    if element.tag == "pre":
        text = tidy("".join(element.itertext()))
        if text.strip():
            _place_block(walk, Block("preformatted", text, path=walk.paths.of(element)), element)
        return True
    if element.tag != "table" or not is_data_table(element):
        return False
    for row, text in table_rows(element, visible_text):
        kind: Kind = "table_row" if row.tag == "tr" else "paragraph"
        _place_block(walk, Block(kind, text, path=walk.paths.of(row)), row, _linked_text(row))
    return True


def _cut(walk: _Walk) -> None:
    """Ends the current block, if it has any text."""
    text = fold("".join(walk.texts))
    linked = min(walk.linked, len(text))
    walk.texts.clear()
    walk.linked, walk.broken = 0, False
    if not text:
        return
    place = walk.places[-1]
    if place.element.tag == "dt":
        _begin_term(walk, text)
        return
    _place_block(walk, _block(walk, place, text), place.element, linked)


def _block(walk: _Walk, place: _Place, text: str) -> Block:
    path = walk.paths.of(place.element)
    if walk.heading is not None:
        return Block("heading", text, _heading_level(place.element), path)
    item = place.item
    if item is None or item.used:
        return Block("paragraph", text, path=path)
    item.used = True
    return Block("list_item", _with_term(walk, item, text), path=path)


def _begin_term(walk: _Walk, text: str) -> None:
    terms = _term_list(walk)
    terms.term = f"{terms.term}, {text}" if terms.term and not terms.explained else text
    terms.explained = False


def _with_term(walk: _Walk, item: _Place, text: str) -> str:
    terms = _term_list(walk)
    if item.element.tag != "dd" or not terms.term:
        return text
    terms.explained = True
    return f"{terms.term}: {text}"


def _term_list(walk: _Walk) -> _Place:
    return next((place for place in reversed(walk.places) if place.element.tag == "dl"), walk.places[0])


def _place_block(walk: _Walk, block: Block, element: HtmlElement, linked: int = 0) -> None:
    walk.done.append(PlacedBlock(block, element, linked))


# ---------------------------------------------------------------- text between the cuts


def _add(walk: _Walk, text: str | None) -> None:
    if not text:
        return
    walk.texts.append(text)
    if not text.isspace():
        walk.broken = False
        walk.linked += len(text.strip()) if walk.links else 0


def _break_line(walk: _Walk) -> None:
    """One br is a space, two in a row an empty line."""
    if walk.broken and walk.heading is None:
        _cut(walk)
    walk.texts.append(" ")
    walk.broken = True


def _space(walk: _Walk, element: HtmlElement) -> None:
    if element.tag in _APART or _is_block(element):
        walk.texts.append(" ")


# ---------------------------------------------------------------- elements


def _tag(element: HtmlElement) -> str:
    return str(element.tag)


def _is_block(element: HtmlElement) -> bool:
    """Block elements, custom elements (most are laid out as blocks) and whatever has the role of a heading."""
    return element.tag in _BLOCK_TAGS or "-" in _tag(element) or element.get("role") == "heading"


def _heading_level(element: HtmlElement) -> int:
    if element.get("role") == "heading":
        level = element.get("aria-level", "2")
        return min(6, max(1, int(level))) if level.isascii() and level.isdigit() else 2
    return _HEADINGS.get(_tag(element), 0)


def _is_heading(element: HtmlElement) -> bool:
    return not _STRUCTURED(element) and len(visible_text(element)) <= _LONGEST_HEADING


def _tells(walk: _Walk, button: HtmlElement) -> bool:
    """Whether a button's text is content: it heads what it unfolds. Other buttons only invite to press them."""
    place = walk.places[-1].element.tag
    unfolds = button.get("aria-expanded") or button.get("data-bs-toggle") == "collapse"
    return bool(unfolds) or place in {"dt", "summary"} or visible_text(button).endswith(("?", "؟"))


def _linked_text(element: HtmlElement) -> int:
    return sum(len(visible_text(anchor)) for anchor in element.iter("a"))
