"""What a sitemap lists (sitemaps.org protocol): page addresses, or further sitemaps.

Parsed as a stream: fifty thousand addresses never stand in a tree. No entity is expanded and a
document type declaration is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from pipelines.records import FreshetError
from pipelines.urls import BadUrl, normalise_url
from spiders.inflate import BadEncoding, CutShort, gunzip

__all__ = ["MAX_ENTRIES", "BadSitemap", "Sitemap", "read_sitemap"]

MAX_ENTRIES = 50_000  # in one file, by the protocol
_PIECE = 64 * 2**10
_GZIP = b"\x1f\x8b"
_BOM = "\ufeff"


class BadSitemap(FreshetError):
    """Not a sitemap, or a hostile one."""


@dataclass(frozen=True)
class Sitemap:
    """What one sitemap file lists, normalised, each once."""

    pages: tuple[str, ...]  # the most recently changed first, then as listed: lastmod is a hint and orders only
    sitemaps: tuple[str, ...] = ()
    cut: bool = False  # more than MAX_ENTRIES are listed
    unreadable: int = 0  # entries that are no web address


def read_sitemap(body: bytes, limit: int) -> Sitemap:
    """Return what a sitemap lists: XML urlset or index, or plain text with an address a line; gzip or not.

    `limit`: bytes after inflating. Raises Oversized beyond it and BadSitemap when it is none.
    """
    content = _inflated(body, limit)
    if content.lstrip()[:1] != b"<" and not content.startswith((b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")):
        return _collected([(line.strip(), "") for line in _lines(content)], [], len(_lines(content)) > MAX_ENTRIES)
    return _parsed(content)


def _inflated(body: bytes, limit: int) -> bytes:
    if not body.startswith(_GZIP):
        return body
    try:
        content = gunzip(body, limit)
    except (CutShort, BadEncoding) as error:
        raise BadSitemap(f"the .gz file is damaged: {error}") from error
    if content.startswith(_GZIP):
        raise BadSitemap("gzip within gzip; publish the sitemap compressed once")
    return content


def _lines(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        raise BadSitemap("neither XML nor UTF-8 text with an address a line") from error
    lines = [line for line in text.splitlines()[: MAX_ENTRIES + 1] if line.strip()]
    if not any(line.strip().startswith(("http://", "https://")) for line in lines):
        raise BadSitemap("neither XML nor text with an address a line")
    return lines


def _parsed(content: bytes) -> Sitemap:
    parser = etree.XMLPullParser(events=("start", "end"), resolve_entities=False, no_network=True, recover=False)
    reader = _Reader()
    try:
        for at in range(0, len(content), _PIECE):
            parser.feed(content[at : at + _PIECE])
            if reader.take(parser):
                break
        else:
            parser.close()
            reader.take(parser)
    except etree.LxmlError as error:
        raise BadSitemap(f"not well-formed XML ({error})") from error
    return _collected(reader.pages, reader.sitemaps, reader.full)


class _Reader:
    """Collects (address, lastmod) pairs from parser events and drops each element when it is read."""

    def __init__(self) -> None:
        self.pages: list[tuple[str, str]] = []
        self.sitemaps: list[tuple[str, str]] = []
        self.root = ""
        self.loc = self.lastmod = ""

    @property
    def full(self) -> bool:
        return len(self.pages) + len(self.sitemaps) >= MAX_ENTRIES

    def take(self, parser: etree.XMLPullParser) -> bool:
        """Read the events so far; True when no more are wanted."""
        for event, element in parser.read_events():
            if event == "start":
                self._begin(element)
            else:
                self._end(element)
            if self.full:
                return True
        return False

    def _begin(self, element: etree._Element) -> None:
        if self.root:
            return
        self.root = _name(element)
        if element.getroottree().docinfo.doctype:
            raise BadSitemap("it declares a document type, which sitemaps have no use for and attacks do")
        if self.root not in ("urlset", "sitemapindex"):
            raise BadSitemap(f"its root is <{self.root[:40]}>, not <urlset> or <sitemapindex>")

    def _end(self, element: etree._Element) -> None:
        name = _name(element)
        if name == "loc" and _name(element.getparent()) in ("url", "sitemap"):
            self.loc = (element.text or "").strip()
        elif name == "lastmod":
            self.lastmod = (element.text or "").strip()
        elif name in ("url", "sitemap"):
            (self.sitemaps if name == "sitemap" else self.pages).append((self.loc, self.lastmod))
            self.loc = self.lastmod = ""
            _drop(element)


def _name(element: etree._Element | None) -> str:
    if element is None or not isinstance(element.tag, str):
        return ""
    return element.tag.rpartition("}")[2].lower()


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    element.clear()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _collected(pages: list[tuple[str, str]], sitemaps: list[tuple[str, str]], cut: bool) -> Sitemap:
    pages.sort(key=lambda entry: entry[1], reverse=True)  # W3C dates sort as text; stable, so no date keeps its order
    listed, bad = _addresses(pages)
    further, bad_further = _addresses(sitemaps)
    return Sitemap(listed, further, cut, bad + bad_further)


def _addresses(entries: list[tuple[str, str]]) -> tuple[tuple[str, ...], int]:
    found: dict[str, None] = {}
    bad = 0
    for loc, _ in entries[:MAX_ENTRIES]:
        try:
            found[normalise_url(loc)] = None
        except BadUrl:
            bad += 1
    return tuple(found), bad
