"""What one look at a part of a page tells about it: text, link, image, headings and the words of an offer in it.

A look is cheap and is taken at every part that may be a card; the fields are read only from those that are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from pipelines.offers.cards.signs import CALL, EDITORIAL, LISTING, MONEY, OFFERING, PLAIN_CALL, SAVING, TIMELY
from pipelines.web.characters import fold as fold_spaces
from pipelines.windows.datetokens import fold

__all__ = [
    "HEADINGS",
    "Look",
    "Region",
    "class_words",
    "heading_level",
    "is_editorial",
    "leads_somewhere",
    "look_at",
    "names_title",
    "text_of",
]

Region = tuple[HtmlElement, ...]  # one element, or neighbours that nobody wrapped
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLED = re.compile(r"(?<![a-z])(?:title|headline|heading|header|name|subject|caption-title)(?![a-z])")
_NOT_TITLED = re.compile(
    r"(?<![a-z])(?:sub|user|author|price|company|meta|file|category|section|wrap\w*|brand|store|merchant|page|img|image|icon)(?![a-z])"
)
_COLUMNS = (
    ("valid-until", re.compile(r"\b(?:valid|until|expir|ends?|end date)|صالح|حتي|ينتهي|انتهاء|صلاحيه|ساري")),
    ("price-old", re.compile(r"\b(?:was|before|old|regular|usual)\b|قبل|السابق|كان|الاصلي")),
    ("price", re.compile(r"\b(?:price|now|cost|fee)\b|سعر|الان")),
    ("coupon-code", re.compile(r"\bcode\b|كود|رمز")),
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOWHERE = re.compile(r"^(?:#|javascript:|mailto:|tel:|sms:|whatsapp:|data:)", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"//(?:www\.)?(?:facebook|twitter|x|instagram|linkedin|pinterest|t\.me|wa\.me|api\.whatsapp|youtube|snapchat|tiktok)\b|[/.]maps?[./]|/maps\b"
)
CODE_ATTRIBUTES = ("data-clipboard-text", "data-coupon-code", "data-coupon", "data-code", "data-promo-code")
_CONTROLS = frozenset({"label", "select", "input", "option", "textarea"})
_BOLD = frozenset({"strong", "b", "dt", "th"})
_MOST_ELEMENTS = 600  # likewise
_MOST_TEXT = 4_000  # characters; more is no card but a part of the page
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_WORDS_OF_IMAGES = frozenset(
    {"icon", "logo", "image", "img", "photo", "picture", "banner", "thumbnail", "png", "jpg", "svg", "webp"}
)
_SHORTEST_PROSE = 4  # words


@dataclass(frozen=True)
class Look:
    """One part of a page as seen at a glance."""

    text: str  # white space folded
    plain: str  # folded for matching, alternative texts included
    head: str  # its first heading, folded
    headings: int  # headings and elements called title
    links: tuple[str, ...]  # distinct addresses that lead to a page
    images: int
    call: bool  # a button or link says what to do
    prose: int  # words of the longest passage
    priced: bool
    saving: bool
    timely: bool
    offering: bool
    coded: bool
    bold: bool
    controls: int  # of a form
    sized: bool  # it is no larger than a card may be
    words: int  # its text and the names of its images and links, without "icon" and its like

    @property
    def signs(self) -> int:
        """How many kinds of things it says that offers say."""
        return self.saving + self.timely + self.priced + self.coded

    @property
    def strong(self) -> bool:
        """Whether it says something that hardly any text but an offer's says."""
        return self.saving or self.timely or self.coded

    @property
    def weight(self) -> int:
        """How complete a card it would be; two is what any list item has."""
        shown = (bool(self.headings), bool(self.links), self.images > 0, self.prose >= _SHORTEST_PROSE, self.call)
        return sum(shown) + self.strong + (self.priced or self.offering)


def class_words(element: HtmlElement) -> str:
    """The element's class and id in lower case, words of camel case apart."""
    return _CAMEL.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}").lower()


def heading_level(element: HtmlElement) -> int:
    """1 to 6 for a heading, else 0."""
    if element.tag in HEADINGS:
        return int(element.tag[1])
    return 2 if element.get("role") == "heading" else 0


def names_title(element: HtmlElement) -> bool:
    """Whether the element's class says that it is a title."""
    words = class_words(element)
    return bool(_TITLED.search(words)) and not _NOT_TITLED.search(words)


