"""What a page's own style sheets and style attributes say about showing an element.

Only properties that can hide text are read, on a screen 1280 pixels wide. Linked sheets are not fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cssselect import GenericTranslator, SelectorError, parse
from lxml import etree
from lxml.html import HtmlElement

__all__ = ["Style", "hides", "page_styles", "smothers"]

Style = dict[str, str]  # property -> value, lower case: the winners of the cascade

_HIDING_PROPERTIES = """
    display visibility content-visibility opacity font-size font position left right top bottom text-indent clip
    clip-path width height max-width max-height overflow overflow-y color background background-color
    background-clip -webkit-background-clip transform transition animation
"""
_PROPERTIES = frozenset(_HIDING_PROPERTIES.split())
_MOST_TESTS = 10_000_000  # rules times elements of one page; real sheets in <style> have hundreds of rules
_SCREEN_WIDTH = 1280
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;{}]+)")
_BRACE = re.compile(r"[{};]")
_NUMBER = re.compile(r"(-?\d*\.?\d+)(px|em|rem|vw|vh|pt|ch|%)?")
_STATE = re.compile(r"::|:(?!not\(|root|first-child|last-child|nth-|only-child|empty|is\(|where\(|link)")
_NAME = re.compile(r"([.#])((?:[\w-]|[^\x00-\x7f]|\\.)+)")


@dataclass(frozen=True)
class _Rule:
    selector: str
    style: tuple[tuple[str, str, bool], ...]  # property, value, important


# ---------------------------------------------------------------- reading sheets


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
        for selector in prelude.split(",") if "(" not in prelude else [prelude]:
            yield _Rule(selector.strip(), style)


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
    pixels = _pixels(value)
    if pixels is None or name not in {"min-width", "max-width"}:
        return False
    return pixels <= _SCREEN_WIDTH if name == "min-width" else pixels >= _SCREEN_WIDTH


# ---------------------------------------------------------------- the cascade


def page_styles(tree: HtmlElement) -> dict[HtmlElement, Style]:
    """The hiding properties of every element that a rule or its style attribute gives any.

    Rules that need a state (:hover, :focus) or a pseudo-element do not hold when a page is first seen.
    """
    won: dict[HtmlElement, dict[str, tuple[tuple[int, ...], str]]] = {}
    for order, rule in enumerate(_relevant(tree)):
        found = _match(rule.selector, tree)
        for element, specificity in found:
            _cascade(won.setdefault(element, {}), rule.style, (*specificity, order))
    for element in tree.iterfind(".//*[@style]"):
        _cascade(won.setdefault(element, {}), _declarations(element.get("style", "")), (1, 0, 0, 0, 0))
    return {element: {name: value for name, (_, value) in style.items()} for element, style in won.items()}


def _cascade(
    style: dict[str, tuple[tuple[int, ...], str]],
    declarations: Iterator[tuple[str, str, bool]] | tuple[tuple[str, str, bool], ...],
    rank: tuple[int, ...],
) -> None:
    for name, value, important in declarations:
        strength = (int(important), *rank)
        if name not in style or style[name][0] <= strength:
            style[name] = (strength, value)


def _relevant(tree: HtmlElement) -> list[_Rule]:
    """The rules whose properties some hiding rule also sets: without a hiding rule, none matters."""
    css = [style.text or "" for style in tree.iter("style") if _for_screen(style)]
    most = _MOST_TESTS // max(1, sum(1 for _ in tree.iter()))
    rules = [rule for text in css for rule in _rules(text)][:most]
    hiding = {name for rule in rules if _may_hide(rule) for name, _, _ in rule.style}
    names = _names(tree) if hiding else frozenset()
    return [r for r in rules if any(p in hiding for p, _, _ in r.style) and _may_match(r.selector, names)]


def _for_screen(style: HtmlElement) -> bool:
    return any(_matches_screen(query) for query in style.get("media", "all").lower().split(","))


def _may_hide(rule: _Rule) -> bool:
    style = {name: value for name, value, _ in rule.style}
    return hides(style) or smothers(style) is True or "overflow" in style or "position" in style


def _names(tree: HtmlElement) -> frozenset[str]:
    classes = {"." + name for value in tree.xpath("//@class") for name in str(value).split()}
    return frozenset(classes | {"#" + str(value) for value in tree.xpath("//@id")})


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


# ---------------------------------------------------------------- what hides


def hides(style: Style) -> bool:
    """Whether the properties hide an element with all it holds."""
    return bool(style) and (
        style.get("display") == "none"
        or style.get("content-visibility") == "hidden"
        or _transparent(style)
        or _off_screen(style)
        or _clipped(style)
    )


def smothers(style: Style) -> bool | None:
    """Whether the inherited properties hide the element's own text; None when they say nothing about it.

    Unlike what `hides` finds, a descendant may undo it: visibility, zero font size, text in its background's colour.
    """
    if not style:
        return None
    visibility = style.get("visibility")
    size = _font_size(style)
    if visibility in {"hidden", "collapse"} or (size is not None and size <= 1) or _camouflaged(style):
        return True
    return False if visibility == "visible" or size is not None else None


def _transparent(style: Style) -> bool:
    """Opacity zero, unless it is the first frame of an appearance: then the text is shown a moment later."""
    opacity = _NUMBER.fullmatch(style.get("opacity", "1"))
    appears = style.keys() & {"transform", "transition", "animation"}
    return bool(opacity and float(opacity.group(1)) < 0.05 and not appears)


def _off_screen(style: Style) -> bool:
    if style.get("position") in {"absolute", "fixed"} and any(
        (_pixels(style.get(side, "")) or 0) <= -500 for side in ("left", "right", "top", "bottom")
    ):
        return True
    moved = re.findall(r"translate\w*\(([^)]*)\)", style.get("transform", ""))
    far = any((_pixels(part) or 0) <= -900 for parts in moved for part in parts.split(","))
    return far or "scale(0)" in style.get("transform", "") or (_pixels(style.get("text-indent", "")) or 0) <= -500


def _clipped(style: Style) -> bool:
    shape = style.get("clip", "") + style.get("clip-path", "")
    if re.search(r"rect\((?:[01](?:px)?[, ]*){4}\)|inset\((?:50|100)%|circle\(0", shape):
        return True
    overflow = style.get("overflow", "") + style.get("overflow-y", "")
    tiny = any(_tiny(style.get(side, "")) for side in ("width", "height", "max-width", "max-height"))
    return tiny and ("hidden" in overflow or "clip" in overflow)


def _tiny(length: str) -> bool:
    pixels = _pixels(length)
    return pixels is not None and 0 <= pixels <= 1


def _camouflaged(style: Style) -> bool:
    color = style.get("color", "").replace(" ", "")
    if not color or "text" in style.get("background-clip", "") + style.get("-webkit-background-clip", ""):
        return False
    ground = (style.get("background-color") or style.get("background", "")).replace(" ", "")
    return color == "transparent" or bool(re.fullmatch(r"rgba\(.*,0(?:\.0+)?\)", color)) or _same(color, ground)


def _same(color: str, ground: str) -> bool:
    named = {"white": "#ffffff", "#fff": "#ffffff", "black": "#000000", "#000": "#000000"}
    return named.get(color, color) == named.get(ground, ground)


def _font_size(style: Style) -> float | None:
    if "font-size" in style:
        return _pixels(style["font-size"])
    size = re.search(r"(?:^|\s)(0(?:px|em|rem|pt)?)(?:/|\s)", style.get("font", ""))
    return 0.0 if size else None


def _pixels(length: str) -> float | None:
    """A length in pixels, near enough to tell seen from unseen; None for keywords, percentages and calc()."""
    number = _NUMBER.fullmatch(length.strip())
    if not number or number.group(2) == "%":
        return None
    unit = {"em": 16, "rem": 16, "vw": 12.8, "vh": 8, "pt": 1.33, "ch": 8}.get(number.group(2) or "px", 1)
    return float(number.group(1)) * unit
