"""The fields of one card, each with the element it was read from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipelines.offers.cards.dates import find_timely, is_posted, plainest
from pipelines.offers.cards.images import find_image
from pipelines.offers.cards.looks import CODE_ATTRIBUTES, Region, class_words, leads_somewhere
from pipelines.offers.cards.pieces import CardField, Piece, read_pieces, spoken
from pipelines.offers.cards.prices import find_discount, find_prices
from pipelines.offers.cards.signs import CALL, LISTING, PLAIN_CALL, TIMELY, says_over
from pipelines.offers.codes import ends_in_label, is_code, labelled_code
from pipelines.offers.prices.reading import is_price
from pipelines.web.characters import fold as fold_spaces
from pipelines.windows.datetokens import fold

__all__ = ["Fields", "read_fields", "read_over"]

_TAG_CLASS = re.compile(
    r"(?<![a-z])(?:tags?|categor(?:y|ies)|cat|pills?|labels?|chips?|topics?|terms?|badges?|type|eyebrow)(?![a-z])"
)
_CODE_CLASS = re.compile(r"(?<![a-z])(?:coupon|voucher|promo|discount)?-?code(?![a-z])")
_OVER_CLASS = re.compile(
    r"(?:^|\s)(?:is-|offer-|card-|promo-|deal-|status-|--)?(?:expired|ended|sold-?out"
    r"|out-?of-?stock|outofstock)(?:\s|$|-offer|-card|-deal|-promo)"
)
_NOISE = re.compile(
    r"(?:new|hot|sale!?|featured|editor'?s? choice|best ?seller|limited|exclusive|popular"
    r"|trending|deal|coupon|promo|offer|verified|top|"
    r"جديد|حصري|مميز|الاكثر مبيعا|عرض خاص|عرض|خصم|\W+)\W*"
)
_LONGEST_TITLE = 200  # characters
_LONGEST_LABEL = 40  # characters of a category
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Fields:
    """All that was read from one card."""

    named: dict[str, CardField] = field(default_factory=dict)
    tags: tuple[CardField, ...] = ()
    discount: CardField | None = None  # a badge's percentage
    alternative: CardField | None = None  # of the image
    timely: tuple[CardField, ...] = ()  # all that is said of its validity, in reading order
    over: CardField | None = None  # what says that the offer is not to be had any more


def read_fields(region: Region) -> Fields:
    """The fields of a card; without a title it is none."""
    pieces = read_pieces(region)
    image, alternative = find_image(region)
    title = _title(region, pieces, alternative)
    price, before = find_prices([*(piece for piece in pieces if not is_posted(piece)), *_spoken(title, alternative)])
    timely, code = tuple(find_timely(region, pieces)), _code(region, pieces)
    tags = tuple(_tags(pieces, title))
    used = [found.element for found in (title, code, *timely, *tags) if found]
    found = {
        "title": title,
        "price": _of_piece(price),
        "price_before": _of_piece(before),
        "validity": plainest(timely),
        "code": code,
        "category": next(iter(tags), None),
        "url": _url(region, title),
        "image": image,
        "description": _description(pieces, used) or _told_by_image(title, alternative),
    }
    discount = find_discount(pieces)
    return Fields(
        {name: value for name, value in found.items() if value is not None},
        tags,
        CardField(str(discount[0]), discount[1].element) if discount else None,
        alternative,
        timely,
        _over(region, pieces),
    )


def _spoken(title: CardField | None, alternative: CardField | None) -> list[Piece]:
    """The image's text where it is the title; otherwise it mostly says again what the card says."""
    return [spoken(alternative)] if alternative and alternative is title else []


def _of_piece(found: tuple[str, Piece] | None) -> CardField | None:
    return CardField(found[0], found[1].element) if found else None


# ---------------------------------------------------------------- title and description


def _title(region: Region, pieces: Sequence[Piece], alternative: CardField | None) -> CardField | None:
    """Its heading, what is called title, what is bold or a link, the image's text, else its first words."""
    telling = [piece for piece in pieces if _tells(piece)]
    kinds: tuple[Callable[[Piece], bool], ...] = (
        lambda piece: piece.heading > 0,
        lambda piece: piece.titled,
        lambda piece: piece.tag in {"strong", "b", "dt", "summary", "th"},
        lambda piece: piece.tag == "a" and len(piece.plain.split()) > 1,
    )
    for kind in kinds:
        found = next((piece for piece in telling if kind(piece) and len(piece.text) <= _LONGEST_TITLE), None)
        if found:
            return CardField(found.text, found.element)
    short = next((piece for piece in telling if len(piece.plain.split()) > 1 or _is_cell(piece)), None)
    if short and len(short.text) <= _LONGEST_TITLE / 2:
        return CardField(short.text, short.element)
    return alternative or _titled_link(region) or (_first_sentence(short) if short else None) or _any(pieces)


def _tells(piece: Piece) -> bool:
    """Whether a text may be a title: no price, badge, date line or button."""
    plain = piece.plain
    empty = (
        is_price(piece.text) or _NOISE.fullmatch(plain) or (find_discount([piece]) is not None and not piece.heading)
    )
    call = PLAIN_CALL.fullmatch(plain) or LISTING.fullmatch(plain) or (piece.tag == "button" and not piece.heading)
    return not (empty or call or piece.struck or says_over(plain) or is_posted(piece) or _is_dated(piece))


def _is_dated(piece: Piece) -> bool:
    """Whether a text is a line about validity and no more."""
    return not piece.heading and len(piece.plain.split()) <= 12 and bool(TIMELY.match(piece.plain))


