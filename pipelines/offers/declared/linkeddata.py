"""schema.org data of a page as one kind of node, whichever of JSON-LD, microdata or RDFa it is written in.

JSON-LD is read with lxml and json (1.7 ms a page); extruct is asked only for the syntaxes that are present, for
microdata on the tree already parsed. Microdata and RDFa are read from the visible tree: what a reader cannot
see declares nothing.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from pipelines.offers.declared.brokenjson import load_json
from pipelines.offers.declared.nodes import DEEPEST, Node, Value, clean_value, local_name, resolved, type_names
from pipelines.offers.declared.rdfa import has_rdfa, read_rdfa
from pipelines.records import Finding
from pipelines.web.characters import fold

__all__ = ["read_nodes"]


def read_nodes(tree: HtmlElement, visible: HtmlElement, base: str) -> tuple[tuple[Node, ...], tuple[Finding, ...]]:
    """The things a page describes at its top level, in document order within each syntax.

    `tree` is the whole page (JSON-LD stands in scripts), `visible` the same with the unseen emptied.
    """
    findings: list[Finding] = []
    nodes = list(_json_ld(tree, base, findings))
    for present, read in ((_has_microdata(visible), _microdata), (has_rdfa(visible), read_rdfa)):
        if present:
            try:
                nodes.extend(read(visible, base))
            except Exception as error:  # foreign parsers on foreign pages: whatever they raise, the page goes on
                findings.append(
                    Finding("broken-structured-data", f"{read.__name__.split('_')[-1]} cannot be read: {error!r:.200}")
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
    if depth > DEEPEST:
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
    if depth > DEEPEST:
        return None
    if "@id" in item and len(item) == 1:
        item = reading.index.get(str(item["@id"]), item)
    if id(item) in reading.made:
        return reading.made[id(item)]
    values: dict[str, tuple[Value, ...]] = {}
    name = item.get("@id")
    node = Node(
        type_names(item.get("@type", item.get("type"))),
        values,
        "json-ld",
        resolved(str(name), reading.base) if name else None,
    )
    reading.made[id(item)] = node
    for key, value in item.items():
        if not key.startswith("@") and not (key == "type" and "@type" not in item):
            values[local_name(key)] = tuple(_json_values(value, local_name(key), reading, depth + 1))
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
        yield clean_value(html.unescape(str(value)), name, reading.base)


# ---------------------------------------------------------------- microdata


def _has_microdata(visible: HtmlElement) -> bool:
    return visible.find(".//*[@itemtype]") is not None or visible.get("itemtype") is not None


def _microdata(visible: HtmlElement, base: str) -> Iterator[Node]:
    from extruct.w3cmicrodata import MicrodataExtractor

    for meta in visible.xpath(".//*[@itemscope]//meta[@property and @content and not(@itemprop)]"):
        if ":" not in meta.get("property"):  # RDFa's word for itemprop, often mixed up; Open Graph names have a colon
            meta.set("itemprop", meta.get("property"))
    for image in visible.xpath(
        ".//img[@itemprop and not(@src)]"
    ):  # shown by a script; without src it would be the page
        image.set("src", image.get("data-src") or image.get("data-original") or image.get("href") or "about:blank")
    for item in MicrodataExtractor(add_html_node=True).extract_items(visible, base):
        yield _from_microdata(item, base, 0)


def _from_microdata(item: Mapping[str, Any], base: str, depth: int) -> Node:
    properties = item.get("properties", {}) if depth < DEEPEST else {}
    values = {
        local_name(key): tuple(_microdata_values(value, local_name(key), base, depth + 1))
        for key, value in properties.items()
    }
    return Node(type_names(item.get("type")), values, "microdata", item.get("id"), item.get("htmlNode"))


def _microdata_values(value: Any, name: str, base: str, depth: int) -> Iterator[Value]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and ("properties" in item or "type" in item):
            yield _from_microdata(item, base, depth)
        elif isinstance(item, dict):
            yield fold(str(item.get("value", "")))
        else:
            yield clean_value(str(item), name, base)
