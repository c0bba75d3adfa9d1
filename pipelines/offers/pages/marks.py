"""What a page says about the one thing it is for outside schema.org's syntaxes: meta properties and lone itemprops.

Open Graph's product vocabulary (`product:price:amount`, https://developers.facebook.com/docs/marketing-api/catalog),
the older `og:price:amount`, Twitter's labelled data, `itemprop` without an `itemscope`, and the button that sells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipelines.offers.prices.reading import Price, read_currency, read_price
from pipelines.offers.prices.shown import names_of, words_of
from pipelines.offers.prices.words import words
from pipelines.web.characters import fold
from pipelines.windows.datetokens import fold as letters

__all__ = ["PageMarks", "read_page_marks", "sells"]

_PRICES = ("product:sale_price:amount", "product:price:amount", "og:price:amount", "price", "product:price")
_BEFORE = ("product:original_price:amount", "og:price:standard_amount")
_CURRENCIES = ("product:sale_price:currency", "product:price:currency", "og:price:currency", "pricecurrency")
_AVAILABILITY = ("product:availability", "og:availability", "availability")
_BUYS = words(r"""add-?to-?(?:cart|basket|bag|trolley)|addtocart|(?<![a-z])buy(?:-?now|-?btn|-?button
    |-?box)?(?![a-z])|to-?basket
    |button-?cart|add-?product|cart-?(?:add|button)|in-?den-?warenkorb|ajouter-?(?:au-?)?panier|purchase-?(?:button
    |btn)""")
_BUY_WORDS = words(r"""(?i)^\W*(?:add to (?:cart|basket|bag|trolley)|buy (?:it )?now|buy$|order now
    |in den (?:warenkorb|einkaufswagen)
    |ajouter au panier|añadir al? (?:carrito|cesta)|aggiungi al carrello|adicionar ao carrinho|do košíka|do koszyka
    |přidat do košíku|в корзину|купить|купити|sepete ekle|أضف (?:إلى|الى|ل)\s?(?:ال)?(?:سلة|عربة)|إضافة (?:إلى|الى
    |ل)\s?(?:ال)?(?:سلة|عربة)
    |أضف للسلة|اشتر[يِ]? الآن|شراء الآن|اطلب الآن)""")


@dataclass(frozen=True)
class PageMarks:
    """What a page declares about the thing it is for."""

    kind: str = ""  # og:type, lower case
    title: str = ""
    description: str = ""
    image: str = ""
    price: Price | None = None
    price_before: Decimal | None = None
    price_text: str = ""  # as it stands in the page
    availability: str = ""  # as it stands in the page


def read_page_marks(tree: HtmlElement, visible: HtmlElement, zone: ZoneInfo | None) -> PageMarks:
    """The marks of a page; `tree` holds its head, `visible` what a visitor sees."""
    metas = _metas(tree)
    amount = next((metas[name] for name in _PRICES if metas.get(name)), "") or _labelled(metas, "price")
    price = read_price(amount, zone) if amount else None
    lone = "" if price else _lone(visible, "price")
    price = price or (read_price(lone, zone) if lone else None)
    currency = next((metas[name] for name in _CURRENCIES if metas.get(name)), "") or _lone(visible, "priceCurrency")
    before = next((read_price(metas[name], zone) for name in _BEFORE if metas.get(name)), None)
    if price and price.amount == 0:
        price = None
    if price and currency:
        price = Price(price.amount, read_currency(currency, zone) or price.currency)
    return PageMarks(
        kind=metas.get("og:type", "").lower(),
        title=metas.get("og:title", ""),
        description=metas.get("og:description", "") or metas.get("description", ""),
        image=metas.get("og:image", "") or metas.get("og:image:secure_url", "") or metas.get("twitter:image", ""),
        price=price,
        price_before=before.amount if before and price and before.amount > price.amount else None,
        price_text=amount or lone,
        availability=next((metas[name] for name in _AVAILABILITY if metas.get(name)), "")
        or _lone(visible, "availability"),
    )


def _metas(tree: HtmlElement) -> dict[str, str]:
    """The first content of each meta by its name, property or lone itemprop, in lower case."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or _itemprop(meta)).strip().lower()
        if name and (content := fold(meta.get("content") or "")):
            found.setdefault(name, content)
    return found


def _itemprop(meta: HtmlElement) -> str:
    """An itemprop that belongs to no item: those of items are microdata's."""
    inside = any(parent.get("itemscope") is not None for parent in meta.iterancestors())
    return "" if inside else meta.get("itemprop") or ""


def _labelled(metas: dict[str, str], label: str) -> str:
    """Twitter's «label1: Price», «data1: SAR 199»."""
    for at in ("1", "2"):
        if metas.get(f"twitter:label{at}", "").lower() == label:
            return metas.get(f"twitter:data{at}", "")
    return ""


def _lone(visible: HtmlElement, name: str) -> str:
    """The value of an itemprop that stands once on the page and in no item."""
    found = [e for e in visible.iterfind(f".//*[@itemprop='{name}']") if _itemprop(e)]
    if len(found) != 1:
        return ""
    return fold(found[0].get("content") or found[0].get("href") or words_of(found[0]))


def sells(tree: HtmlElement) -> bool:
    """Whether the page has a control that puts its thing into a basket or buys it: one with an id, or few of one kind.

    A list has one a card, without ids because those are given once.
    """
    found = [
        element for tag in ("button", "input", "a", "form", "span") for element in tree.iter(tag) if _buys(element)
    ]
    if any(_BUYS.search(_id_of(element)) for element in found):
        return True
    return 0 < sum(element.tag != "form" for element in found) <= 3


def _id_of(element: HtmlElement) -> str:
    """The element's id as words; a number in it makes it one of many."""
    name = (element.get("id") or "").lower().replace("_", "-")
    return "" if re.search(r"\d{2,}", name) else name


def _buys(element: HtmlElement) -> bool:
    """By its name where it is a control; by its words where it is small: a label and an icon."""
    names = f"{names_of(element)} {(element.get('name') or '').lower().replace('_', '-')}"
    if element.tag not in ("a", "span") and _BUYS.search(names):
        return True
    if element.tag == "form" or len(element) > 3 or (element.tag == "span" and len(element)):
        return False
    said = words_of(element)[:60] or element.get("value") or element.get("aria-label") or ""
    return bool(said) and bool(_BUY_WORDS.search(letters(said).text))
