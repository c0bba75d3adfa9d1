"""The features of an HTML page, computed once from its source and tree when it is read."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from zoneinfo import ZoneInfo

from lxml import etree
from lxml.html import HtmlElement

from pipelines.likeness import SKETCH, PageFeatures, hashed, sketch_of
from pipelines.records import Block, Capture, Page, ReadingRules
from pipelines.web.decoding import BadContent, decode_html
from pipelines.web.disguises import asking_words, guard_marks, human_tests, refusing_words
from pipelines.web.html import HtmlContent, parse_html, read_html

__all__ = ["page_features", "read_features"]

_ANCHORS = 40  # link targets from each end of the page: its header's and its footer's
_END = 8192  # characters from the end of the source in which it is closed, trailing scripts included
_FEW_WORDS = 120  # a page of so few is nothing beside what its paragraphs say; in a longer one its headings tell
_SEPARATORS = re.compile(r"\s+[|–—·•»«:>/-]\s+|\s*\|\s*|:\s+")
_TYPE = re.compile(r'"@type"\s*:\s*(?:\[\s*)?"(?:https?://schema\.org/)?(\w{1,40})"')
_LINKED_DATA = etree.XPath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]")
_OPEN_TAG = re.compile(r"<[a-zA-Z/!?][^>]*\Z")


def page_features(source: str, tree: HtmlElement, content: HtmlContent) -> PageFeatures:
    """The features of a page; `source` is its decoded text, `tree` and `content` what was parsed and read from it."""
    lower = source.lower()
    blocks = content.blocks or tuple(placed.block for placed in content.placed)
    words = [word for block in blocks for word in block.text.casefold().split()]
    targets = list(dict.fromkeys(url.partition("#")[0].partition("?")[0] for url, _ in content.links))
    titles = tuple(dict.fromkeys(part for part in map(_folded, _SEPARATORS.split(content.title)) if part))
    told = tuple(_telling(content.title, titles, blocks, len(words)))
    return PageFeatures(
        titles=titles[:8],
        anchors=tuple(sorted(hashed((*targets[:_ANCHORS], *targets[-_ANCHORS:])))),
        classes=tuple(sorted(hashed(_names(tree)))[:SKETCH]),
        types=tuple(sorted(set(_types(tree)))[:20]),
        script=_script(words),
        words=len(words),
        links=len(targets),
        sketch=sketch_of(words),
        marks=guard_marks(lower),
        widgets=human_tests(lower),
        asks=asking_words(told),
        refuses=refusing_words(told),
        password=_asks_password(tree),
        ended=_ends(lower),
        cut=_is_cut(source, lower),
    )


def read_features(capture: Capture) -> PageFeatures | None:
    """The features of a captured body of which nothing else is read; None when it is no HTML that can be read."""
    if capture.body is None or capture.media_type not in ("text/html", "application/xhtml+xml"):
        return None
    rules = ReadingRules("", ZoneInfo("UTC"))
    page = Page(capture.final_url or capture.url, capture.body, capture.media_type, capture.fetched_at, rules)
    try:
        source = decode_html(page.body, capture.charset)
        tree = parse_html(source)
        return page_features(source, tree, read_html(page, tree))
    except BadContent:
        return None


def _folded(part: str) -> str:
    return " ".join(part.casefold().split())[:80]


def _telling(title: str, titles: Sequence[str], blocks: Sequence[Block], words: int) -> Iterator[str]:
    """The texts by which a page says what it is: title, first headings, and all of a page of few words."""
    yield title
    yield from titles
    yield from islice((block.text for block in blocks if block.kind == "heading"), 3)
    if words <= _FEW_WORDS:
        yield from (block.text for block in blocks[:12])


def _names(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter(etree.Element):
        yield from (element.get("class") or "").split()
        if element.get("id"):
            yield f"#{element.get('id')}"


def _types(tree: HtmlElement) -> Iterator[str]:
    for script in _LINKED_DATA(tree):
        yield from _TYPE.findall("".join(script.itertext()))
    for element in tree.iterfind(".//*[@itemtype]"):
        yield from (name.rpartition("/")[2][:40] for name in (element.get("itemtype") or "").split())


def _script(words: Iterable[str]) -> str:
    """The script of most letters of the first words."""
    letters = (letter for word in islice(words, 300) for letter in word if letter.isalpha())
    counted = Counter("latn" if "a" <= x <= "z" else _other_script(x) for x in letters)
    return counted.most_common(1)[0][0] if counted else ""


def _other_script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return "arab" if name.startswith("ARABIC") else "latn" if name.startswith("LATIN") else "other"


def _asks_password(tree: HtmlElement) -> bool:
    return any((field.get("type") or "").strip().lower() == "password" for field in tree.iter("input"))


def _ends(lower: str) -> bool:
    end = lower[-_END:]
    return "</html" in end or "</body" in end


def _is_cut(source: str, lower: str) -> bool:
    """Whether the source stops inside a tag, a comment, a script or a style."""
    tail = source.rstrip()
    last_tag = tail.rfind("<")
    if last_tag >= 0 and _OPEN_TAG.match(tail, last_tag):
        return True
    return any(
        lower.rfind(opening) > lower.rfind(closing)
        for opening, closing in (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
    )
