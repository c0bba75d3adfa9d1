"""What an HTML page says: its title, language, visible blocks in reading order, links and declarations.

The way of a page: bytes → `decode_html` (decoding) → `parse_html` → `visible_tree` (visibility) → `read_blocks`
(blocks, tables) → `main_blocks` (main_text). Nothing is fetched and no clock is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from pipelines.records import Block, Finding, Page
from pipelines.web.blocks import PlacedBlock, read_blocks, visible_text
from pipelines.web.characters import fold
from pipelines.web.decoding import BadContent, decode_html
from pipelines.web.language import language_of
from pipelines.web.main_text import main_blocks
from pipelines.web.visibility import visible_tree

__all__ = ["HtmlContent", "decode_html", "parse_html", "read_html", "visible_text"]

_MOST_CHARACTERS = 16_000_000  # a tree takes some 30 times its text: half a gigabyte at this size
_MOST_TAGS = 1_000_000  # tags opening and closing
_MOST_DAMAGED = 100  # words for each one with a broken byte


@dataclass(frozen=True)
class HtmlContent:
    """One page read."""

    title: str  # folded; empty when the page has none
    language: str  # BCP 47 primary tag, "und" when unknown
    blocks: tuple[Block, ...]  # main text in reading order; Block.path is the element's getpath in either tree
    visible: HtmlElement = field(repr=False, compare=False)  # same paths as the parsed tree, unseen elements emptied
    placed: tuple[PlacedBlock, ...] = field(default=(), repr=False, compare=False)  # all blocks, menus included
    description: str = ""  # meta description
    canonical: str | None = None  # absolute, not normalised
    alternates: tuple[tuple[str, str], ...] = ()  # (hreflang, absolute URL)
    base: str = ""  # against which the page's links are resolved
    links: tuple[tuple[str, str], ...] = ()  # (absolute URL, visible text) in document order, http and https only
    unavailable_after: str | None = None  # raw value of the robots directive
    findings: tuple[Finding, ...] = ()


def parse_html(text: str) -> HtmlElement:
    """The page's tree; parse once and pass it on.

    Raises BadContent when the page is empty, larger than 16 million characters or a million tags,
    or nested deeper than 2048 levels: a tree silently cut would look like content withdrawn.
    """
    if len(text) > _MOST_CHARACTERS or text.count("<") > _MOST_TAGS:
        raise BadContent(f"page of {len(text):,} characters: more than can be read; split it or exclude it by `deny`")
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        tree = lxml.html.document_fromstring(_parsable(text), parser=parser)
    except etree.ParserError as error:
        raise BadContent("page without any element: nothing to read") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise BadContent("page nested deeper than 2048 levels: its end cannot be read; exclude it by `deny`")
    return tree


def _parsable(text: str) -> bytes:
    return text.replace("\0", "").encode("utf-8", "replace")


def read_html(page: Page, tree: HtmlElement) -> HtmlContent:
    """What the page says; `tree` is `parse_html` of its text and is not changed.

    Raises BadContent when more than one word in a hundred holds a broken byte (U+FFFD).
    """
    shown, findings = visible_tree(tree)
    base = _base(tree, page.url)
    placed = read_blocks(shown)
    blocks = main_blocks(tree, shown, placed)
    return HtmlContent(
        title=_title(tree, placed),
        language=language_of(" ".join(b.text for b in blocks or [p.block for p in placed]), _declared_language(tree)),
        blocks=blocks,
        visible=shown,
        placed=tuple(placed),
        description=_meta(tree, "description") or _meta(tree, "og:description") or "",
        canonical=next(_link_relations(tree, "canonical", base), (None, None))[1],
        alternates=tuple((lang, url) for lang, url in _link_relations(tree, "alternate", base) if lang),
        base=base,
        links=tuple(_links(shown, base)),
        unavailable_after=_unavailable_after(tree),
        findings=(*findings, *_damage(blocks)),
    )


def _damage(blocks: tuple[Block, ...]) -> Iterator[Finding]:
    """A finding for words with a replaced byte; BadContent where they are so many that the text cannot be trusted."""
    words = [word for block in blocks for word in block.text.split()]
    damaged = [word for word in words if "\ufffd" in word]
    if len(damaged) * _MOST_DAMAGED > len(words):
        raise BadContent(f"{len(damaged)} of {len(words)} words hold broken bytes, such as «{damaged[0][:40]}»")
    if damaged:
        yield Finding("damaged-text", f"{len(damaged)} words hold broken bytes", " … ".join(damaged[:5])[:200])


# ---------------------------------------------------------------- what the page declares


def _title(tree: HtmlElement, placed: list[PlacedBlock]) -> str:
    """The title element, else og:title, else the first heading."""
    declared = fold(tree.findtext(".//head/title") or tree.findtext(".//title") or "")
    first = next((p.block.text for p in placed if p.block.kind == "heading"), "")
    return declared or _meta(tree, "og:title") or first


def _declared_language(tree: HtmlElement) -> str | None:
    root = tree.getroottree().getroot()
    return root.get("lang") or root.get("xml:lang") or _meta(tree, "content-language") or _meta(tree, "og:locale")


def _meta(tree: HtmlElement, name: str) -> str | None:
    for meta in tree.iter("meta"):
        if name in {(meta.get(key) or "").strip().lower() for key in ("name", "property", "http-equiv")}:
            return fold(meta.get("content") or "") or None
    return None


def _unavailable_after(tree: HtmlElement) -> str | None:
    for meta in tree.iter("meta"):
        content = meta.get("content") or ""
        directive, _, value = content.partition(":")
        if (meta.get("name") or "").lower() in {"robots", "googlebot"} and "unavailable_after" in directive.lower():
            return fold(value) or None
    return None


def _base(tree: HtmlElement, url: str) -> str:
    declared = next((base.get("href") for base in tree.iter("base") if base.get("href")), None)
    return (_resolve(url, declared) if declared else None) or url


def _link_relations(tree: HtmlElement, relation: str, base: str) -> Iterator[tuple[str, str]]:
    for link in tree.iter("link"):
        url = _resolve(base, link.get("href") or "")
        if url and relation in (link.get("rel") or "").lower().split():
            yield (link.get("hreflang") or "").strip().lower(), url


def _links(shown: HtmlElement, base: str) -> Iterator[tuple[str, str]]:
    for anchor in shown.iter("a"):
        url = _resolve(base, anchor.get("href") or "")
        if url:
            yield url, visible_text(anchor)


def _resolve(base: str, reference: str) -> str | None:
    """The absolute URL; None when there is none, or it is not http(s)."""
    try:
        url = urljoin(base, reference.strip()) if reference.strip() else ""
        return url if urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None
