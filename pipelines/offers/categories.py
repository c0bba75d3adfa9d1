"""Which of a source's categories an offer belongs to, by the words that name them in any language.

What the offer says of itself comes first: its tags, its text, its own address. Only where that names none does the
page it stands on speak: its breadcrumb trail and its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from pipelines.windows.datetokens import fold

__all__ = ["address_words", "categorise"]

# What may be joined in front of an Arabic word without changing it: and, then, with, for, like, the, for-the.
_PREFIX = r"(?:[وف]?(?:بال|كال|لل|ال|[بلك])?)"
_ARABIC = re.compile("[ء-ي]")


_START = re.compile(r"(?:home|home ?page|main|start|الرئيسية|الصفحة الرئيسية)", re.IGNORECASE)
_ANY_OFFER = re.compile(
    r"(?:all |our |latest |special )*(?:offers?|promotions?|deals?|products?|services?|shop|store|sale)|(?:كل |جميع )?"
    r"(?:العروض|عروض|المنتجات|الخدمات|المتجر)",
    re.IGNORECASE,
)


def categorise(
    categories: Mapping[str, tuple[str, ...]],
    texts: Iterable[str],
    declared: Iterable[str] = (),
    context: Iterable[str] = (),
) -> tuple[str, ...]:
    """The categories an offer belongs to, in the order they are configured.

    With categories configured, an offer belongs to each whose name is declared for it or whose words stand in
    its declared tags or its texts; what the site calls its own categories is only another text. Where none does,
    the texts of `context` decide: what is known of the page it stands on. With none configured, the site's own names
    are taken as they stand, in lower case: the declared ones, else the steps of the trail that name something.
    """
    tags = _clean(declared)
    around = _clean(context)
    if not categories:
        return tuple(dict.fromkeys(tag.casefold() for tag in tags or _telling(around)))
    own = " \n ".join(fold(text).text for text in (*tags, *texts))
    found = tuple(name for name, words in categories.items() if _pattern((name, *words)).search(own))
    if found or not around:
        return found
    page = " \n ".join(fold(text).text for text in around)
    return tuple(name for name, words in categories.items() if _pattern((name, *words)).search(page))


def _clean(names: Iterable[str]) -> list[str]:
    return [name for name in (re.sub(r"\s+", " ", name).strip() for name in names) if name]


def _telling(steps: Iterable[str]) -> list[str]:
    """The steps of a trail that name a category: neither the site's start, nor simply «Offers», nor an address."""
    return [s for s in steps if not s.startswith("/") and not _START.fullmatch(s) and not _ANY_OFFER.fullmatch(s)]


def address_words(url: str) -> str:
    """The words of an address's path, after a slash each: «/ar/offers/engine-oil» tells as much as a tag."""
    return "/" + re.sub(r"[-_+.]+", " ", unquote(urlsplit(url).path)).strip("/").replace("/", " / ")


@lru_cache(maxsize=512)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_word(fold(word).text.strip()) for word in words if word.strip()) or r"(?!)")


def _word(word: str) -> str:
    """The word as a whole; English may take a plural s, Arabic a joined prefix, and any run of spaces divides it."""
    body = r"\s+".join(re.escape(part) for part in word.replace("_", " ").replace("-", " ").split())
    body = body.replace(r"\s+", r"[\s-]+")
    if _ARABIC.search(word):
        bare = body[2:] if body.startswith("ال") and len(word) > 4 else body
        return rf"(?<![^\W_]){_PREFIX}{bare}(?![^\W_])"
    return rf"(?<![^\W_]){body}(?:s|es)?(?![^\W_])"
