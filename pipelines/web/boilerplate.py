"""Regions of a page that stand on every page of its site: menus, banners, footers, sharing, comments, teasers.

Elements say what they are by tag, role, class and id. A region that holds most of the page's text is the page,
whatever it is called.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from pipelines.web.blocks import PlacedBlock
from pipelines.web.cards import names_offer

__all__ = ["Regions", "own_blocks"]

_TAGS = frozenset({"nav", "footer", "menu", "aside"})
_ROLES = frozenset({"navigation", "contentinfo", "search", "menu", "menubar", "toolbar", "alertdialog", "dialog"})
_NAMES = re.compile(
    r"(?<![a-z])(?:nav|navbar|navigation|megamenu|submenu|sidenav|footer|breadcrumbs?|cookies?|consent|gdpr|"
    r"cmp-?(?:box|container|banner|wrapper|dialog|overlay|root|ui)|onetrust|sidebar|related|share|sharing|social|addthis|newsletter|comments?|disqus|pagination|pager|paging|"
    r"skip-?link|login|signin|signup|advert\w*|adsense|sponsored|outbrain|taboola|byline|author-?(?:box|bio)|"
    r"print-only)(?![a-z])",
    re.IGNORECASE,
)
# A restaurant's menu, a plan's "recommended" and a pop-up with an offer's terms bear these names too.
_DOUBTFUL = re.compile(
    r"(?<![a-z])(?:menu|toolbar|offcanvas|popup|modal|widget-?area|recommend\w*|subscribe|subscription)(?![a-z])",
    re.IGNORECASE,
)
_FEWEST_OFFERS = 3  # blocks naming a price or saving that make a doubtful region content
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_KEPT_TAGS = frozenset({"html", "body", "main", "article", "form"})
_MOST = 0.6  # share of the page's text from which a region is the page itself, whatever its class
_NEARLY_ALL = 0.9  # the same, whatever its tag or role
_CONTENT = etree.XPath("boolean(.//main|.//*[@role='main'])")
_SKIP = re.compile(r"(?:skip|jump) to (?:the |main )*(?:content|navigation)|(?:تخط|انتقل).{0,12}المحتوى", re.IGNORECASE)
_COOKIES = re.compile(
    r"\b(?:we|site|website)\b.{0,40}\buses? cookies|ملفات (?:تعريف )?الارتباط|ملفات الكوكيز", re.IGNORECASE
)
_MENU_WORDS = 4  # a menu's entries are shorter, on average


@dataclass
class Regions:
    """Which elements of a page are boilerplate; what has been found out so far is kept."""

    share: dict[HtmlElement, float]  # of the page's text that lies in the element
    offers: Counter[HtmlElement]  # blocks in the element that name a price or a saving
    boilerplate: dict[HtmlElement, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, placed: Sequence[PlacedBlock]) -> Regions:
        """The regions of a page, given all its blocks."""
        return cls(_shares(placed), _offers(placed))

    def cover(self, element: HtmlElement) -> bool:
        """Whether the element stands in boilerplate or is it."""
        return _in_boilerplate(element, self)


def own_blocks(placed: Sequence[PlacedBlock]) -> list[bool]:
    """For each block, whether it stands outside every boilerplate region."""
    regions = Regions.of(placed)
    outside = [not regions.cover(block.element) for block in placed]
    menus = _menus([block for block, kept in zip(placed, outside, strict=True) if kept])
    return [kept and not _in_menu(block, menus) for block, kept in zip(placed, outside, strict=True)]


def _shares(placed: Sequence[PlacedBlock]) -> dict[HtmlElement, float]:
    """Each element's share of the page's text, links counting half: a page is not its menus."""
    sizes: dict[HtmlElement, float] = {}
    for block in placed:
        size = len(block.block.text) - block.linked / 2
        for element in (block.element, *block.element.iterancestors()):
            sizes[element] = sizes.get(element, 0.0) + size
    whole = max(sizes.values(), default=1.0)
    return {element: size / whole for element, size in sizes.items()}


def _offers(placed: Sequence[PlacedBlock]) -> Counter[HtmlElement]:
    naming = (block.element for block in placed if names_offer(block.block.text))
    return Counter(element for inner in naming for element in (inner, *inner.iterancestors()))


def _in_boilerplate(element: HtmlElement, regions: Regions) -> bool:
    line = [element]
    while line[-1] not in regions.boilerplate and (parent := line[-1].getparent()) is not None:
        line.append(parent)
    known = regions.boilerplate.get(line[-1], False)
    for inner in reversed(line):
        known = regions.boilerplate.setdefault(inner, known or _is_boilerplate(inner, regions))
    return regions.boilerplate[element]


def _is_boilerplate(element: HtmlElement, regions: Regions) -> bool:
    share = regions.share.get(element, 0.0)
    if element.tag in _KEPT_TAGS or share > _NEARLY_ALL:
        return False
    if element.tag in _TAGS or element.get("role") in _ROLES:
        return True
    if element.tag == "header":
        return not _heads_content(element)
    names = _CAMEL.sub("-", f"{element.get('class', '')} {element.get('id', '')}")
    if share > _MOST or _CONTENT(element):
        return False
    doubtful = _DOUBTFUL.search(names) and regions.offers[element] < _FEWEST_OFFERS
    return bool(doubtful or _NAMES.search(names))


def _heads_content(header: HtmlElement) -> bool:
    """Whether a header introduces an article or a page's content, rather than the site."""
    if any(parent.tag in {"article", "main", "section"} for parent in header.iterancestors()):
        return True
    return header.find(".//h1") is not None and header.find(".//nav") is None and header.find(".//ul") is None


# ---------------------------------------------------------------- menus nobody named


def _menus(placed: Sequence[PlacedBlock]) -> frozenset[HtmlElement]:
    """Lists of at least four short entries that are all links."""
    lists: dict[HtmlElement, list[PlacedBlock]] = {}
    for block in placed:
        parent = next(block.element.iterancestors("ul", "ol"), None)
        if parent is not None:
            lists.setdefault(parent, []).append(block)
    return frozenset(element for element, blocks in lists.items() if _is_menu(blocks))


def _is_menu(blocks: list[PlacedBlock]) -> bool:
    words = sum(len(block.block.text.split()) for block in blocks)
    linked = sum(block.linked >= 0.8 * len(block.block.text) for block in blocks)
    offers = sum(names_offer(block.block.text) for block in blocks)
    return (
        offers * 2 < len(blocks)
        and len(blocks) >= 4
        and linked >= 0.8 * len(blocks)
        and words <= _MENU_WORDS * len(blocks)
    )


def _in_menu(block: PlacedBlock, menus: frozenset[HtmlElement]) -> bool:
    text = block.block.text
    if _SKIP.match(text) or (len(text) < 600 and _COOKIES.search(text)):
        return True
    return bool(menus) and any(parent in menus for parent in block.element.iterancestors("ul", "ol"))
