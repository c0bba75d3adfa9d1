"""schema.org data of a page as one kind of node, whichever of JSON-LD, microdata or RDFa it is written in.

JSON-LD is read with lxml and json (1.7 ms a page); extruct is asked only for the syntaxes that are present, for
microdata on the tree already parsed. Microdata and RDFa are read from the visible tree: what a reader cannot
see declares nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement

from pipelines.offers.brokenjson import load_json
from pipelines.records import Finding
from pipelines.web.characters import fold

__all__ = ["Node", "Syntax", "Value", "read_nodes"]

Syntax = Literal["json-ld", "microdata", "rdfa"]
Value: TypeAlias = "str | Node"

_DEEPEST = 60  # levels of nesting; real data has under ten
_LINKS = frozenset({"url", "image", "contentUrl", "mainEntityOfPage", "sameAs", "logo"})  # resolved against the page


@dataclass(frozen=True, eq=False)
class Node:
    """One thing the page describes. Compared by identity: two equal offers are two offers."""

    types: frozenset[str]  # local names: Product, Offer, …
    values: Mapping[str, tuple[Value, ...]] = field(repr=False)
    syntax: Syntax
    id: str | None = None
    element: HtmlElement | None = field(default=None, repr=False)  # microdata only

    def text(self, *names: str) -> str:
        """The first text of the first of these properties that has one; empty when none has."""
        return next(
            (value for name in names for value in self.values.get(name, ()) if isinstance(value, str) and value), ""
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """Every text of a property, the names of described things included."""
        found = (value if isinstance(value, str) else value.text("name", "@id") for value in self.values.get(name, ()))
        return tuple(text for text in found if text)

    def nodes(self, *names: str) -> tuple[Node, ...]:
        """Every described thing that these properties hold."""
        return tuple(value for name in names for value in self.values.get(name, ()) if isinstance(value, Node))


def read_nodes(tree: HtmlElement, visible: HtmlElement, base: str) -> tuple[tuple[Node, ...], tuple[Finding, ...]]:
    """The things a page describes at its top level, in document order within each syntax.

    `tree` is the whole page (JSON-LD stands in scripts), `visible` the same with the unseen emptied.
    """
    findings: list[Finding] = []
    nodes = list(_json_ld(tree, base, findings))
    for present, read in ((_has_microdata(visible), _microdata), (_has_rdfa(visible), _rdfa)):
        if present:
            try:
                nodes.extend(read(visible, base))
            except Exception as error:  # foreign parsers on foreign pages: whatever they raise, the page goes on
                findings.append(
                    Finding("broken-structured-data", f"{read.__name__[1:]} cannot be read: {error!r:.200}")
                )
    return tuple(nodes), tuple(findings)


# ---------------------------------------------------------------- JSON-LD

_SCRIPTS = etree.XPath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]")


def _json_ld(tree: HtmlElement, base: str, findings: list[Finding]) -> Iterator[Node]:
    documents: list[Any] = []
    for script in _SCRIPTS(tree):
        text = "".join(script.itertext())
        loaded, repaired = load_json(text)
        if loaded is None:
            findings.append(
                Finding("broken-json-ld", "a JSON-LD block is not valid JSON and was not read", text.strip()[:200])
            )
        else:
            documents.append(loaded)
        if repaired:
            findings.append(
                Finding("repaired-json-ld", "a JSON-LD block was read after repairing its JSON", text.strip()[:200])
            )
    reading = _Reading(base, _index(documents))
    for item in _top_items(documents):
        node = _from_json(item, reading, 0)
        if node:
            yield node


@dataclass(frozen=True)
class _Reading:
    """One page's graph while it is built: each thing becomes one node, however often and in what circle it is named."""

    base: str
    index: Mapping[str, Mapping[str, Any]]  # by id
    made: dict[str | int, Node] = field(default_factory=dict)


