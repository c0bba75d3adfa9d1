"""The price a page shows for what its main heading names.

Shops mark prices with names of classes and ids (price, amount, sale, was, old) and with struck-out text. Of all that
is marked so, the price is what stands nearest to the heading: going out from the heading, the first element around it
that holds a price decides. What belongs to related products, to the basket, to delivery or to instalments is left out,
and so is whatever links to another page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipelines.offers.prices.reading import Price, read_prices
from pipelines.web.characters import fold

__all__ = ["ShownPrice", "names_of", "price_text", "shown_price", "stands_aside", "words_of"]

_LONGEST = 90  # characters of an element that holds a price and nothing else
_MOST_LEVELS = 12  # elements around the heading that may be the thing's own part of the page
_NAMED = re.compile(
    r"price|prix|preis|precio|preco|prezzo|prijs|cena|cijena|fiyat|hinta|amount|(?<![a-z])pris(?![a-z])|سعر"
)
_CHOSEN = re.compile(
    r"sale|special|current|final|now|our|deal|actual|active|new|promo|main|primary|big|reduced|discounted"
)
_FORMER = re.compile(
    r"(?<![a-z])(?:old|was|before|former|regular|original|list|strike(?:d|through|out)?|crossed|previous|compare|msrp|rrp|del)"
    r"(?![a-z])|pricebefore|oldprice|regularprice|listprice|wasprice|priceold|compareat|line-?through|priceblockstrike"
)
_OTHER = re.compile(
    r"shipping|delivery|freight|instal|month|finance|leasing|credit|klarna|tabby|tamara|unit|per-|basis|points|reward|saving|"
    r"(?<![a-z])save(?:d|r)?(?![a-z])|discount-?(?:amount|value|percent|badge)|coupon|voucher|subtotal|filter|facet|slider-?range|"
    r"minprice|maxprice|vat-|notax|excl|ex-vat|without-?tax|rating|protection|warranty|trade-?in|deposit"
)
_ASIDE = re.compile(
    r"related|similar|recommend|up-?sell|cross-?sell|you-?may|also-?(?:like|bought|viewed)|recently|sponsor|sims|complement|"
    r"together|best-?sell|bestsell|trending|accessor|mini-?cart|cart-?(?:drawer|summary|dropdown|popup)|header-?cart|"
    r"nav(?:bar|igation)?(?![a-z])|footer|breadcrumb|facet|newsletter|cookie|compare-?(?:list|table)|price-?history|"
    r"wish-?list|carousel-?products|products?-(?:carousel|slider|grid|list)|other-?(?:products|offers|sellers)|more-?(?:products|offers)"
)
_ASIDE_TAGS = frozenset({"nav", "footer", "aside", "select", "option", "dialog"})
_MINOR = re.compile(r"cent|decimal|fraction|frac(?![a-z])|minor|penny|penn?ies|fils|halal")
_TWO_SIZES = re.compile(r"(\D{0,6}\d{1,4}) (\d\d\D{0,6})")  # the second smaller: «$229 ⁹⁹»
_WITHOUT_TAX = re.compile(
    r"(?i)\b(?:excl?\.?|excluding|before|without|ex|zzgl\.?|ohne|hors|sans|sin|bez|brez|netto)\s(?:of\s)?(?:vat|tax(?:es)?|mwst|ust|tva|iva|"
    r"dph|ddv|pdv|gst)\b|\bHT\b|غير شامل|بدون (?:ال)?ضريبة|قبل الضريبة"
)
_STRUCK = frozenset({"del", "s", "strike"})
_NUMBER_ALONE = re.compile(r"[^\d-]{0,12}(\d[\d.,' ٫٬]*)(?:\D{0,12})")


@dataclass(frozen=True)
class ShownPrice:
    """A price as the page shows it."""

    price: Price
    before: Price | None
    text: str  # exactly what stands there
    element: HtmlElement
    around: HtmlElement  # the element around heading and price


def shown_price(visible: HtmlElement, heading: HtmlElement, zone: ZoneInfo | None) -> ShownPrice | None:
    """The price of what `heading` names, or None when the page shows none for it."""
    found = [
        mark for element in _priced(visible) if (mark := _read(element, zone)) and not stands_aside(element, heading)
    ]
    around: HtmlElement | None = heading
    for _ in range(_MOST_LEVELS):
        if around is None or around.tag in ("body", "html"):
            break
        inside = [mark for mark in found if around in (mark.element, *mark.element.iterancestors())]
        if inside:
            best = _best(inside)
            return None if _is_listed(best, inside) else _chosen(best, inside, around)
        around = around.getparent()
    return None


@dataclass(frozen=True)
class _Mark:
    """An element that holds a price."""

    element: HtmlElement
    price: Price
    before: Price | None
    text: str
    rank: int  # higher: more surely the price
    former: bool  # named or struck out as the price before


def _priced(visible: HtmlElement) -> Iterator[HtmlElement]:
    """Elements that are named as prices, or hold little more than an amount of money."""
    for element in visible.iter():
        if not isinstance(element.tag, str) or element.tag in ("html", "body", "script", "style"):
            continue
        named = bool(_NAMED.search(names_of(element)))
        if named or (len(element) == 0 and element.text and any(char.isdigit() for char in element.text[:_LONGEST])):
            yield element


def _read(element: HtmlElement, zone: ZoneInfo | None) -> _Mark | None:
    text = price_text(element)
    if not text or len(text) > _LONGEST or not any(char.isdigit() for char in text):
        return None
    names = names_of(element)
    around = " ".join(names_of(parent) for parent in list(element.iterancestors())[:3])
    named = bool(_NAMED.search(names))
    price, before = _amounts(element, text, zone, named=named or bool(_NAMED.search(around)))
    if price is None or price.amount == 0 or _OTHER.search(names) or (price.currency is None and not named):
        return None
    rank = (
        3 * named
        + 2 * (element.get("itemprop") == "price")
        + bool(_CHOSEN.search(names))
        + (price.currency is not None)
    )
    rank += bool(_NAMED.search(around)) - 3 * bool(_OTHER.search(around)) + 2 * (before is not None)
    rank -= 4 * bool(_WITHOUT_TAX.search(text)) + 2 * (before is None and len(re.findall(r"\d[\d.,' ٫٬]*", text)) > 1)
    return _Mark(element, price, before, text, rank, _is_former(element))


def price_text(element: HtmlElement) -> str:
    """An element's text with the parts of one number put together: «229» and a raised «99», «28», «,» and «00»."""
    pieces: list[str] = []
    for part in element.iter():
        if isinstance(part.tag, str):
            text = part.text or ""
            minor = re.fullmatch(r"\s*\d\d\s*", text) and (part.tag == "sup" or _MINOR.search(names_of(part)))
            joined = minor and pieces and re.search(r"\d\s*$", pieces[-1])
            pieces.append(f".{text.strip()}" if joined else text)
        pieces.append(part.tail or "" if part is not element else "")
    text = fold(re.sub(r"(?<=\d)\s*([.,٫])\s*(?=\d\d(?!\d))", r"\1", " ".join(p for p in pieces if p.strip())))
    apart = _TWO_SIZES.fullmatch(text) if _NAMED.search(names_of(element)) else None
    return f"{apart[1]}.{apart[2]}" if apart else text


