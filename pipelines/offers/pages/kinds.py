"""What kind of page a page is, as far as offers go: one offer's own, or plainly something else."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from pipelines.offers.cards.context import is_news_url
from pipelines.offers.cards.looks import is_editorial
from pipelines.offers.cards.signs import MONEY, SAVING
from pipelines.offers.htmlpage import HtmlPage
from pipelines.offers.prices.discounts import find_savings
from pipelines.offers.prices.shown import names_of, words_of
from pipelines.offers.prices.words import words
from pipelines.offers.regions import outside
from pipelines.records import Block
from pipelines.windows.datetokens import fold

__all__ = [
    "LEAD", "is_below_offers", "is_called_offer", "is_elsewhere", "is_published", "is_short", "lead_of",
    "main_heading", "names_saving", "part_around", "promises", "stand_apart",
]  # fmt: skip

_LONGEST_OFFER = 6_000  # characters of text on the own page of an offer that nothing declares
LEAD = 1_200  # characters after the heading that say what the page is for
_MOST_HEADED = 14  # headings on such a page: more is a list or a document
_OFFER_PATH = re.compile(
    r"(?<![a-z])(?:offers?|promo(?:tion)?s?|deals?|discounts?|sales?|vouchers?|coupons?|specials?|campaigns?|bundles?"
    r"|packages?|cashback)(?![a-z])|عرض|عروض|خصم|خصومات|تخفيض|باقة|باقات|كوبون"
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


def is_elsewhere(html: HtmlPage) -> bool:
    """Whether the page is plainly another kind of page: the first one, an article, about, rules, a list."""
    path = unquote(urlsplit(html.url).path).lower()
    if re.fullmatch(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:index\.\w+)?", path) and not urlsplit(html.url).query:
        return True
    scripts = (script.text or "" for script in html.tree.iter("script") if "ld+json" in (script.get("type") or ""))
    types = (element.get("itemtype") or "" for element in html.tree.iterfind(".//*[@itemtype]"))
    if any(_ARTICLE.search(text) and "Product" not in text for texts in (scripts, types) for text in texts):
        return True
    heading = main_heading(html)
    editorial = heading is not None and is_editorial(words_of(heading))
    return editorial or is_news_url(path) or bool(_NO_OFFER_PATH.search(path))


def is_short(html: HtmlPage) -> bool:
    """Whether a page is short enough to be one offer's, and is no list or document."""
    blocks = html.content.blocks
    headings = sum(block.kind == "heading" for block in blocks)
    return sum(len(block.text) for block in blocks) <= _LONGEST_OFFER and headings <= _MOST_HEADED


def is_below_offers(url: str) -> bool:
    """Whether an address lies below one that names offers, as one offer's does."""
    path = unquote(urlsplit(url).path).lower().rstrip("/")
    return bool(_OFFER_PATH.search(path.rpartition("/")[0]))


def is_called_offer(title: str) -> bool:
    """Whether a heading calls what it heads an offer."""
    return bool(_OFFER_WORD.search(fold(title).text))


def names_saving(title: str) -> bool:
    """Whether a heading names a saving or a price itself."""
    plain = fold(title).text
    return bool(SAVING.search(plain) or MONEY.search(plain))


def stand_apart(blocks: Sequence[Block], cards: Collection[str]) -> bool:
    """Whether the first card stands under a heading that says that what follow are others."""
    first = next((at for at, block in enumerate(blocks) if not outside((block,), cards)), 0)
    headings = [block.text for block in outside(blocks[:first], cards) if block.kind == "heading"]
    return len(headings) > 1 and bool(_OTHERS.search(fold(headings[-1]).text))


def part_around(heading: HtmlElement) -> HtmlElement:
    """The largest element around the heading within the body: what the page says of its subject."""
    line = [element for element in (heading, *heading.iterancestors()) if element.tag not in ("html", "body")]
    return next((element for element in line if element.tag in ("main", "article")), line[-1])


def promises(blocks: Sequence[Block], title: str) -> bool:
    """Whether the heading or what follows it names a saving or a validity."""
    lead = lead_of(blocks, title)
    return bool(find_savings(f"{title}\n{lead}")) or bool(_VALIDITY.search(fold(lead).text))


def is_published(html: HtmlPage) -> bool:
    """Whether the page tells who wrote it or when it was published, as articles do."""
    names = {(meta.get("property") or meta.get("name") or "").lower() for meta in html.tree.iter("meta")}
    if names & {"article:published_time", "article:author", "author.name", "parsely-pub-date", "citation_title"}:
        return True
    return any(
        _BYLINE.search(names_of(e)) for e in html.content.visible.iter("div", "span", "p", "a", "time", "address")
    )


def lead_of(blocks: Sequence[Block], title: str) -> str:
    """The text from the heading on, as much of it as says what the page is for."""
    at = next((at for at, block in enumerate(blocks) if block.text == title), 0)
    return "\n".join(block.text for block in blocks[at + 1 :])[:LEAD]


def main_heading(html: HtmlPage) -> HtmlElement | None:
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