def _top_items(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _top_items(item)
    elif isinstance(value, dict):
        if isinstance(value.get("@graph"), list | dict):
            yield from _top_items(value["@graph"])
        if value.keys() - {"@graph", "@context", "@id"}:
            yield value


def _index(value: Any, found: dict[str, dict[str, Any]] | None = None, depth: int = 0) -> dict[str, dict[str, Any]]:
    """Every described thing that has an id, so that a mere reference to it can be followed."""
    found = {} if found is None else found
    if depth > _DEEPEST:
        return found
    if isinstance(value, dict):
        if isinstance(value.get("@id"), str) and len(value) > 1:
            found.setdefault(value["@id"], value)
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _index(item, found, depth + 1)
    return found


def _from_json(item: Mapping[str, Any], reading: _Reading, depth: int) -> Node | None:
    if depth > _DEEPEST:
        return None
    if "@id" in item and len(item) == 1:
        item = reading.index.get(str(item["@id"]), item)
    if id(item) in reading.made:
        return reading.made[id(item)]
    values: dict[str, tuple[Value, ...]] = {}
    name = item.get("@id")
    node = Node(_types(item.get("@type", item.get("type"))), values, "json-ld", str(name) if name else None)
    reading.made[id(item)] = node
    for key, value in item.items():
        if not key.startswith("@") and not (key == "type" and "@type" not in item):
            values[_local(key)] = tuple(_json_values(value, _local(key), reading, depth + 1))
    return node


def _json_values(value: Any, name: str, reading: _Reading, depth: int) -> Iterator[Value]:
    if isinstance(value, list):
        for item in value:
            yield from _json_values(item, name, reading, depth)
    elif isinstance(value, dict):
        if "@value" in value or "@list" in value:
            yield from _json_values(value.get("@value", value.get("@list")), name, reading, depth)
        elif node := _from_json(value, reading, depth):
            yield node
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield _clean_value(html.unescape(str(value)), name, reading.base)


def _types(value: Any) -> frozenset[str]:
    return frozenset(_local(name) for name in (value if isinstance(value, list) else [value]) if isinstance(name, str))


def _local(name: str) -> str:
    """Product of https://schema.org/Product and of schema:Product."""
    last = re.split(r"[/#:]", name.strip())[-1]
    return last.removeprefix("schema.org")  # a vocab written without its last slash


def _clean_value(text: str, name: str, base: str) -> str:
    text = fold(re.sub(r"<[^<>]{1,500}>", " ", text))
    return _resolved(text, base) if name in _LINKS and text else text


def _resolved(reference: str, base: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


# ---------------------------------------------------------------- microdata


def _has_microdata(visible: HtmlElement) -> bool:
    return visible.find(".//*[@itemtype]") is not None or visible.get("itemtype") is not None


def _microdata(visible: HtmlElement, base: str) -> Iterator[Node]:
    from extruct.w3cmicrodata import MicrodataExtractor

    for meta in visible.xpath(".//*[@itemscope]//meta[@property and @content and not(@itemprop)]"):
        if ":" not in meta.get("property"):  # RDFa's word for itemprop, often mixed up; Open Graph names have a colon
            meta.set("itemprop", meta.get("property"))
    for item in MicrodataExtractor(add_html_node=True).extract_items(visible, base):
        yield _from_microdata(item, base, 0)


def _from_microdata(item: Mapping[str, Any], base: str, depth: int) -> Node:
    properties = item.get("properties", {}) if depth < _DEEPEST else {}
    values = {
        _local(key): tuple(_microdata_values(value, _local(key), base, depth + 1)) for key, value in properties.items()
    }
    return Node(_types(item.get("type")), values, "microdata", item.get("id"), item.get("htmlNode"))


def _microdata_values(value: Any, name: str, base: str, depth: int) -> Iterator[Value]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and ("properties" in item or "type" in item):
            yield _from_microdata(item, base, depth)
        elif isinstance(item, dict):
            yield fold(str(item.get("value", "")))
        else:
            yield _clean_value(str(item), name, base)


# ---------------------------------------------------------------- RDFa


def _has_rdfa(visible: HtmlElement) -> bool:
    """Only typed things matter, and only of schema.org; Open Graph's `property` alone describes no offer."""
    typed = visible.xpath("descendant-or-self::*[@typeof]/@typeof | descendant-or-self::*[@vocab]/@vocab")
    return any("schema" in str(value).lower() for value in typed) or any(
        _local(str(value)) in {"Offer", "Product", "AggregateOffer", "Event", "SaleEvent"} for value in typed
    )


def _rdfa(visible: HtmlElement, base: str) -> Iterator[Node]:
    from extruct.rdfa import RDFaExtractor

    expanded = RDFaExtractor().extract(etree.tostring(visible, encoding="unicode", method="html"), base_url=base)
    reading = _Reading(base, {item["@id"]: item for item in expanded if "@id" in item})
    referred = {value["@id"] for item in expanded for value in _references(item)}
    tops = [item for item in expanded if item.get("@type") and item.get("@id") not in referred]
    rest = [item for item in expanded if item.get("@type") and item not in tops]
    for item in (*tops, *rest):  # what stands in a circle of references has no top
        if str(item.get("@id", "")) not in reading.made:
            yield _from_rdfa(item, reading, 0)


def _references(item: Mapping[str, Any]) -> Iterable[dict[str, str]]:
    for key, values in item.items():
        if not key.startswith("@"):
            yield from (value for value in values if isinstance(value, dict) and "@id" in value)


def _from_rdfa(item: Mapping[str, Any], reading: _Reading, depth: int) -> Node:
    name = str(item.get("@id", ""))
    if name in reading.made:
        return reading.made[name]
    values: dict[str, tuple[Value, ...]] = {}
    node = Node(_types(item.get("@type")), values, "rdfa", None if name.startswith("_:") else name or None)
    reading.made[name] = node
    for key, listed in item.items():
        if not key.startswith("@"):
            values[_local(key)] = tuple(_rdfa_values(listed, _local(key), reading, depth + 1))
    return node


def _rdfa_values(listed: Any, name: str, reading: _Reading, depth: int) -> Iterator[Value]:
    for value in listed:
        target = reading.index.get(value.get("@id", ""))
        if target is not None and depth < _DEEPEST and target.get("@type"):
            yield _from_rdfa(target, reading, depth)
        else:
            yield _clean_value(str(value.get("@value", value.get("@id", ""))), name, reading.base)
