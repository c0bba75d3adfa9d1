"""By what an offer is known again on another page: its marks. Which of them join is said in `pipelines.store.joining`.

In order of strength:

1. `key`: its address without scheme, `www.` and closing slash; or the key its source gives it.
2. `moved`: an address from which a redirect leads to another (made while joining, from what the crawl met).
3. `alternate`: its own page and another name each other as versions of themselves (hreflang on both).
4. `sku`: the number its seller gives it.
5. `path`: its address with what names its own language taken out: /en/x and /ar/x, ?lang=ar, ar.example, x-ar.html.
6. `named`: a page that another names as its version in another language, without being named in return.
7. `code`: the code to mention, with the same price or percentage: one coupon may stand on everything.
8. `place`: its place on two lists that name each other as versions, when all their cards have the same prices and
   pictures in the same order.
9. `title`: the same title in the same language, with the same price or percentage, or without either when it says
   enough; words that stand on every offer say nothing.

10. `former`: the entry it spoke of, known by what is gone (made while joining, from what entries were known by).

Two more join nothing: `own`, an address of the page that is the draft's own; `link`, where the card alone leads.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import SplitResult, urlsplit

__all__ = ["LEVELS", "MARKING_RECIPE", "PageSaid", "Said", "after_move", "key_mark", "marks_of", "names", "slug"]

# Changes whenever the same draft may get other marks, so that stored ones are known to be out of date.
MARKING_RECIPE = "marks-1"
LEVELS = ("key", "moved", "alternate", "sku", "path", "named", "code", "place", "title", "former")

_LONGEST = 200  # characters of a mark's value; a longer one is hashed, for the index's sake
_LANGUAGE_PARAMETERS = frozenset({"lang", "language", "locale", "hl", "lng"})
_DEPTH = 3  # path segments among which a language is looked for
_STEM = 5  # letters by which words are compared: «tyre» and «tyres» are one
_MOST_OF = 0.6
_START = re.compile(r"[^/?]*(?:/[a-z]{2}(?:[-_][a-z]{2})?)?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
# Words that any offer's title may consist of; what is left must tell this one from others.
_COMMONPLACE = frozenset(
    _WORD.findall(
        "all and any best big code deal deals discount discounts enjoy exclusive extra for free from get great hot"
        " limited mega month more new now of off offer offers on only our price prices promo promotion promotions sale"
        " sales save saving savings special specials super the this time to today up week weekend with your"
        " آخر أقوى اليوم العرض العروض خاص خاصة خصم خصومات التخفيضات تخفيض تخفيضات على عرض عروض فقط في كل كود لفترة"
        " محدودة مجانا مع من نسبة وفر حتى"
    )
)


@dataclass(frozen=True)
class Said:
    """What identity looks at of one draft."""

    ordinal: int  # place on its page
    key: str
    kind: str
    url: str
    title: str
    language: str
    price: Decimal | None = None
    percent: Decimal | None = None
    code: str | None = None
    identifier: str = ""  # sku:… or code:…
    image: str | None = None


@dataclass(frozen=True)
class PageSaid:
    """The drafts of one page and how the page is addressed."""

    urls: tuple[str, ...]  # every address it goes by, that by which it names itself first
    alternates: tuple[str, ...]  # what it names as its versions in other languages
    drafts: tuple[Said, ...]


def marks_of(page: PageSaid) -> dict[int, tuple[str, ...]]:
    """The marks of each draft of a page, by its ordinal; sorted.

    An item of a feed, or pushed, has its key alone: whoever gave it says what is one and what is not.
    """
    if any(url.startswith(("feed:", "push:")) for url in page.urls):
        return {draft.ordinal: (key_mark(draft.key),) for draft in page.drafts}
    addresses = [_fold(url) or url for url in page.urls]
    others = sorted({_fold(url) for url in page.alternates} - {*addresses, ""})
    links = Counter(_fold(draft.url) for draft in page.drafts if draft.kind == "offer")
    places = dict(_places(page, others))
    marks: dict[int, tuple[str, ...]] = {}
    for draft in page.drafts:
        own = (_fold(draft.key) or draft.key) in addresses
        found = {_key_mark(draft), *places.get(draft.ordinal, ())}
        if own:
            found |= {_mark("own", address) for address in addresses}
            found |= set(_alternate_marks(addresses[0], others))
        if draft.kind == "offer":
            link = _fold(draft.url)
            if link and link not in addresses and links[link] == 1:
                found |= {_mark("link", link), _mark("key", link) if _host(link) == _host(addresses[0]) else ""}
            found |= set(_offer_marks(draft))
        if own or draft.kind == "offer":
            found |= set(_path_marks(draft))
        marks[draft.ordinal] = tuple(sorted(found - {""}))
    return marks


def _fold(url: str) -> str:
    """An address without scheme, `www.` and closing slash; empty when it is no web address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return ""
    return _joined(parts, parts.netloc.removeprefix("www."), parts.path.rstrip("/"), parts.query)


def key_mark(key: str) -> str:
    """The mark of what a draft is filed under, or of an address."""
    return _mark("key", _fold(key) or key)