def _is_cell(piece: Piece) -> bool:
    return piece.tag in {"td", "th"}


def _first_sentence(piece: Piece) -> CardField:
    sentence = re.split(r"(?<=[.!?؟])\s", piece.text, maxsplit=1)[0]
    return CardField(sentence[:_LONGEST_TITLE], piece.element)


def _titled_link(region: Region) -> CardField | None:
    links = (link for part in region for link in part.iter("a") if (link.get("title") or "").strip())
    return next((CardField(fold_spaces(link.get("title") or ""), link, "title") for link in links), None)


def _any(pieces: Sequence[Piece]) -> CardField | None:
    """Where nothing else heads it: the saving itself, or whatever text there is."""
    return next(
        (CardField(p.text[:_LONGEST_TITLE], p.element) for p in pieces if p.plain and not says_over(p.plain)), None
    )


def _description(pieces: Sequence[Piece], used: Sequence[HtmlElement]) -> CardField | None:
    """The longest passage that is none of the other fields."""
    rest = [
        piece
        for piece in pieces
        if piece.tag not in {"a", "button"}
        and not piece.heading
        and not _overlaps(piece.element, used)
        and _is_passage(piece)
    ]
    longest = max(rest, key=lambda piece: len(piece.text), default=None)
    return CardField(longest.text, longest.element) if longest else None


def _is_passage(piece: Piece) -> bool:
    return (
        len(piece.plain.split()) >= 3
        and not is_price(piece.text)
        and not says_over(piece.plain)
        and not is_posted(piece)
        and not _is_dated(piece)
        and not _is_call(piece)
    )


def _is_call(piece: Piece) -> bool:
    """Whether a text only says what to do: «Check it out», «Shop now», whatever the button is made of."""
    plain = piece.plain
    return bool(PLAIN_CALL.fullmatch(plain) or LISTING.fullmatch(plain)) or (
        len(plain.split()) <= 4 and bool(CALL.match(plain))
    )


def _overlaps(element: HtmlElement, used: Sequence[HtmlElement]) -> bool:
    return any(
        other is element or other in element.iterdescendants() or other in element.iterancestors() for other in used
    )


def _told_by_image(title: CardField | None, alternative: CardField | None) -> CardField | None:
    if alternative is None or (title and _same(alternative.value, title.value)):
        return None
    return alternative if len(alternative.value.split()) >= 4 else None


def _same(one: str, other: str) -> bool:
    first, second = fold(one).text, fold(other).text
    return first in second or second in first


# ---------------------------------------------------------------- code, category


def _code(region: Region, pieces: Sequence[Piece]) -> CardField | None:
    for element in (inner for part in region for inner in part.iter()):
        for name in CODE_ATTRIBUTES:
            if is_code((element.get(name) or "").strip()):
                return CardField((element.get(name) or "").strip(), element, name)
    for at, piece in enumerate(pieces):
        if _CODE_CLASS.search(piece.classes) and is_code(piece.text):
            return CardField(piece.text, piece.element)
        if found := _labelled_code(piece, pieces[at + 1] if at + 1 < len(pieces) else None):
            return found
    return None


def _labelled_code(piece: Piece, following: Piece | None) -> CardField | None:
    """A code after its label, in the same text or as the next."""
    if code := labelled_code(piece.text):
        return CardField(code, piece.element)
    if following and is_code(following.text) and ends_in_label(piece.text):
        return CardField(following.text, following.element)
    return None


def _tags(pieces: Sequence[Piece], title: CardField | None) -> Iterator[CardField]:
    for piece in pieces:
        other = title and piece.element is title.element
        if not other and len(piece.text) <= _LONGEST_LABEL and _TAG_CLASS.search(piece.classes) and _is_tag(piece):
            yield CardField(piece.text, piece.element)


def _is_tag(piece: Piece) -> bool:
    plain = piece.plain
    said = is_price(piece.text) or says_over(plain) or _NOISE.fullmatch(plain) or _DIGIT.search(plain)
    return not (said or PLAIN_CALL.fullmatch(plain) or CALL.search(plain) or TIMELY.search(plain) or piece.heading)


# ---------------------------------------------------------------- link, and whether it is over


def _url(region: Region, title: CardField | None) -> CardField | None:
    """The title's link, else the first that leads somewhere, an offer's own before one to buy or call."""
    links = [link for part in region for link in part.iter("a")]
    around = list(region[0].iterancestors("a"))
    own = [] if title is None else [*title.element.iter("a"), *title.element.iterancestors("a")]
    for link in (*own, *links, *around):
        if leads_somewhere(link):
            return CardField((link.get("href") or "").strip(), link, "href")
    return None


def read_over(region: Region) -> CardField | None:
    """What says of a card that its offer is not to be had any more, or None."""
    return _over(region, read_pieces(region))


def _over(region: Region, pieces: Sequence[Piece]) -> CardField | None:
    """A badge, a line or a class that says the offer is over."""
    for piece in pieces:
        if says_over(piece.plain):
            return CardField(piece.text, piece.element)
    for part in region:
        for element in (part, *part.iterdescendants()):
            if _OVER_CLASS.search(class_words(element).strip()) and _speaks_for_all(element, part):
                return CardField(element.get("class") or "", element, "class")
    return None


def _speaks_for_all(element: HtmlElement, part: HtmlElement) -> bool:
    """Whether a class speaks of the whole card: it is the card's own, or that of its only wrapper or of a mark."""
    return element is part or len(part) == 1 or not list(element)
