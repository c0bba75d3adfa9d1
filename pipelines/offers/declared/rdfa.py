"""schema.org data written as RDFa, read by extruct and put back into the order of the page.

RDFa describes a graph, and a graph has no order: things without a name of their own would come out in another order
each time. So each is named by its place before it is read, and what the graph gives is sorted by place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from pipelines.offers.declared.nodes import DEEPEST, Node, Value, clean_value, local_name, resolved, type_names

__all__ = ["has_rdfa", "read_rdfa"]

_NAME = "urn:x-place:"  # of a thing without a name, followed by its place in the page
_OFFERING = frozenset({"Offer", "Product", "AggregateOffer", "Event", "SaleEvent"})


@dataclass(frozen=True)
class _Graph:
    """One page's graph while it is walked: each thing becomes one node, in whatever circle it is named."""

    base: str
    index: Mapping[str, Mapping[str, Any]]  # by id
    places: Mapping[str, int]  # of named things
    elements: Sequence[HtmlElement]  # by place, of the visible tree
    made: dict[str, Node] = field(default_factory=dict)


def has_rdfa(visible: HtmlElement) -> bool:
    """Whether the page has things of schema.org; Open Graph's `property` alone describes no offer."""
    typed = visible.xpath("descendant-or-self::*[@typeof]/@typeof | descendant-or-self::*[@vocab]/@vocab")
    return any("schema" in str(value).lower() or not _OFFERING.isdisjoint(type_names(value.split())) for value in typed)


def read_rdfa(visible: HtmlElement, base: str) -> Iterator[Node]:
    """The things the page describes at its top level, in document order."""
    from extruct.rdfa import RDFaExtractor

    tree = deepcopy(visible)
    places = _name_by_place(tree, base)
    for element in tree.xpath("descendant-or-self::*[@property and @datetime and not(@content)]"):
        element.set("content", element.get("datetime"))  # HTML+RDFa 1.1 section 3.1, which extruct leaves out
    expanded = RDFaExtractor().extract(etree.tostring(tree, encoding="unicode", method="html"), base_url=base)
    items = sorted((item for item in expanded if "@id" in item), key=lambda item: _place(item["@id"], places))
    graph = _Graph(base, {item["@id"]: item for item in items}, places, list(visible.iterfind(".//*[@typeof]")))
    referred = {value["@id"] for item in items for value in _references(item)}
    tops = [item for item in items if item.get("@type") and item["@id"] not in referred]
    rest = [item for item in items if item.get("@type") and item not in tops]
    for item in (*tops, *rest):  # what stands in a circle of references has no top
        if item["@id"] not in graph.made:
            yield _node(item, graph, 0)


def _name_by_place(tree: HtmlElement, base: str) -> dict[str, int]:
    """Names each thing that has no name by its place; the place of each by its name."""
    places: dict[str, int] = {}
    for place, element in enumerate(tree.iterfind(".//*[@typeof]")):
        named = next((element.get(key) for key in ("about", "resource", "href", "src") if element.get(key)), None)
        if named is None and element.tag not in ("html", "head", "body") and element.get("content") is None:
            named = f"{_NAME}{place}"
            element.set("resource", named)
        places.setdefault(resolved(named or "", base), place)
    return places


def _place(name: str, places: Mapping[str, int]) -> tuple[int, str]:
    return places.get(name, len(places)), name


def _references(item: Mapping[str, Any]) -> Iterable[dict[str, str]]:
    for key, values in item.items():
        if not key.startswith("@"):
            yield from (value for value in values if isinstance(value, dict) and "@id" in value)


def _node(item: Mapping[str, Any], graph: _Graph, depth: int) -> Node:
    name = str(item["@id"])
    if name in graph.made:
        return graph.made[name]
    values: dict[str, tuple[Value, ...]] = {}
    element = graph.elements[graph.places[name]] if name in graph.places else None
    own_name = None if name.startswith(("_:", _NAME)) else name
    node = Node(type_names(item.get("@type")), values, "rdfa", own_name, element)
    graph.made[name] = node
    for key in sorted(item, key=lambda key: ("schema.org" not in key, key)):  # schema.org's title before Open Graph's
        if not key.startswith("@"):
            local = local_name(key)
            values[local] = (*values.get(local, ()), *_values(item[key], local, graph, depth + 1))
    return node


def _values(listed: Any, name: str, graph: _Graph, depth: int) -> Iterator[Value]:
    for value in sorted(listed, key=lambda value: (*_place(str(value.get("@id", "")), graph.places), str(value))):
        target = graph.index.get(value.get("@id", ""))
        if target is not None and depth < DEEPEST and target.get("@type"):
            yield _node(target, graph, depth)
        else:
            yield clean_value(str(value.get("@value", value.get("@id", ""))), name, graph.base)