def _amounts(
    element: HtmlElement, text: str, zone: ZoneInfo | None, *, named: bool
) -> tuple[Price | None, Price | None]:
    """The price and the one struck out beside it; a number alone counts only where the element is named a price."""
    struck = [inner for inner in element.iterdescendants() if isinstance(inner.tag, str) and _is_former_itself(inner)]
    if struck and words_of(element) != words_of(struck[0]):
        rest = text
        for inner in struck:
            rest = rest.replace(words_of(inner), " ", 1)
        now, was = read_prices(rest, zone)[0], read_prices(words_of(struck[0]), zone)
        former = was[0] or was[1]
        if now and former and former.amount > now.amount and not _WITHOUT_TAX.search(rest):
            return now, former
    price, before = read_prices(text, zone)
    alone = _NUMBER_ALONE.fullmatch(text) if named and price is None and before is None and len(text) <= 25 else None
    if alone and "%" not in text and "٪" not in text:
        price = read_prices(alone[1], zone)[0]
    return (price, before) if price else (before, None)


def _best(inside: Sequence[_Mark]) -> _Mark:
    """Not a former price while there is another; the surest; of equals the first on the page."""
    return max([mark for mark in inside if not mark.former] or inside, key=lambda mark: mark.rank)


def _is_listed(best: _Mark, inside: Sequence[_Mark]) -> bool:
    """Whether the price is one of several of one make, each beside a heading or a link of its own: a list of things."""
    equals = [mark for mark in inside if _make(mark) == _make(best) and mark.former == best.former]
    if len({mark.price.amount for mark in equals}) < 2:
        return False
    held = Counter(parent for mark in equals for parent in mark.element.iterancestors())
    return sum(_has_own_name(mark.element, held) for mark in equals) > 1


