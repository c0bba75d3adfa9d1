"""Offers by a source's CSS selectors (`[offers]`), with `::text` and `::attr(name)` as in parsel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipelines.records import FreshetError, OfferSelectors
from pipelines.web.blocks import Paths, visible_text
from pipelines.web.characters import fold

if TYPE_CHECKING:
    from parsel import Selector

__all__ = ["BadSelector", "SelectedOffer", "check_selectors", "read_selected"]

_LINKED = {"url", "image"}  # fields that hold addresses
_AROUND = " \t\n\f\r"  # what HTML allows around an address


class BadSelector(FreshetError):
    """A selector of `[offers]` is not CSS; the message names the field and the way out."""


@dataclass(frozen=True)
class SelectedOffer:
    """The texts that the selectors found in one item; empty where they found none."""

    region: str  # path of the item's element
    title: str = ""
    description: str = ""
    price: str = ""
    price_before: str = ""
    validity: str = ""
    category: tuple[str, ...] = ()
    code: str = ""
    url: str = ""  # absolute
    image: str = ""  # absolute
    element: HtmlElement | None = field(default=None, repr=False, compare=False)  # the item's, of the visible tree


def read_selected(visible: HtmlElement, selectors: OfferSelectors, base: str) -> tuple[SelectedOffer, ...]:
    """One offer for each element that `item` matches in the visible tree, in document order.

    An item inside another item is left out: the outer one is the card. Raises BadSelector.
    """
    from parsel import Selector  # 0.1 s, and only sources with selectors need it

    paths = Paths()
    items = _query(Selector(root=visible, type="html"), "item", selectors.item)
    matched = {item.root for item in items}
    outer = [item for item in items if not any(ancestor in matched for ancestor in item.root.iterancestors())]
    return tuple(_read_item(item, selectors, base, paths.of(item.root)) for item in outer)


def check_selectors(selectors: OfferSelectors) -> None:
    """Raise BadSelector naming the first field that is not CSS; settings call it before a crawl is begun."""
    for name, css in asdict(selectors).items():
        if css is not None:
            _xpath(name, css)


def _read_item(item: Selector, selectors: OfferSelectors, base: str, region: str) -> SelectedOffer:
    one = {
        name: _text(item, name, getattr(selectors, name), base)
        for name in ("title", "description", "price", "price_before", "validity", "code", "url", "image")
    }
    category = selectors.category
    tags = tuple(dict.fromkeys(_texts(item, "category", category, base))) if category else ()
    return SelectedOffer(region=region, category=tags, element=item.root, **one)


def _text(item: Selector, name: str, selector: str | None, base: str) -> str:
    """The field's first text; all of them, joined, for the description."""
    if not selector:
        return ""
    found = _texts(item, name, selector, base)
    return " ".join(found) if name == "description" else next(found, "")


def _texts(item: Selector, name: str, selector: str, base: str) -> Iterator[str]:
    for found in _query(item, name, selector):
        text = _of_attribute(found.root, name) if isinstance(found.root, str) else _of_element(found.root, name)
        if text:
            yield urljoin(base, text) if name in _LINKED else text


def _of_attribute(value: str, name: str) -> str:
    """An attribute's or text node's value; within an address white space of any kind is a character like others."""
    return value.strip(_AROUND) if name in _LINKED else fold(value)


def _of_element(element: HtmlElement, name: str) -> str:
    """An element's visible text; of a link or an image, when an address is wanted, its address."""
    if name in _LINKED:
        return _of_attribute(element.get("href") or element.get("src") or "", name)
    return visible_text(element) or (fold(element.get("content") or element.get("datetime") or ""))


def _query(selector: Selector, name: str, css: str) -> list[Selector]:
    return list(selector.xpath(_xpath(name, css)))


def _xpath(name: str, css: str) -> str:
    from cssselect import SelectorError
    from parsel.csstranslator import HTMLTranslator

    try:
        return HTMLTranslator().css_to_xpath(css)
    except SelectorError as error:
        raise BadSelector(f"[offers] {name} = {css!r} is not a CSS selector ({error}); correct it") from error