def text_of(element: HtmlElement) -> str:
    """The element's text with a space between its parts, white space folded."""
    return fold_spaces(" ".join(element.itertext()))


def column_of(cell: HtmlElement) -> str:
    """For a cell of a table with a head, what its column is called, put in the words that classes use."""
    if cell.tag != "td":
        return ""
    row = cell.getparent()
    table = next(cell.iterancestors("table"), None)
    head = next(table.iter("tr"), None) if table is not None else None
    if row is None or head is None or head is row or head.find("th") is None:
        return ""
    at = list(row).index(cell)
    words = fold(text_of(head[at])).text if at < len(head) else ""
    return next((name for name, pattern in _COLUMNS if pattern.search(words)), words)


@dataclass
class _Gathered:
    """What a look has come across so far."""

    texts: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)  # titles of links, texts of images, columns of cells
    links: dict[str, None] = field(default_factory=dict)
    head: str = ""
    headings: int = 0
    images: int = 0
    controls: int = 0
    call: bool = False
    bold: bool = False
    coded: bool = False


def look_at(region: Region) -> Look:
    """A look at a region of the visible tree."""
    seen = _Gathered()
    elements = list(islice((inner for part in region for inner in part.iter()), _MOST_ELEMENTS + 1))
    for element in elements:
        seen.texts.extend(filter(None, (element.text, element.tail if element not in region else None)))
        _gather(element, seen)
    for around in region[0].iterancestors("a"):
        _add_link(seen.links, around)
    return _look(seen, len(elements) <= _MOST_ELEMENTS)


def _gather(element: HtmlElement, seen: _Gathered) -> None:
    tag = element.tag
    seen.coded = seen.coded or any(name in element.attrib for name in CODE_ATTRIBUTES)
    if tag in {"a", "button"}:
        _gather_link(element, seen)
    elif tag == "img":
        seen.images += 1
        seen.unwritten.append(element.get("alt") or "")
    elif tag == "td":
        seen.unwritten.append(_with_column(element))
    elif tag in _CONTROLS:
        seen.controls += 1
    elif tag in _BOLD:
        seen.bold = True
    elif tag in HEADINGS or (element.get("class") and names_title(element)):
        seen.headings += 1
        seen.head = seen.head or fold(text_of(element)).text


def _gather_link(element: HtmlElement, seen: _Gathered) -> None:
    words = fold(text_of(element)).text
    seen.call = seen.call or element.tag == "button" or bool(PLAIN_CALL.fullmatch(words) or CALL.search(words))
    seen.unwritten.append(element.get("title") or "")
    if not LISTING.fullmatch(words):
        _add_link(seen.links, element)


def _with_column(cell: HtmlElement) -> str:
    column = column_of(cell)
    return f"{column.replace('-', ' ')} {text_of(cell)}" if column else ""


def _look(seen: _Gathered, whole: bool) -> Look:
    text = fold_spaces(" ".join(seen.texts))
    plain = fold(f"{text} {' '.join(filter(None, seen.unwritten))}"[:_MOST_TEXT]).text
    return Look(
        text=text, plain=plain, head=seen.head, headings=seen.headings, links=tuple(seen.links), images=seen.images,
        call=seen.call, prose=max((len(part.split()) for part in seen.texts), default=0),
        priced=bool(MONEY.search(plain)), saving=bool(SAVING.search(plain)), timely=bool(TIMELY.search(plain)),
        offering=bool(OFFERING.search(plain)), coded=seen.coded, bold=seen.bold, controls=seen.controls,
        words=len({word for word in _WORD.findall(plain) if word not in _WORDS_OF_IMAGES}),
        sized=whole and len(text) <= _MOST_TEXT,
    )  # fmt: skip


def leads_somewhere(link: HtmlElement) -> bool:
    """Whether a link leads to a page: not to a place on this one, a telephone, a map or a network to share with."""
    href = (link.get("href") or "").strip()
    return bool(href) and not _NOWHERE.match(href) and not _ELSEWHERE.search(href)


def _add_link(links: dict[str, None], link: HtmlElement) -> None:
    if leads_somewhere(link):
        links[(link.get("href") or "").strip()] = None


def is_editorial(title: str) -> bool:
    """Whether a title is one of an article rather than of an offer."""
    return bool(EDITORIAL.search(fold(title).text))
