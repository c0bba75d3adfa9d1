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
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from pipelines.offers.availability import declared_availability, is_over, stated_availability
from pipelines.offers.candidates import Candidate, normal_url
from pipelines.offers.discounts import find_savings
from pipelines.offers.htmlpage import HtmlPage
from pipelines.offers.pagemarks import PageMarks, read_page_marks, sells
from pipelines.offers.prices import Price
from pipelines.offers.pricewords import words
from pipelines.offers.regions import outside
from pipelines.offers.shownprices import ShownPrice, names_of, shown_price, stands_aside, words_of
from pipelines.records import Block, Evidence
from pipelines.windows.datetokens import fold

__all__ = ["completed", "read_own_offer", "read_own_product"]

_LONGEST_OFFER = 6_000  # characters of text on the own page of an offer that nothing declares
_LEAD = 1_200  # characters after the heading that say what the page is for
_MOST_HEADED = 14  # headings on such a page: more is a list or a document
_OFFER_PATH = re.compile(
    r"offer|promo|deal|discount|sale|voucher|coupon|special|campaign|bundle|package|عرض|عروض|خصم|تخفيض|باقة|باقات"
)
_OFFER_WORD = words(r"""\b(?:offers?|promo(?:tion)?s?|deals?|discount|sale|save|off|free|voucher|coupon|cash ?back
    |package
    |bundle|special|عرض|عروض|العرض|خصم|خصومات|تخفيض|تخفيضات|وفر|مجانا|قسيمة|كوبون|باقة|باقات)\b""")
_NO_OFFER_PATH = re.compile(
    r"/(?:about|blog|news|article|press|career|job|contact|privacy|terms|conditions|policy|policies|faq|help|support|guide"
    r"|review|story|stories|tag|category|categories|author|archive|search|cart|checkout|account|login|investor|wiki|forum"
    r"|من-نحن|اتصل|مدونة|اخبار|أخبار|سياسة|الشروط)s?(?:[/.-]|$)"
)
_ARTICLE = words(r"""(?:schema\.org/|"@type"\s*:\s*\[?\s*")(?:\w*Article|BlogPosting|Report|Review|Recipe|FAQPage
    |AboutPage
    |ContactPage|CollectionPage|ItemList)\b""")  # fmt: skip
_BYLINE = re.compile(
    r"(?<![a-z])(?:byline|author|entry-meta|post-meta|published|posted-on|post-date|article-date|reading-time)(?![a-z])"
)
_VALIDITY = words(r"""\b(?:valid (?:until|till|through|from|for)|offer (?:ends|expires|valid)|until|expires?
    |ends on|limited time
    |while stocks last|ساري|سارية|صالح|صالحة|ينتهي|تنتهي|حتى نفاد|لفترة محدودة)\b""")
_OTHERS = words(r"""\b(?:more|other|related|similar|also|latest|explore|discover|see all|you may|أخرى|المزيد|مشابهة
    |مماثلة|ذات صلة
    |قد يعجبك|قد تهمك)\b""")
_CHOICE = re.compile(r"variant|swatch|size|option")
_CODE = words(
    r"""\b(?:(?:promo|coupon|discount|voucher)?\s?code|كود(?: الخصم)?|رمز(?: الخصم| العرض)?|كوبون)\s?[:：]?\s?["'«“]?"""
)
_CODE_FORM = re.compile(r"(?=[^\s]*[A-Z0-9])[A-Z0-9][A-Z0-9_-]{2,19}(?![\w-])")


def read_own_product(html: HtmlPage) -> Candidate | None:
    """The thing a page sells, when the page marks itself as a product's (rule 1); else None."""
    heading = None if _is_elsewhere(html) else _heading(html)
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
    heading = None if _is_elsewhere(html) else _heading(html)
    if heading is None or not _is_about_offer(html, heading, cards):
        return None
    zone = html.page.rules.zone
    shown = shown_price(html.content.visible, heading, zone)
    blocks = outside(html.content.blocks, cards)
    if shown is None and not _promises(blocks, words_of(heading)):
        return None
    return _candidate(html, heading, read_page_marks(html.tree, html.content.visible, zone), shown)


