"""Where on its page a group of parts stands: under which heading, in what it is called, where its links lead."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from lxml.html import HtmlElement

from pipelines.offers.cards.looks import Look, Region, class_words, heading_level, text_of
from pipelines.offers.cards.signs import PAST
from pipelines.windows.datetokens import fold

__all__ = ["Context", "Place", "context_of", "heads_others", "is_news_url", "is_offer_url"]

_NAMED_OFFER = re.compile(
    r"(?<![a-z])(?:promo(?:tion)?s?|offers?|deals?|coupons?|vouchers?|discounts?|specials|hot-?sale|cashback)(?![a-z])"
    r"|(?:عرض|عروض|خصومات|تخفيضات|كوبون)"
)
_HEADS_OFFERS = re.compile(
    r"\b(?:offers?|promos?|promotions?|deals?|discounts?|coupons?|vouchers?|sale|savings|specials)\b"
    r"|(?<!\w)(?:ال)?(?:عرض|عروض|عروضنا|خصومات|تخفيضات|كوبونات|تنزيلات)(?!\w)"
)
_HEADS_OTHERS = re.compile(
    r"\b(?:reviews?|testimonials?|customers? sa(?:y|id)|clients? say|our team|meet the"
    r"|branch(?:es)?|locations?|find us|near(?:est)? you|faqs?|"
    r"questions|how (?:it|does|to)|why|categories|brands|partners|related|you (?:may"
    r"|might) (?:also )?like|also (?:bought|viewed)|"
    r"recently viewed|recommended|contact|careers|jobs|features|benefits|our services|press|awards|gallery)\b"
    r"|(?<!\w)(?:اراء|تقييمات|قالوا|عملا(?:ء|ؤ)نا|فريق|فروع|فروعنا|مواقعنا|الاسئله|اسئله|كيف"
    r"|لماذا|تصنيفات|الاقسام|اقسام|شركا|ماركات|"
    r"ذات صله|قد يعجبك|مشابهه|شاهدت|اتصل|وظائف|مميزات|خدماتنا|المعرض)"
)
_HEADS_NEWS = re.compile(
    r"\b(?:blog|news|articles?|stories|tips|guides?|insights)\b|(?<!\w)(?:ال)?(?:مدونه|اخبار|مقالات|نصائح)(?!\w)"
)
_NEWS_NAMES = re.compile(r"(?<![a-z])(?:blog|news|articles?|press|story|stories|journal|magazine)(?![a-z])")
_NEWS_URL = re.compile(
    r"/(?:blogs?|news|articles?|press|stories|magazine|journal|media-cent\w+|tips)(?:/|$)|/\d{4}/\d{1,2}/"
)
_FILTERS = re.compile(
    r"(?<![a-z])(?:categor(?:y|ies)|filters?|facets?|tabs?|sort|pager|pagination|app-store"
    r"|social|floating\w*|icons?)(?![a-z])"
)
_PROMO = re.compile(r"(?<![a-z])promos?(?![a-z])")
_PARTS = re.compile(r"\s[|•·–—:-]+\s|[|•:]")
_LONGEST_HEADING = 7  # words; a headline has more
_AROUND = 2  # elements around a part whose names still speak of it


@dataclass(frozen=True)
class Context:
    """What surrounds a group."""

    heading: str = ""  # folded
    linked: bool = False  # its links lead to places named for offers
    named: bool = False  # its classes speak of offers
    headed: bool = False  # the heading before it does; without one, the page's title
    news: bool = False  # all of these speak of articles
    others: bool = False  # its heading speaks of something else: reviews, branches, questions
    filters: bool = False  # its classes speak of categories and filters
    past: bool = False  # its heading speaks of offers that are over

    @property
    def offers(self) -> bool:
        """Whether offers are what one expects here."""
        return self.linked or self.named or self.headed


@dataclass(frozen=True)
class Place:
    """The page's headings by their place in the document."""

    order: dict[HtmlElement, int]
    headings: tuple[HtmlElement, ...]
    texts: dict[int, str]  # of the headings by their place, folded
    levels: tuple[list[int], ...]  # the places of the headings of each level, 0 to 6
    title: str  # folded: the page's own title

    @classmethod
    def of(cls, body: HtmlElement, title: str) -> Place:
        """The places of all elements of a page."""
        order = {element: at for at, element in enumerate(body.iter())}
        headings = tuple(element for element in order if heading_level(element) and text_of(element))
        texts = {order[heading]: fold(text_of(heading)).text for heading in headings}
        levels = tuple([order[h] for h in headings if heading_level(h) == level] for level in range(7))
        return cls(order, headings, texts, levels, fold(title).text)

    def heading_over(self, part: HtmlElement, level: int) -> str:
        """The folded text of the nearest heading before a part that stands above `level` (1 to 7)."""
        before = [heads[at - 1] for heads in self.levels[:level] if (at := bisect(heads, self.order[part]))]
        return self.texts[max(before)] if before else ""

    def sections(self, group: Sequence[Region]) -> list[tuple[str, list[int]]]:
        """The group's parts by the heading they stand under: its folded text, and which parts, in order.

        Headings within the parts head nothing but them.
        """
        inside = {part for region in group for part in region}
        outer = [h for h in self.headings if h not in inside and inside.isdisjoint(h.iterancestors())]
        places = [self.order[heading] for heading in outer]
        found: dict[int, list[int]] = {}
        for at, region in enumerate(group):
            found.setdefault(bisect(places, self.order[region[0]]) - 1, []).append(at)
        return [(self.texts[places[at]] if at >= 0 else "", parts) for at, parts in found.items()]


