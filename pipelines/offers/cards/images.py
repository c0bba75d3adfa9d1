"""The image of a card: its address wherever lazy loading has put it, and its alternative text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.offers.cards.looks import Region
from pipelines.offers.cards.pieces import CardField
from pipelines.web.characters import fold

__all__ = ["find_image", "image_address"]

_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-image", "data-bg", "src")
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*url\(\s*['\"]?([^'\")]+)", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"^data:|placeholder|spacer|blank\.|1x1|loading|lazy\.(?:gif|png|svg)|transparent", re.IGNORECASE
)
_SMALL = re.compile(r"icon|logo|avatar|badge|flag|star|arrow|sprite|emoji|\.svg(?:$|\?)", re.IGNORECASE)
_FILE = re.compile(
    r"[\w-]+\.(?:png|jpe?g|webp|gif|svg)|(?:img|image|banner|photo|dsc|untitled|صورة)[\s_-]*\d*", re.IGNORECASE
)
_SUFFIX = re.compile(
    r"[\s_-]*\b(?:icon|logo|image|banner|thumbnail|photo|picture)$|\.(?:png|jpe?g|webp)$", re.IGNORECASE
)


def find_image(region: Region) -> tuple[CardField | None, CardField | None]:
    """A card's picture, icons only where it has no other, and what its alternative text says."""
    images = sorted(_images(region), key=lambda found: found[0].tag == "source")  # of a picture its img speaks first
    best = next((found for found in images if not _SMALL.search(found[1])), images[0] if images else None)
    texts = (CardField(text, image, "alt") for image in _all_images(region) if (text := _told(image)))
    picture = CardField(best[1], best[0], best[2]) if best else None
    return picture, next(texts, None)


def image_address(element: HtmlElement) -> tuple[str, str] | None:
    """The address of an image element and the attribute that holds it; placeholders are passed over."""
    for name in _SOURCES:
        value = (element.get(name) or "").strip()
        if value and not _PLACEHOLDER.search(value):
            return value, name
    for name in _SETS:
        value = (element.get(name) or "").strip()
        first = value.split(",")[0].split()[0] if value.split(",")[0].split() else ""
        if first and not _PLACEHOLDER.search(first):
            return first, name
    return None


def _all_images(region: Region) -> Iterator[HtmlElement]:
    return (image for part in region for image in part.iter("img"))


def _images(region: Region) -> Iterator[tuple[HtmlElement, str, str]]:
    for element in (inner for part in region for inner in part.iter()):
        if element.tag in {"img", "source"} or element.get("data-bg"):
            found = image_address(element)
            if found:
                yield element, *found
        elif background := _BACKGROUND.search(element.get("style") or ""):
            yield element, background[1], "style"


def _told(image: HtmlElement) -> str:
    """The alternative text, unless it only names a file or a kind of picture."""
    text = fold(image.get("alt") or "")
    if _FILE.fullmatch(text):
        return ""
    told = _SUFFIX.sub("", text).strip()
    return told if len(told) > 2 else ""