def _make(mark: _Mark) -> tuple[str, str]:
    return str(mark.element.tag), re.sub(r"\d+", "", names_of(mark.element))


def _has_own_name(element: HtmlElement, held: Mapping[HtmlElement, int]) -> bool:
    """Whether the part that holds this price and none of its equals has a name: a heading, a link, a row."""
    for parent in element.iterancestors():
        if held[parent] > 1:
            return False
        if parent.tag == "tr" and sum(bool(words_of(cell)) for cell in parent) > 1:
            return True
        links = (link.get("href") or "#" for link in parent.iter("a"))
        if next(parent.iter("h2", "h3", "h4", "h5", "h6"), None) is not None or any(h[0] != "#" for h in links):
            return True
    return False


def _chosen(best: _Mark, inside: Sequence[_Mark], around: HtmlElement) -> ShownPrice:
    """The best of the marks, with the price before it and the currency that stand near it."""
    former = [mark.price for mark in inside if mark.former and mark.price.amount > best.price.amount]
    before = best.before or (former[0] if former and not best.former else None)
    named = best.price.currency or next((mark.price.currency for mark in inside if mark.price.currency), None)
    return ShownPrice(Price(best.price.amount, named), before, best.text, best.element, around)


# ---------------------------------------------------------------- names and places


def names_of(element: HtmlElement) -> str:
    """What the page's makers call an element: its classes, id, itemprop and test names, in lower case."""
    keys = ("class", "id", "itemprop", "data-test", "data-testid", "data-qa", "data-price-type", "data-role")
    names = " ".join(element.get(key, "") for key in keys)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", names).lower().replace("_", "-")


def words_of(element: HtmlElement) -> str:
    """An element's visible text, folded."""
    return fold(" ".join(element.itertext()))


def stands_aside(element: HtmlElement, heading: HtmlElement) -> bool:
    """Whether an element belongs to something else than what the heading names: a menu, related products, a link."""
    own = set(heading.iterancestors())
    for parent in (element, *element.iterancestors()):
        if parent in own:
            return False
        if parent.tag in _ASIDE_TAGS or _ASIDE.search(names_of(parent)):
            return True
        if parent.tag == "a" and not (parent.get("href") or "#").startswith(("#", "javascript:")):
            return True
    return False


def _is_former(element: HtmlElement) -> bool:
    return any(_is_former_itself(part) for part in (element, *list(element.iterancestors())[:2]))


def _is_former_itself(element: HtmlElement) -> bool:
    struck = element.tag in _STRUCK or "line-through" in (element.get("style") or "")
    return struck or bool(_FORMER.search(names_of(element)))