def context_of(group: Sequence[Region], looks: Sequence[Look], heading: str, place: Place) -> Context:
    """What the heading over a group, its names and its links say of it."""
    names = _names(group)
    urls = [unquote(look.links[0]).lower() for look in looks if look.links]
    linked, named = _most(urls, is_offer_url), bool(_NAMED_OFFER.search(names))
    if named and not _heads_offers(place.title):  # newspapers call the teasers of their articles promos
        named = bool(_NAMED_OFFER.search(_PROMO.sub(" ", names)))
    headed = _heads_offers(heading or place.title)
    news = _NEWS_NAMES.search(names) or _HEADS_NEWS.search(heading) or _most(urls, is_news_url)
    return Context(
        heading=heading,
        linked=linked,
        named=named,
        headed=headed,
        news=bool(news) and not (linked or named) and not _HEADS_OFFERS.search(heading),
        others=bool(_HEADS_OTHERS.search(heading)) and not _HEADS_OFFERS.search(heading) and not linked,
        filters=bool(_FILTERS.search(names)),
        past=bool(PAST.search(heading)),
    )


def heads_others(heading: str) -> bool:
    """Whether a folded heading announces something else than offers: reviews, branches, questions, articles."""
    return bool(_HEADS_OTHERS.search(heading) or _HEADS_NEWS.search(heading)) and not _HEADS_OFFERS.search(heading)


def _names(group: Sequence[Region]) -> str:
    first = group[0][0]
    around = [element for element in first.iterancestors() if element.tag not in {"body", "html", "main"}][:_AROUND]
    inner = [element for element in first.iter() if element.get("class")]
    return " ".join(class_words(element) for element in (first, *around, *inner))


def is_offer_url(url: str) -> bool:
    """Whether an address is that of one offer: a segment names offers and another follows it."""
    segments = [part for part in url.split("?")[0].split("#")[0].split("/") if part]
    return any(_NAMED_OFFER.search(part) for part in segments[:-1])


def _heads_offers(text: str) -> bool:
    """Whether a heading, or a part of a title, announces offers."""
    return any(_HEADS_OFFERS.search(part) and len(part.split()) <= _LONGEST_HEADING for part in _PARTS.split(text))


def is_news_url(url: str) -> bool:
    """Whether an address in lower case is that of an article."""
    return bool(_NEWS_URL.search(url))


def _most(urls: Sequence[str], test: Callable[[str], bool]) -> bool:
    return bool(urls) and sum(map(test, urls)) * 2 >= len(urls)