def completed(candidate: Candidate, html: HtmlPage) -> Candidate:
    """A declared offer, with the price and the state its own page merely shows."""
    heading = _heading(html) if candidate.own_page and candidate.price is None else None
    if heading is None:
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


# ---------------------------------------------------------------- what kind of page


def _is_elsewhere(html: HtmlPage) -> bool:
    """Whether the page is plainly another kind of page: the first one, an article, about, rules, a list."""
    path = unquote(urlsplit(html.url).path).lower()
    if re.fullmatch(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:index\.\w+)?", path) and not urlsplit(html.url).query:
        return True
    scripts = (script.text or "" for script in html.tree.iter("script") if "ld+json" in (script.get("type") or ""))
    types = (element.get("itemtype") or "" for element in html.tree.iterfind(".//*[@itemtype]"))
    if any(_ARTICLE.search(text) and "Product" not in text for texts in (scripts, types) for text in texts):
        return True
    return bool(_NO_OFFER_PATH.search(path))


def _is_about_offer(html: HtmlPage, heading: HtmlElement, cards: Collection[str]) -> bool:
    """Whether a page that sells nothing by itself is called an offer, is short, and is no list of others."""
    blocks = outside(html.content.blocks, cards)
    path = unquote(urlsplit(html.url).path).lower().rstrip("/")
    below_offers = bool(_OFFER_PATH.search(path.rpartition("/")[0]))
    if not below_offers and not _OFFER_WORD.search(fold(words_of(heading)).text):
        return False
    headings = sum(block.kind == "heading" for block in blocks)
    if sum(len(block.text) for block in blocks) > _LONGEST_OFFER or headings > _MOST_HEADED or _is_published(html):
        return False
    return not cards or (below_offers and _stand_apart(html.content.blocks, cards))


def _stand_apart(blocks: Sequence[Block], cards: Collection[str]) -> bool:
    """Whether the first card stands under a heading that says that what follows are others."""
    first = next((at for at, block in enumerate(blocks) if not outside((block,), cards)), 0)
    headings = [block.text for block in outside(blocks[:first], cards) if block.kind == "heading"]
    return len(headings) > 1 and bool(_OTHERS.search(fold(headings[-1]).text))


def _promises(blocks: Sequence[Block], title: str) -> bool:
    """Whether the heading or what follows it names a saving or a validity."""
    lead = _lead(blocks, title)
    return bool(find_savings(f"{title}\n{lead}")) or bool(_VALIDITY.search(fold(lead).text))


def _is_published(html: HtmlPage) -> bool:
    """Whether the page tells who wrote it or when it was published, as articles do."""
    names = {(meta.get("property") or meta.get("name") or "").lower() for meta in html.tree.iter("meta")}
    if names & {"article:published_time", "article:author", "author.name", "parsely-pub-date", "citation_title"}:
        return True
    return any(
        _BYLINE.search(names_of(e)) for e in html.content.visible.iter("div", "span", "p", "a", "time", "address")
    )


def _lead(blocks: Sequence[Block], title: str) -> str:
    """The text from the heading on, as much of it as says what the page is for."""
    at = next((at for at, block in enumerate(blocks) if block.text == title), 0)
    return "\n".join(block.text for block in blocks[at + 1 :])[:_LEAD]


def _heading(html: HtmlPage) -> HtmlElement | None:
    """The main heading: the h1, of several the one the page's title names; a second is no reason to doubt it."""
    wanted = _words_in(html.content.title)
    found = [(len(wanted & _words_in(words_of(h))), h) for h in html.content.visible.iter("h1") if words_of(h)]
    if not found:
        found = [(n, h) for h in html.content.visible.iter("h2") if (n := _named_by(words_of(h), wanted))]
    best = max((n for n, _ in found), default=0)
    return next((h for n, h in found if n == best and len(words_of(h)) < 300), None)


def _words_in(text: str) -> set[str]:
    return {str(word) for word in re.findall(r"\w+", text.casefold())}


def _named_by(text: str, wanted: set[str]) -> int:
    own = _words_in(text)
    return len(own & wanted) if own and own <= wanted else 0


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
        if parent.tag in ("body", "html") or len(words_of(parent)) > _LEAD:
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
