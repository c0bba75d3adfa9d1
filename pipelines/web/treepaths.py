"""Paths of a tree's elements, as lxml's getpath gives them, at a cost that stays linear.

`getpath` counts the siblings before an element each time: on a page of 100,000 paragraphs that is minutes.
"""

from __future__ import annotations

from collections import Counter

from lxml.html import HtmlElement

__all__ = ["Paths"]


class Paths:
    """`getpath` of a tree's elements; children are numbered once a parent, so a million siblings stay linear."""

    def __init__(self) -> None:
        self._paths: dict[HtmlElement, str] = {}

    def of(self, element: HtmlElement) -> str:
        """The element's path from its root, as lxml's `getroottree().getpath(element)`."""
        line = [element]
        while line[-1] not in self._paths and (parent := line[-1].getparent()) is not None:
            line.append(parent)
        if line[-1] not in self._paths:
            self._paths[line[-1]] = f"/{line[-1].tag!s}"
        for parent in line[:0:-1]:
            self._number(parent)
        return self._paths[element]

    def _number(self, parent: HtmlElement) -> None:
        totals = Counter(str(child.tag) for child in parent)
        seen: Counter[str] = Counter()
        for child in parent:
            tag = str(child.tag)
            seen[tag] += 1
            step = tag if totals[tag] == 1 else f"{tag}[{seen[tag]}]"
            self._paths[child] = f"{self._paths[parent]}/{step}"
