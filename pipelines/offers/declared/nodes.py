"""One thing a page describes in structured data, whichever syntax it is written in, and how its values are cleaned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipelines.web.characters import fold

__all__ = ["DEEPEST", "Node", "Syntax", "Value", "clean_value", "local_name", "resolved", "type_names"]

Syntax = Literal["json-ld", "microdata", "rdfa"]
Value: TypeAlias = "str | Node"

DEEPEST = 60  # levels of nesting; real data has under ten
_LINKS = frozenset({"url", "image", "contentUrl", "mainEntityOfPage", "sameAs", "logo"})  # resolved against the page


@dataclass(frozen=True, eq=False)
class Node:
    """One thing the page describes. Compared by identity: two equal offers are two offers."""

    types: frozenset[str]  # local names: Product, Offer, …
    values: Mapping[str, tuple[Value, ...]] = field(repr=False)
    syntax: Syntax
    id: str | None = None
    element: HtmlElement | None = field(default=None, repr=False)  # where it stands; unknown in JSON-LD

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


def type_names(value: Any) -> frozenset[str]:
    """The local names of the types a thing declares: one name, or a list of them."""
    return frozenset(
        local_name(name) for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)
    )


def local_name(name: str) -> str:
    """Product of https://schema.org/Product and of schema:Product."""
    last = re.split(r"[/#:]", name.strip())[-1]
    return last.removeprefix("schema.org")  # a vocab written without its last slash


def clean_value(text: str, name: str, base: str) -> str:
    """A value without markup, white space folded; an address absolute."""
    text = fold(re.sub(r"<[^<>]{1,500}>", " ", text))
    return resolved(text, base) if name in _LINKS and text else text


def resolved(reference: str, base: str) -> str:
    """The absolute form of a reference; what is no address stays as it is."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference
