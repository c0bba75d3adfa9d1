"""Where a page leads: read in one pass over its bytes, without building a tree.

A push parser sees each opening tag once, so a page of a million links or a hundred thousand
levels costs its length and no more, and a usual page less than the tree would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree
from w3lib.html import get_meta_refresh

from pipelines.urls import BadUrl, Scope, normalise_url
from spiders.sniff import document_type_of

__all__ = ["MAX_LINKS", "PageLinks", "belongs", "follow", "read_links"]

MAX_LINKS = 10_000  # on one page; menus and sitemaps for people have hundreds, traps have more
_PIECE = 64 * 2**10
_LONGEST_URL = 2048  # characters, the most a sitemap may list (sitemaps.org); longer ones come from traps
_REFRESH_DELAY = 10.0  # seconds; a page that stays longer is meant to be read
_REFRESH_HEAD = 64 * 2**10  # where a refresh is looked for
_FOLLOWED_RELS = frozenset({"next", "prev", "alternate"})

# What no reader reads. A closed list: an address that ends otherwise is asked for and judged by its bytes.
_SKIPPED = (
    "7z aac apk atom avi avif bin bmp bz2 cab css deb dmg eot exe flac flv gif gz heic ico ics iso jar jpeg jpg js "
    "json jsonld m4a m4v map mjs mkv mov mp3 mp4 mpeg mpg msi ogg ogv otf pkg png psd rar rpm rss svg tar tgz tif "
    "tiff ttf vcf wasm wav webm webmanifest webp wma wmv woff woff2 xml xz zip zst"
)
_SKIPPED_EXTENSIONS = tuple(f".{name}" for name in _SKIPPED.split())


@dataclass(frozen=True)
class PageLinks:
    """What one page points to, as written on it."""

    references: tuple[str, ...]  # in document order, each once
    base: str  # absolute, against which they are meant
    refresh: str | None = None  # absolute; the page only sends its visitors there
    cut: bool = False  # the page has more than MAX_LINKS


def read_links(body: bytes, url: str, charset: str | None = None) -> PageLinks:
    """Return what an HTML page at `url` points to: a, area, link rel=next/prev, alternates with hreflang, refresh."""
    target = _Target()
    parser = _parser(target, charset)
    try:
        for at in range(0, len(body), _PIECE):
            parser.feed(body[at : at + _PIECE])
        parser.close()
    except _Enough:
        pass
    except etree.LxmlError:  # bytes that are no markup at all: whatever was seen before them stands
        pass
    base = _base(target.base, url)
    refresh = _refresh(body, base, charset) if target.refreshes else None
    return PageLinks(tuple(target.references), base, refresh, len(target.references) >= MAX_LINKS)


def follow(links: PageLinks, scope: Scope, *, documents: bool) -> tuple[str, ...]:
    """Return the normalised addresses worth asking for: in scope, in document order, each once."""
    return tuple(dict.fromkeys(_followed(links, scope, documents)))


def _followed(links: PageLinks, scope: Scope, documents: bool) -> Iterator[str]:
    for reference in links.references:
        try:
            found = normalise_url(reference, links.base)
        except BadUrl:
            continue  # mailto:, javascript:, tel: and typing errors lead nowhere
        if belongs(found, scope, documents):
            yield found


@lru_cache(maxsize=4096)  # the same menus on every page
def belongs(url: str, scope: Scope, documents: bool) -> bool:
    """Whether a normalised address is worth asking for: in scope, and of a kind that is read."""
    path = url.partition("?")[0].lower()
    if len(url) > _LONGEST_URL or path.endswith(_SKIPPED_EXTENSIONS):
        return False
    if document_type_of(path):
        return documents and scope.holds_document(url)
    return scope.holds(url)


class _Enough(Exception):
    """The page has more links than are read; not an error."""


class _Target:
    """Receives opening tags; lxml calls nothing else, so text and closing tags cost no Python."""

    def __init__(self) -> None:
        self.references: dict[str, None] = {}  # in order, each once
        self.base: str | None = None
        self.refreshes = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in ("a", "area"):
            self._add(attributes.get("href"))
        elif tag == "link":
            if _is_followed(attributes):
                self._add(attributes.get("href"))
        elif tag == "base":
            self.base = self.base or attributes.get("href")
        elif tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.refreshes = True

    def close(self) -> None:
        return None

    def _add(self, reference: str | None) -> None:
        if not reference or reference.startswith("#"):
            return
        self.references[reference] = None
        if len(self.references) >= MAX_LINKS:
            raise _Enough


def _is_followed(attributes: Mapping[str, str]) -> bool:
    rels = set(attributes.get("rel", "").lower().split())
    if "alternate" in rels:
        return bool(attributes.get("hreflang"))  # without it: feeds and styles
    return bool(rels & _FOLLOWED_RELS)


def _base(declared: str | None, url: str) -> str:
    try:
        return normalise_url(declared, url) if declared else url
    except BadUrl:
        return url


def _refresh(body: bytes, base: str, charset: str | None) -> str | None:
    text = _decoded(body[:_REFRESH_HEAD], charset)
    delay, target = get_meta_refresh(text, base, ignore_tags=("noscript",))
    return target if target and delay is not None and delay <= _REFRESH_DELAY else None


def _decoded(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", errors="replace")
    except (LookupError, ValueError):  # a charset nobody knows, or that is none of text
        return body.decode("utf-8", errors="replace")


def _parser(target: _Target, charset: str | None) -> Any:
    try:
        return etree.HTMLParser(target=target, huge_tree=True, encoding=charset)  # type: ignore[call-overload]  # stubs want every callback, lxml does not
    except (LookupError, ValueError):
        return _parser(target, None)
