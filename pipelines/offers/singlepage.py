"""A page that is one offer's own page, though it declares none: a product, a service, a promotion.

Precision comes before recall, because every article names a price somewhere. A page is one offer's own when

1. it marks itself as a product's: `og:type` product, a declared price, a button that buys; and shows a price or says
   that the thing is not to be had (then it is over); or
2. its address or heading calls it an offer, its text is short, and what stands near the heading names a price, a
   saving or a validity; and

never when it is a site's first page, an article (by schema.org type, `og:type` with a date of publication, a byline),
a page about the business or its rules, or a list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from lxml.html import HtmlElement

from pipelines.offers.availability import declared_availability, is_over, stated_availability
from pipelines.offers.candidates import Candidate, normal_url
from pipelines.offers.discounts import find_savings
from pipelines.offers.htmlpage import HtmlPage
from pipelines.offers.pagekinds import LEAD, is_about_offer, is_elsewhere, lead_of, main_heading, promises
from pipelines.offers.pagemarks import PageMarks, read_page_marks, sells
from pipelines.offers.prices import Price
from pipelines.offers.pricewords import words
from pipelines.offers.regions import outside
from pipelines.offers.shownprices import ShownPrice, names_of, shown_price, stands_aside, words_of
from pipelines.records import Block, Evidence
from pipelines.windows.datetokens import fold

__all__ = ["completed", "read_own_offer", "read_own_product"]

_CHOICE = re.compile(r"variant|swatch|size|option")
_CODE = words(
    r"""\b(?:(?:promo|coupon|discount|voucher)?\s?code|كود(?: الخصم)?|رمز(?: الخصم| العرض)?|كوبون)\s?[:：]?\s?["'«“]?"""
)
_CODE_FORM = re.compile(r"(?=[^\s]*[A-Z0-9])[A-Z0-9][A-Z0-9_-]{2,19}(?![\w-])")


def read_own_product(html: HtmlPage) -> Candidate | None:
    """The thing a page sells, when the page marks itself as a product's (rule 1); else None."""
    heading = None if is_elsewhere(html) else main_heading(html)
    if heading is None:
        return None
    marks = read_page_marks(html.tree, html.content.visible, html.page.rules.zone)
    if not marks.kind.startswith(("product", "og:product")) and marks.price is None and not sells(html.tree):
        return None
    found = _candidate(html, heading, marks, shown_price(html.content.visible, heading, html.page.rules.zone))
    return found if found.price is not None or found.over else None


def read_own_offer(html: HtmlPage, cards: Collection[str] = ()) -> Candidate | None:
    """The offer a page is about, when its address or heading calls it one (rule 2); else None.

    `cards` are the regions of offers found on the page by their shape: none, unless they stand under a heading
    such as «More offers».
    """
    heading = None if is_elsewhere(html) else main_heading(html)
    if heading is None or not is_about_offer(html, heading, cards):
        return None
    zone = html.page.rules.zone
    shown = shown_price(html.content.visible, heading, zone)
    blocks = outside(html.content.blocks, cards)
    if shown is None and not promises(blocks, words_of(heading)):
        return None
    found = _candidate(html, heading, read_page_marks(html.tree, html.content.visible, zone), shown)
    return _with_saving(found, lead_of(blocks, found.title))


def _with_saving(candidate: Candidate, lead: str) -> Candidate:
    """The offer with the first percentage its text gives off, and the words that give it."""
    saving = next((saving for saving in find_savings(lead) if saving.percent is not None), None)
    if saving is None:
        return candidate
    evidence = Evidence("discount_percent", saving.text, "page:up-to" if saving.upper_bound else "page:saving")
    return replace(candidate, discount=saving.percent, evidence=(*candidate.evidence, evidence))


