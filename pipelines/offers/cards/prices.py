"""The price of a card and the price before, by what its parts say and how they are marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from pipelines.offers.cards.looks import text_of
from pipelines.offers.cards.pieces import Piece
from pipelines.offers.cards.signs import MONEY
from pipelines.offers.prices.reading import Money, find_money, is_price, read_price, read_prices
from pipelines.offers.prices.words import part_of, words
from pipelines.windows.datetokens import fold

__all__ = ["Prices", "find_discount", "find_prices"]

Prices = tuple[tuple[str, Piece] | None, tuple[str, Piece] | None]  # the price and the price before: text and place

_WAS_CLASS = re.compile(
    r"(?<![a-z])(?:old|was|before|regular|compare|strike\w*|line-through|crossed|original"
    r"|previous|rrp|list-price|del|prev)(?![a-z])"
)
_FORMER_CLASS = re.compile(r"(?<![a-z])(?:old|was|before|strike\w*|line-through|crossed|previous|prev|del)(?![a-z])")
_NOW_CLASS = re.compile(r"(?<![a-z])(?:new|now|current|final|special|after|discounted|sale|offer)(?![a-z])")
_PRICE_CLASS = re.compile(r"(?<![a-z])(?:price|amount|cost|fee)s?(?![a-z])")
_CUE = words(
    r"(?<!\w)(?:for only|only|for just|just|for|at|now|from|pay|price:?"
    r"|بسعر|فقط|السعر:?|الآن|ب|مقابل|يبدأ من|ابتداء من)\s*$"
)
_PERCENT_BADGE = re.compile(
    r"(?:(?:save|up to|off|خصم|وفر|حتي)\W*)*[-–−+]?\s?(\d{1,2}(?:\.\d+)?)\s?[%٪]\s?-?\W*(?:(?:off"
    r"|discount|sale|خصم|تخفيض)\W*)?"
)
_LONGEST = 60  # characters of a price with the words around it
_LONGEST_SENTENCE = 300
_ASKED = frozenset({"price", "before", "monthly", "unit"})  # parts of an amount that is asked for the thing itself


def find_prices(pieces: Sequence[Piece]) -> Prices:
    """The price of a card and the price before it, as texts with their places; None where it states none."""
    alone = [piece for piece in pieces if is_price(piece.text) and _is_asked(piece)]
    before = [piece for piece in alone if _is_before(piece)]
    now = [piece for piece in alone if not _is_before(piece)] or [piece for piece in before if not _is_past(piece)]
    before = [piece for piece in before if piece not in now]
    named = [piece for piece in now if MONEY.search(piece.plain)] or now
    price = next((piece for piece in named if piece.tag == "ins" or _NOW_CLASS.search(piece.classes)), None)
    price = price or next(iter(named), None)
    if price is None:
        told = _in_sentence([piece for piece in pieces if piece not in before])
        return told, ((before[0].text, before[0]) if before else None)
    if not before and (pair := _side_by_side(price, named)):
        price, was = pair
        return (price.text, price), (was.text, was)
    former = next((piece for piece in before if _is_higher(piece, price)), None)
    former = former or _checked_before(price, named, pieces)
    return (price.text, price), ((former.text, former) if former else None)


def _is_higher(one: Piece, other: Piece) -> bool:
    amounts = [money.amount for piece in (one, other) for money in find_money(piece.text)[:1]]
    return len(amounts) < 2 or amounts[0] > amounts[1]


def _side_by_side(price: Piece, named: Sequence[Piece]) -> tuple[Piece, Piece] | None:
    """The price and the one before it, when two amounts and nothing else fill one element."""
    around = price.element.getparent()
    text = text_of(around) if around is not None else ""
    now, was = read_prices(text) if len(text) <= _LONGEST else (None, None)
    if not (now and was):
        return None
    by_amount = {found.amount: piece for piece in named if (found := read_price(piece.text))}
    pair = by_amount.get(now.amount), by_amount.get(was.amount)
    return (pair[0], pair[1]) if pair[0] and pair[1] else None


def _is_asked(piece: Piece) -> bool:
    """Whether an amount is what one pays: it has a currency or is called price, and is no sum off («$15» «OFF»)."""
    if not (MONEY.search(piece.plain) or _is_marked(piece)):
        return False
    around = piece.element.getparent()
    line = fold(text_of(around)).text if around is not None else ""
    left, found, right = line.partition(piece.plain)
    return not found or len(line) > _LONGEST or part_of(left, right, line) in _ASKED


def _is_marked(piece: Piece) -> bool:
    return bool(_PRICE_CLASS.search(piece.classes) or _is_before(piece) or piece.tag == "ins")


def _is_before(piece: Piece) -> bool:
    return _is_past(piece) or bool(_WAS_CLASS.search(piece.classes))


def _is_past(piece: Piece) -> bool:
    """Whether a price is struck out or said to be over; a class alone may only name the usual price."""
    if piece.struck or _FORMER_CLASS.search(piece.classes):
        return True
    money = find_money(piece.text)
    return bool(money) and money[0].part == "before"


def _checked_before(price: Piece, others: Sequence[Piece], pieces: Sequence[Piece]) -> Piece | None:
    """A second, higher price, when the card's own percentage says that it is the price before."""
    shown = find_discount(pieces)
    now = read_price(price.text)
    for piece in others if shown and now else ():
        was = read_price(piece.text)
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
    """A text that names a price beside other words: one that says so («only SAR 99»), or the only sum of the card."""
    told = [(piece, sums) for piece in pieces if (sums := _sums(piece)) and not piece.struck]
    paid = [(piece, {m.amount for m in sums if m.part in _ASKED}) for piece, sums in told]
    paid = [(piece, amounts) for piece, amounts in paid if amounts]
    cued = next((piece for piece, _ in paid if _is_cued(piece)), None)
    compared = next((piece for piece, sums in told if _compares(piece, sums)), None)
    sums_of_all = {money.amount for _, sums in told for money in sums}
    chosen = cued or compared or (paid[0][0] if paid and len(sums_of_all) == 1 else None)
    return (chosen.text, chosen) if chosen else None


def _compares(piece: Piece, sums: Sequence[Money]) -> bool:
    """Whether a text names a price and one before it: by words, or side by side with nothing else."""
    if {"price", "before"} <= {money.part for money in sums}:
        return True
    return len(piece.text) <= _LONGEST and all(read_prices(piece.text))


def _sums(piece: Piece) -> tuple[Money, ...]:
    return find_money(piece.text) if MONEY.search(piece.plain[:_LONGEST_SENTENCE]) else ()


def _is_cued(piece: Piece) -> bool:
    return any(_CUE.search(piece.plain[: found.start()]) for found in MONEY.finditer(piece.plain))


def find_discount(pieces: Sequence[Piece]) -> tuple[Decimal, Piece] | None:
    """The percentage that a badge gives: «-46%», «25% OFF»."""
    for piece in pieces:
        found = _PERCENT_BADGE.fullmatch(piece.plain)
        if found:
            return Decimal(found[1]), piece
    return None
