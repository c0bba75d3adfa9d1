"""What a page's own style sheets and style attributes say about showing an element.

Only properties that can hide text are read, on a screen 1280 pixels wide. Linked sheets are not fetched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from cssselect import GenericTranslator, SelectorError, parse
from lxml import etree
from lxml.html import HtmlElement

from pipelines.web.hiding import Style, hides, pixels, smothers

__all__ = ["page_styles"]

_HIDING_PROPERTIES = """
    display visibility content-visibility opacity font-size font position left right top bottom text-indent clip
    clip-path width height max-width max-height overflow overflow-y color background background-color
    background-clip -webkit-background-clip transform transition animation
"""
_PROPERTIES = frozenset(_HIDING_PROPERTIES.split())
# What a rule must set to bring back what another hid; a size or a margin alone does not.
_UNDOING = frozenset({"display", "visibility", "opacity", "font-size", "position", "clip", "text-indent", "max-height"})
_MOST_TESTS = 10_000_000  # rules times elements of one page; real sheets in <style> have hundreds of rules
_SCREEN_WIDTH = 1280
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;{}]+)")
_BRACE = re.compile(r"[{};]")
_STATE = re.compile(r"::|:(?!not\(|root|first-child|last-child|nth-|only-child|empty|is\(|where\(|link)")
_COMBINATOR = re.compile(r"[\s>+~]+(?![^(\[]*[)\]])")
_NAME = re.compile(r"([.#])((?:[\w-]|[^\x00-\x7f]|\\.)+)")


@dataclass(frozen=True)
class _Rule:
    selector: str
    style: tuple[tuple[str, str, bool], ...]  # property, value, important
    hiding: bool  # on its own


# ---------------------------------------------------------------- reading sheets


@lru_cache(maxsize=64)
def _rules_of(css: str) -> tuple[_Rule, ...]:
    """Kept, because the pages of one site carry the same sheets."""
    return tuple(_rules(css))


def _rules(css: str) -> Iterator[_Rule]:
    """The style rules that apply on a screen, in order; nested rules and conditions not known to hold are left out."""
    css = _STRING.sub(lambda m: re.sub(r"[{};]", "", m.group()), _COMMENT.sub("", css))
    applies, preludes, start = [True], [""], 0
    for brace in _BRACE.finditer(css):
        chunk = css[start : brace.start()].strip()
        if brace.group() == "{":
            applies.append(applies[-1] and _applies(chunk, preludes[-1]))
            preludes.append(chunk)
        elif brace.group() == "}" and len(preludes) > 1:
            prelude, applied = preludes.pop(), applies.pop()
            if applied and not prelude.startswith("@"):
                yield from _rule(prelude, chunk)
        elif preludes[-1] and not preludes[-1].startswith("@"):
            continue  # a semicolon between the declarations of one rule
        start = brace.end()


def _rule(prelude: str, declarations: str) -> Iterator[_Rule]:
    style = tuple(_declarations(declarations))
    if style:
        hiding = _may_hide(style)
        for selector in prelude.split(",") if "(" not in prelude else [prelude]:
            yield _Rule(selector.strip(), style, hiding)


def _declarations(text: str) -> Iterator[tuple[str, str, bool]]:
    for name, value in _DECLARATION.findall(text):
        if name.lower() in _PROPERTIES:
            value = " ".join(value.lower().split())
            plain = value.removesuffix("!important").strip()
            yield name.lower(), plain, plain != value


def _applies(prelude: str, parent: str) -> bool:
    if not prelude.startswith("@"):
        return not parent or parent.startswith("@")
    name, _, condition = prelude.lower().partition(" ")
    if name == "@media":
        return any(_matches_screen(query) for query in condition.split(","))
    return name in {"@layer", "@supports"}


def _matches_screen(query: str) -> bool:
    if re.search(r"\b(?:print|speech|not)\b", query):
        return bool(re.search(r"\bnot\s+(?:print|speech)\b", query))
    features = re.findall(r"\(([^()]*)\)", query)
    return all(_holds(feature) for feature in features)


def _holds(feature: str) -> bool:
    name, _, value = (part.strip() for part in feature.partition(":"))
    width = pixels(value)
    if width is None or name not in {"min-width", "max-width"}:
        return False
    return width <= _SCREEN_WIDTH if name == "min-width" else width >= _SCREEN_WIDTH


# ---------------------------------------------------------------- the cascade


def page_styles(tree: HtmlElement) -> dict[HtmlElement, Style]:
    """The hiding properties of every element that a rule hides or whose style attribute says something of the kind.

    Rules that need a state (:hover, :focus) or a pseudo-element do not hold when a page is first seen.
    """
    won: dict[HtmlElement, dict[str, tuple[tuple[int, ...], str]]] = {}
    rules = list(enumerate(_sheet(tree)))
    names = _names(tree)
    hiding = [(order, rule) for order, rule in rules if rule.hiding and _may_match(rule.selector, names)]
    _apply(hiding, tree, won)
    _apply(_answers(rules, hiding, won), tree, won)
    for element in tree.iterfind(".//*[@style]"):
        _cascade(won.setdefault(element, {}), _declarations(element.get("style", "")), (1, 0, 0, 0, 0))
    return {element: {name: value for name, (_, value) in style.items()} for element, style in won.items()}


def _apply(
    rules: Iterable[tuple[int, _Rule]],
    tree: HtmlElement,
    won: dict[HtmlElement, dict[str, tuple[tuple[int, ...], str]]],
) -> None:
    for order, rule in rules:
        for element, specificity in _match(rule.selector, tree):
            _cascade(won.setdefault(element, {}), rule.style, (*specificity, order))


def _answers(
    rules: list[tuple[int, _Rule]], hiding: list[tuple[int, _Rule]], hidden: Collection[HtmlElement]
) -> list[tuple[int, _Rule]]:
    """The other rules that may undo what the hiding ones did to the elements they hit."""
    if not hidden:
        return []
    properties = {name for _, rule in hiding for name, _, _ in rule.style} & _UNDOING
    first = {order for order, _ in hiding}
    names = frozenset(name for element in hidden for name in _element_names(element))
    return [
        (order, rule)
        for order, rule in rules
        if order not in first
        and any(name in properties for name, _, _ in rule.style)
        and _may_match(_COMBINATOR.split(rule.selector)[-1], names)
    ]


def _cascade(
    style: dict[str, tuple[tuple[int, ...], str]],
    declarations: Iterator[tuple[str, str, bool]] | tuple[tuple[str, str, bool], ...],
    rank: tuple[int, ...],
) -> None:
    for name, value, important in declarations:
        strength = (int(important), *rank)
        if name not in style or style[name][0] <= strength:
            style[name] = (strength, value)


def _sheet(tree: HtmlElement) -> list[_Rule]:
    """The rules of the page's style elements that set a property of concern, in order."""
    css = [style.text or "" for style in tree.iter("style") if _for_screen(style)]
    most = _MOST_TESTS // max(1, sum(1 for _ in tree.iter()))
    return [rule for text in css for rule in _rules_of(text)][:most]


