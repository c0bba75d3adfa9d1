"""Where a page stands in its site, as it says itself: its breadcrumb trail, declared or shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from pipelines.offers.declared.nodes import Node
from pipelines.web.characters import fold

__all__ = ["read_trail", "steps_above"]

_NAMED = re.compile(r"(?<![a-z])(?:breadcrumbs?|bread-crumbs?|crumbs)(?![a-z])|مسار التنقل")
_LONGEST = 80  # characters of one step
_MOST = 8  # steps; more is a menu
_BETWEEN = re.compile(r"\s*[/>›»→|\\]+\s*|\s+[-–‹«←]\s+")


def read_trail(nodes: Sequence[Node], visible: HtmlElement) -> tuple[str, ...]:
    """The names of the steps from the site's start to the page, the page itself included; () where none is given."""
    declared = next((steps for node in nodes if (steps := _declared(node, 0))), ())
    return declared or _shown(visible)


def steps_above(trail: Sequence[str], title: str) -> tuple[str, ...]:
    """The trail without the step that is the offer itself, which a page may name more briefly than its heading does."""
    own = set(re.findall(r"\w+", title.casefold()))
    last = set(re.findall(r"\w+", trail[-1].casefold())) if trail else set()
    itself = 2 * len(own & last) > len(last) and 2 * len(own & last) >= len(own)
    return tuple(step for step in (trail[:-1] if itself else trail) if step != title)


def _declared(node: Node, depth: int) -> tuple[str, ...]:
    """The steps of a BreadcrumbList, by position, wherever a node of the page holds it («WebPage.breadcrumb»)."""
    if "BreadcrumbList" in node.types:
        steps = sorted(node.nodes("itemListElement"), key=lambda step: float(_position(step)))
        return tuple(name for step in steps if (name := _step_name(step)))
    if depth > 2:
        return ()
    return next(
        (found for inner in node.nodes("breadcrumb", "mainEntity") if (found := _declared(inner, depth + 1))), ()
    )


def _position(step: Node) -> str:
    text = step.text("position")
    return text if re.fullmatch(r"\d{1,3}", text) else "999"


def _step_name(step: Node) -> str:
    return step.text("name") or next((item.text("name") for item in step.nodes("item")), "")


def _shown(visible: HtmlElement) -> tuple[str, ...]:
    for element in visible.iter("nav", "ol", "ul", "div", "p"):
        names = " ".join(element.get(key) or "" for key in ("class", "id", "aria-label")).lower().replace("_", "-")
        if _NAMED.search(names) and (steps := _steps(element)):
            return steps
    return ()


def _steps(element: HtmlElement) -> tuple[str, ...]:
    """The texts of its list items, else of its links and what follows the last of them."""
    items = [fold(" ".join(item.itertext())) for item in element.iter("li")]
    if not items:
        items = _BETWEEN.split(fold(" ".join(element.itertext())))
    steps = tuple(
        dict.fromkeys(step for item in items if (step := item.strip(" />›»→|\\‹«←")) and len(step) <= _LONGEST)
    )
    return steps if 1 < len(steps) <= _MOST else ()