def completed(candidate: Candidate, html: HtmlPage) -> Candidate:
    """An offer whose own page this is, with the price, the state and the saving the page merely shows."""
    heading = main_heading(html) if candidate.own_page else None
    if heading is None:
        return candidate
    if candidate.discount is None and any(found.rule.startswith("card:") for found in candidate.evidence):
        candidate = _with_saving(candidate, lead_of(html.content.blocks, candidate.title))
    if candidate.price is not None:
        return candidate
    marks = read_page_marks(html.tree, html.content.visible, html.page.rules.zone)
    found = _candidate(html, heading, marks, shown_price(html.content.visible, heading, html.page.rules.zone))
    known = {evidence.field for evidence in candidate.evidence}
    return replace(
        candidate,
        price=found.price,
        price_before=candidate.price_before or found.price_before,
        image=candidate.image or found.image,
        code=candidate.code or found.code,
        evidence=(*candidate.evidence, *(e for e in found.evidence if e.field not in known)),
    )


# ---------------------------------------------------------------- the offer


def _candidate(html: HtmlPage, heading: HtmlElement, marks: PageMarks, shown: ShownPrice | None) -> Candidate:
    title = words_of(heading)
    price, before, evidence = _price(marks, shown)
    availability, said, rule = _availability(html, heading, marks, shown)
    code = _code(html.content.blocks)
    evidence = [Evidence("title", title, f"page:{heading.tag!s}"), *evidence]
    if said:
        evidence.append(Evidence("availability", said, rule))
    if code:
        evidence.append(Evidence("code", code, "page:code"))
    return Candidate(
        title=title,
        description=html.content.description,
        url=html.url,
        image=normal_url(marks.image, html.page),
        code=code,
        price=price,
        price_before=before,
        over=is_over(availability) or (availability == "OutOfStock" and price is None),
        own_page=True,
        evidence=tuple(evidence),
    )


def _price(marks: PageMarks, shown: ShownPrice | None) -> tuple[Price | None, Decimal | None, list[Evidence]]:
    """The declared price, else the one shown; what is shown lends the currency and the price before."""
    if marks.price is None and shown is None:
        return None, None, []
    if marks.price is None and shown is not None:
        before = shown.before.amount if shown.before else None
        return shown.price, before, [Evidence("price", shown.text, "page:price")]
    price, before = marks.price, marks.price_before
    if price and shown and shown.price.amount == price.amount:
        before = before or (shown.before.amount if shown.before else None)
        price = Price(price.amount, price.currency or shown.price.currency)
    return price, before, [Evidence("price", marks.price_text, "meta:price")]


def _availability(
    html: HtmlPage, heading: HtmlElement, marks: PageMarks, shown: ShownPrice | None
) -> tuple[str, str, str]:
    """The state by schema.org's name, the text that says it, and the rule that read it."""
    if marks.availability:
        name, text = declared_availability([marks.availability])
        return name, text, "meta:availability"
    around = shown.around if shown else _around(heading)
    said = [(state, text) for text in _short_texts(around, heading) if (state := stated_availability(text))]
    for wanted in ("SoldOut", "OutOfStock", "InStock"):
        for state, text in said:
            if state == wanted:
                return state, text, "page:availability"
    return "", "", ""


def _around(heading: HtmlElement) -> HtmlElement:
    """The heading's own part of the page where no price tells how far that goes."""
    around = heading
    for parent in heading.iterancestors():
        if parent.tag in ("body", "html") or len(words_of(parent)) > LEAD:
            break
        around = parent
    return around


def _short_texts(around: HtmlElement, heading: HtmlElement) -> list[str]:
    """The short texts of an element that are not those of a size or colour to choose, nor of something else."""
    found = []
    for element in around.iter("p", "span", "div", "strong", "b", "button", "td", "dd", "em"):
        text = words_of(element)
        if 0 < len(text) <= 60 and not _is_choice(element, around) and not stands_aside(element, heading):
            found.append(text)
    return found


def _is_choice(element: HtmlElement, around: HtmlElement) -> bool:
    for parent in (element, *element.iterancestors()):
        if parent is around:
            return False
        if parent.tag in ("li", "label", "option", "a") or _CHOICE.search(names_of(parent)):
            return True
    return False


def _code(blocks: Sequence[Block]) -> str:
    """A code to be given when buying: «Use code OIL25», «كود الخصم: OIL25»."""
    for block in blocks:
        folded = fold(block.text)
        for found in _CODE.finditer(folded.text):
            form = _CODE_FORM.match(folded.quote(found.end(), min(len(folded.text), found.end() + 24)).lstrip())
            if form and not form[0].isdigit():
                return form[0]
    return ""
