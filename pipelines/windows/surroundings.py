"""What stands around a statement: its sentence, what that speaks of, and the words that say whose the statement is."""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.windows.positions import Tokens, at_token
from pipelines.windows.statements import Statement

__all__ = ["Sentences"]

_CUES = frozenset(("validity", "offer", "booking", "part"))
# Words inside longer phrases («valid from»), and what a price is written with.
_CUE_WORD = re.compile(
    r"valid|[%٪﷼]|^(?:sar|sr|aed|qar|kwd|bhd|omr|egp|usd|eur|gbp|riyals?|dirhams?|dinars?|pounds?|priced"
    r"|ر\.?س|ريال\w*|درهم\w*|دينار\w*|جنيه\w*|مجان\w*)$"
)
_NAMED = frozenset(("booking", "part", "other", "service", "hours", "offer"))


class Sentences:
    """The sentences of a text: where each token's one is, and whether it speaks of an offer, a price or validity."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._number: list[int] = []
        self._starts = [0]
        self._cued: set[int] = set()
        for at, token in enumerate(tokens):
            self._number.append(len(self._starts) - 1)
            if self._number[-1] not in self._cued and (token.kind in _CUES or _CUE_WORD.search(token.text)):
                self._cued.add(self._number[-1])
            if token.kind == "break":
                self._starts.append(at + 1)

    def place(self, statement: Statement, previous_end: int) -> Statement:
        """The statement with what the words around it say: its sentence, and those since the statement before."""
        first, last = self._number[statement.start], self._number[max(statement.start, statement.end - 1)]
        named = self._tokens[max(previous_end, self._starts[first]) : statement.end]
        return replace(
            statement,
            sentence=first,
            cued=any(number in self._cued for number in range(first, last + 1)),
            named=frozenset(token.kind for token in named if token.kind in _NAMED) | self._whose(statement),
            subject=frozenset(token.text for token in named if token.kind == "part"),
            owned=statement.lasts is not None and _is_owned(self._tokens, statement),
            goods=any(token.text in _GOODS or token.kind == "part" for token in named),
        )

    def _whose(self, statement: Statement) -> frozenset[str]:
        """«Cards issued before 31 May»: says who may have the offer, not until when."""
        told = at_token(self._tokens, statement.start - 1).kind == "not_window"
        return frozenset(("other",)) if told else frozenset()


def _is_owned(tokens: Tokens, statement: Statement) -> bool:
    """Whether the word right before a length says that it is the offer's own: «the sale lasts», «خصم ٥٠٪ لمدة»."""
    before = statement.start - 1
    while at_token(tokens, before).kind in ("filler", "on", "only", "amount", "num", "validity"):
        if at_token(tokens, before).text in _GOODS:
            return False
        before -= 1
    owner = at_token(tokens, before)
    if owner.kind != "offer" or owner.text in _GOODS or statement.lasts is None:
        return False
    return owner.text not in _REDUCTIONS or not statement.lasts.months


# Sold by its length: «package for 30 days», «free for 3 months», «voucher valid for a year».
_GOODS = frozenset(
    ("package", "packages", "bundle", "bundles", "free", "rate", "rates", "cashback", "voucher", "vouchers", "coupon",
     "coupons", "code", "باقه", "مجانا", "مجاني", "كوبون", "قسيمه")
)  # fmt: skip
# «50% off for 12 months» is how long a customer has it; «50% off for 3 days» is how long it is on.
_REDUCTIONS = frozenset(
    ("discount", "discounts", "off", "save", "savings", "price", "prices", "special", "specials", "خصم", "الخصم",
     "سعر", "السعر", "اسعار", "الاسعار", "وفر", "توفير")
)  # fmt: skip
