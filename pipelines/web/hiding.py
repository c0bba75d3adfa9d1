"""Which computed properties hide an element, or the text in it."""

from __future__ import annotations

import re

__all__ = ["Style", "hides", "pixels", "smothers"]

Style = dict[str, str]  # property -> value, lower case: the winners of the cascade

_NUMBER = re.compile(r"(-?\d*\.?\d+)(px|em|rem|vw|vh|pt|ch|%)?")


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
        (pixels(style.get(side, "")) or 0) <= -500 for side in ("left", "right", "top", "bottom")
    ):
        return True
    moved = re.findall(r"translate\w*\(([^)]*)\)", style.get("transform", ""))
    far = any((pixels(part) or 0) <= -900 for parts in moved for part in parts.split(","))
    return far or "scale(0)" in style.get("transform", "") or (pixels(style.get("text-indent", "")) or 0) <= -500


def _clipped(style: Style) -> bool:
    shape = style.get("clip", "") + style.get("clip-path", "")
    if re.search(r"rect\((?:[01](?:px)?[, ]*){4}\)|inset\((?:50|100)%|circle\(0", shape):
        return True
    overflow = style.get("overflow", "") + style.get("overflow-y", "")
    tiny = any(_tiny(style.get(side, "")) for side in ("width", "height", "max-width", "max-height"))
    return tiny and ("hidden" in overflow or "clip" in overflow)


def _tiny(length: str) -> bool:
    size = pixels(length)
    return size is not None and 0 <= size <= 1


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
        return pixels(style["font-size"])
    size = re.search(r"(?:^|\s)(0(?:px|em|rem|pt)?)(?:/|\s)", style.get("font", ""))
    return 0.0 if size else None


def pixels(length: str) -> float | None:
    """A length in pixels, near enough to tell seen from unseen; None for keywords, percentages and calc()."""
    number = _NUMBER.fullmatch(length.strip())
    if not number or number.group(2) == "%":
        return None
    unit = {"em": 16, "rem": 16, "vw": 12.8, "vh": 8, "pt": 1.33, "ch": 8}.get(number.group(2) or "px", 1)
    return float(number.group(1)) * unit