def after_move(mark: str, moves: Mapping[str, str]) -> str | None:
    """The mark as it is once its address has moved, what follows a `#` kept; None: it has not moved.

    `moves`: mark of an address -> mark of the one it moved to.
    """
    address, hash_, card = mark.partition("#")
    return None if address not in moves else moves[address] + hash_ + card


def slug(text: str) -> str:
    """The words of a text, however they are set apart."""
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-")


def names(page_title: str, offer_title: str) -> bool:
    """Whether most of the offer's words stand in the page's title, endings aside."""
    offered = {word[:_STEM] for word in re.findall(r"\w+", offer_title.casefold())}
    named = {word[:_STEM] for word in re.findall(r"\w+", page_title.casefold())}
    return len(offered & named) >= _MOST_OF * len(offered)


def _mark(kind: str, value: str) -> str:
    if not value:
        return ""
    short = value if len(value) <= _LONGEST else hashlib.sha256(value.encode()).hexdigest()
    return f"{kind}:{short}"


def _joined(parts: SplitResult, host: str, path: str, query: str) -> str:
    return host + path + (f"?{query}" if query else "") + (f"#{parts.fragment}" if parts.fragment else "")


def _host(folded: str) -> str:
    return folded.partition("/")[0].partition("?")[0]


def _key_mark(draft: Said) -> str:
    """The mark of what the draft is filed under; a number or code has a mark of its own kind."""
    return "" if draft.key.startswith(("sku:", "code:")) else key_mark(draft.key)


def _alternate_marks(address: str, others: Iterable[str]) -> Iterator[str]:
    """Marks that the named page has too when it names this one in return, and one it has in any case."""
    yield _mark("named", address)
    for other in others:
        if _START.fullmatch(other):  # where a page without a translation often leads
            continue
        yield _mark("alternate", " ".join(sorted((address, other))))
        yield _mark("named", other)


def _offer_marks(draft: Said) -> Iterator[str]:
    identifier = draft.identifier or draft.key
    if identifier.startswith("sku:"):
        yield _mark("sku", identifier.removeprefix("sku:").casefold())
    code = draft.code or (identifier.removeprefix("code:") if identifier.startswith("code:") else "")
    price, percent = _plain(draft.price), _plain(draft.percent)
    worth = [value for value in (price, percent and f"{percent}%") if value]
    if code:
        yield from (_mark("code", f"{code.casefold()} {value}") for value in worth)
    telling = len(set(_WORD.findall(draft.title.casefold())) - _COMMONPLACE)
    named = f"{draft.language} {slug(draft.title)}"
    if price and telling >= 1:
        yield _mark("title", f"{named} {price}")
    if percent and telling >= 2:
        yield _mark("title", f"{named} {percent}%")
    if telling >= 3:
        yield _mark("title", named)


def _plain(amount: Decimal | None) -> str:
    """The amount without zeros at its end; empty for none."""
    return "" if amount is None else f"{amount.normalize():f}"


def _path_marks(draft: Said) -> Iterator[str]:
    """The mark of its address without its language; none for a start page, which every language has."""
    address = _fold(draft.key) and not urlsplit(draft.key).fragment and draft.key
    if address and draft.language != "und":
        left = _languageless(urlsplit(address), draft.language)
        if "/" in left or "?" in left:
            yield _mark("path", left)


def _languageless(parts: SplitResult, language: str) -> str:
    """The folded address without what names that language; a region beside it stays, for its prices are its own."""
    names = re.compile(rf"{re.escape(language)}(?:[-_]([a-z]{{2}}))?", re.IGNORECASE)
    labels = parts.netloc.removeprefix("www.").split(".")
    host = ".".join(labels[1:] if len(labels) > 2 and names.fullmatch(labels[0]) else labels)
    segments = [segment for segment in parts.path.split("/") if segment]
    for at, segment in enumerate(segments[:_DEPTH]):
        if found := names.fullmatch(segment):
            segments[at : at + 1] = [found[1].lower()] if found[1] else []
            break
    if segments:
        segments[-1] = re.sub(rf"[-_.]{re.escape(language)}(?=\.\w{{2,5}}$|$)", "", segments[-1], flags=re.IGNORECASE)
    fields = [field for field in parts.query.split("&") if field and not _names_language(field, names)]
    return _joined(parts, host, "".join(f"/{segment}" for segment in segments), "&".join(fields))


def _names_language(field: str, names: re.Pattern[str]) -> bool:
    name, _, value = field.partition("=")
    return name.lower() in _LANGUAGE_PARAMETERS and names.fullmatch(value) is not None


def _places(page: PageSaid, others: Iterable[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """For cards without an address of their own, on a page with versions in other languages."""
    cards = [draft for draft in page.drafts if draft.kind == "offer" and _fold(draft.key).partition("#")[2]]
    if not cards or any(draft.price is None or not draft.image for draft in cards):
        return
    row = " ".join(f"{_plain(draft.price)} {_fold(draft.image or '')}" for draft in cards)
    pairs = [" ".join(sorted((_fold(page.urls[0]), other))) for other in others]
    for at, draft in enumerate(cards):
        yield draft.ordinal, tuple(_mark("place", _digest(f"{pair} {at} {row}")) for pair in pairs)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