def _for_screen(style: HtmlElement) -> bool:
    return any(_matches_screen(query) for query in style.get("media", "all").lower().split(","))


def _may_hide(declarations: tuple[tuple[str, str, bool], ...]) -> bool:
    style = {name: value for name, value, _ in declarations}
    return hides(style) or smothers(style) is True


def _names(tree: HtmlElement) -> frozenset[str]:
    return frozenset(name for element in tree.iterfind(".//*") for name in _element_names(element))


def _element_names(element: HtmlElement) -> Iterator[str]:
    if classes := element.get("class"):
        yield from ("." + name for name in classes.split())
    if identity := element.get("id"):
        yield "#" + identity


def _may_match(selector: str, names: frozenset[str]) -> bool:
    if _STATE.search(selector):
        return False
    plain = re.sub(r":not\([^)]*\)|:is\([^)]*\)|:where\([^)]*\)|\[[^\]]*\]", "", selector)
    return all(kind + re.sub(r"\\(.)", r"\1", name) in names for kind, name in _NAME.findall(plain))


def _match(selector: str, tree: HtmlElement) -> list[tuple[HtmlElement, tuple[int, ...]]]:
    return [
        (element, (0, *specificity)) for path, specificity in _compiled(selector) for element in _select(path, tree)
    ]


def _select(path: etree.XPath, tree: HtmlElement) -> list[HtmlElement]:
    found = path(tree)
    return [element for element in found if isinstance(element, HtmlElement)] if isinstance(found, list) else []


@lru_cache(maxsize=4096)
def _compiled(selector: str) -> tuple[tuple[etree.XPath, tuple[int, int, int]], ...]:
    """Selectors cssselect cannot read match nothing."""
    try:
        translator = GenericTranslator()
        return tuple(
            (etree.XPath(translator.selector_to_xpath(one, "descendant-or-self::")), one.specificity())
            for one in parse(selector)
        )
    except (SelectorError, etree.XPathError, RecursionError):
        return ()
