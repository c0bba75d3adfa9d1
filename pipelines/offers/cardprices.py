"""The price of a card and the price before, by what its parts say and how they are marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from pipelines.offers.cardlooks import text_of
from pipelines.offers.cardpieces import Piece
from pipelines.offers.cardsigns import AMOUNT, CURRENCY, MONEY
from pipelines.offers.prices import read_price
from pipelines.windows.datetokens import fold

__all__ = ["Prices", "find_discount", "find_prices", "is_price"]

Prices = tuple[tuple[str, Piece] | None, tuple[str, Piece] | None]  # the price and the price before: text and place

_LEAD = (
    r"(?:(?:now|only|just|from|for|at|price|our price|special price|offer price|starting|starts?"
    r"|after|today|pay|السعر|سعر العرض|بسعر|سعر|الان|فقط|ابتداء|تبدا|يبدا|من|بعد الخصم|ب)\W*)*"
)
_TAIL = (
    r"(?:\W*(?:only|now|each|net|/?\s?-?|per \w+|/ ?\w+|a month|monthly"
    r"|incl\w*\.?(?: (?:of )?vat)?|excl\w*\.?(?: vat)?|vat (?:included|incl)|فقط"
    r"|شامل\w*(?: (?:ال)?ضريبه(?: القيمه المضافه)?)?|شهريا|للشهر|لل\w+))*"
)
_ALONE = re.compile(rf"{_LEAD}(?:{CURRENCY}\s?)?{AMOUNT}(?:\s?{CURRENCY})?{_TAIL}\W*")
_WAS_WORDS = re.compile(
    r"(?<!\w)(?:was|before|instead of|regular(?:ly)?|old|rrp|list price|كان|كانت|بدلا? من|قبل|السابق)(?!\w)"
)
_WAS_CLASS = re.compile(
    r"(?<![a-z])(?:old|was|before|regular|compare|strike\w*|line-through|crossed|original"
    r"|previous|rrp|list-price|del|prev)(?![a-z])"
)
_NOW_CLASS = re.compile(r"(?<![a-z])(?:new|now|current|final|special|after|discounted|sale|offer)(?![a-z])")
_PRICE_CLASS = re.compile(r"(?<![a-z])(?:price|amount|cost|fee)s?(?![a-z])")
_CUE = re.compile(
    r"(?<!\w)(?:for only|only|for just|just|for|at|now|from|pay|price:?|بسعر|فقط|السعر:?|الان"
    r"|ب|مقابل|يبدا من|ابتداء من)\s*$"
)
_NO_PRICE_BEFORE = re.compile(
    r"\b(?:save|spend(?:ing)?|minimum|min\.?|worth|up to|over|above|every|purchases?|off|win"
    r"|earn|credits?|value[d]?|instead of|was|than)\W*(?:\w+\W+){0,2}$|(?:وفر|بقيمه"
    r"|عند الشراء|لكل|خصم|هديه|بدلا? من|كان|اكثر من|حتي)\W*(?:\w+\W+){0,1}$"
)
_NO_PRICE_AFTER = re.compile(
    r"^\W*(?:e?gift|off|discount|cash\s?back|rebate|credits?|vouchers?|savings|minimum|worth"
    r"|خصم|قسيمه|كاش|استرداد)(?!\w)"
)
_PERCENT_BADGE = re.compile(
    r"(?:(?:save|up to|off|خصم|وفر|حتي)\W*)*[-–−+]?\s?(\d{1,2}(?:\.\d+)?)\s?[%٪]\s?-?\W*(?:(?:off"
    r"|discount|sale|خصم|تخفيض)\W*)?"
)
_LONGEST = 60  # characters of a price with the words around it


def is_price(plain: str) -> bool:
    """Whether a folded text is a price and no more: «SAR 99», «from 99 SR per visit», «142.88»."""
    return len(plain) <= _LONGEST and bool(_ALONE.fullmatch(plain))


def find_prices(pieces: Sequence[Piece]) -> Prices:
    """The price of a card and the price before it, as texts with their places; None where it states none."""
    alone = [piece for piece in pieces if is_price(piece.plain) and _is_asked(piece)]
    before = [piece for piece in alone if _is_before(piece)]
    now = [piece for piece in alone if not _is_before(piece)] or [piece for piece in before if not _is_past(piece)]
    before = [piece for piece in before if piece not in now]
    named = [piece for piece in now if MONEY.search(piece.plain)] or now
    price = next((piece for piece in named if piece.tag == "ins" or _NOW_CLASS.search(piece.classes)), None)
    price = price or next(iter(named), None)
    was = next(iter(before), None) or (_checked_before(price, named, pieces) if price else None)
    told = (price.text, price) if price else _in_sentence(pieces)
    return told, (was.text, was) if was else None


def _is_asked(piece: Piece) -> bool:
    """Whether an amount is what one pays: it has a currency or is called price, and is no sum off («$15» «OFF»)."""
    if not (MONEY.search(piece.plain) or _is_marked(piece)):
        return False
    around = piece.element.getparent()
    line = fold(text_of(around)).text if around is not None else ""
    left, found, right = line.partition(piece.plain)
    return not found or len(line) > _LONGEST or not (_NO_PRICE_BEFORE.search(left) or _NO_PRICE_AFTER.match(right))


def _is_marked(piece: Piece) -> bool:
    return bool(_PRICE_CLASS.search(piece.classes) or _is_before(piece) or piece.tag == "ins")


def _is_before(piece: Piece) -> bool:
    return _is_past(piece) or bool(_WAS_CLASS.search(piece.classes))


def _is_past(piece: Piece) -> bool:
    """Whether a price is struck out or said to be over; a class alone may only name the usual price."""
    return piece.struck or bool(_WAS_WORDS.search(piece.plain))


def _checked_before(price: Piece, others: Sequence[Piece], pieces: Sequence[Piece]) -> Piece | None:
    """A second, higher price, when the card's own percentage says that it is the price before."""
    shown = find_discount(pieces)
    now = read_price(price.plain)
    for piece in others if shown and now else ():
        was = read_price(piece.plain)
        if (
            was
            and now
            and shown
            and was.amount > now.amount
            and abs((1 - now.amount / was.amount) * 100 - shown[0]) <= 1
        ):
            return piece
    return None


def _in_sentence(pieces: Sequence[Piece]) -> tuple[str, Piece] | None:
    """A price within a sentence that says that it is one («only SAR 99», «بسعر 99 ريال»), or that is the only sum."""
    told = [(found, piece) for piece in pieces for found in MONEY.finditer(piece.plain) if _is_told(found, piece)]
    cued = next((pair for pair in told if _CUE.search(_left(pair[0]))), None)
    sums = {found[0] for piece in pieces for found in MONEY.finditer(piece.plain)}
    chosen = cued or (told[0] if told and len(sums) == 1 else None)
    return (chosen[0][0], chosen[1]) if chosen else None


def _is_told(found: re.Match[str], piece: Piece) -> bool:
    """Whether nothing beside a sum says that it is another thing than a price."""
    right = piece.plain[found.end() :]
    return not (piece.struck or _NO_PRICE_BEFORE.search(_left(found)) or _NO_PRICE_AFTER.match(right))


def _left(found: re.Match[str]) -> str:
    return found.string[: found.start()]


def find_discount(pieces: Sequence[Piece]) -> tuple[Decimal, Piece] | None:
    """The percentage that a badge gives: «-46%», «25% OFF»."""
    for piece in pieces:
        found = _PERCENT_BADGE.fullmatch(piece.plain)
        if found:
            return Decimal(found[1]), piece
    return None
