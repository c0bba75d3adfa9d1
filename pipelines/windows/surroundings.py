"""What stands around a statement: its sentence, what that speaks of, and the words that say whose the statement is."""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.windows.datetokens import Token
from pipelines.windows.positions import Tokens, at_token
from pipelines.windows.statements import Statement

__all__ = ["Sentences"]

_CUES = frozenset(("validity", "offer", "booking", "part"))
# Words inside longer phrases («valid from»), and what a price is written with.
_CUE_WORD = re.compile(
    r"valid|[%٪﷼]|^(?:sar|sr|aed|qar|kwd|bhd|omr|egp|usd|eur|gbp|riyals?|dirhams?|dinars?|pounds?|priced"
    r"|ر\.?س|ريال\w*|درهم\w*|دينار\w*|جنيه\w*|مجان\w*)$"
)
# A study and a war have a period, and patients are counted in per cent.
_OF_ANYTHING = re.compile(r"[%٪]|^(?:period|(?:ال)?فتره)$")
# Offers are so, and what was offered to nobody was so once: «the form was available until June».
_OF_MUCH = re.compile(r"^(?:available|applies|applicable|runs|code|campaign|(?:ال)?حمله|متاحه?|متوفره?)$")
_LOWERED = frozenset(("cheaper", "less", "علي"))
_PAST = frozenset(("was", "were", "had", "did", "كان", "كانت", "كانوا", "وكان", "وكانت"))
_PRESENT = frozenset(("is", "are", "will", "be", "now", "can", "الان", "حاليا", "يكون", "تكون"))
_NAMED = frozenset(("booking", "part", "other", "service", "hours", "offer"))


class Sentences:
    """The sentences of a text: where each token's one is, and whether it speaks of an offer, a price or validity."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._number: list[int] = []
        self._starts = [0]
        self._cued: set[int] = set()
        self._firm: set[int] = set()
        self._loose: set[int] = set()
        self._past: set[int] = set()
        self._present: set[int] = set()
        for at, token in enumerate(tokens):
            self._number.append(len(self._starts) - 1)
            self._note(token, at_token(tokens, at + 1), self._number[-1])
            if token.kind == "break":
                self._starts.append(at + 1)

    def _note(self, token: Token, following: Token, number: int) -> None:
        """What a token says of its sentence."""
        if number not in self._firm and (token.kind in _CUES or _CUE_WORD.search(token.text)):
            self._cued.add(number)
            if token.kind == "booking" or _OF_MUCH.search(token.text) or _is_granted(token, following):
                self._loose.add(number)
            elif not _OF_ANYTHING.search(token.text):
                self._firm.add(number)
        if token.text in _PAST:
            self._past.add(number)
        if token.text in _PRESENT:
            self._present.add(number)

    def place(self, statement: Statement, previous_end: int) -> Statement:
        """The statement with what the words around it say: its sentence, and those since the statement before."""
        first, last = self._number[statement.start], self._number[max(statement.start, statement.end - 1)]
        within = set(range(first, last + 1))
        past = not within.isdisjoint(self._past) and within.isdisjoint(self._present)
        named = self._tokens[max(previous_end, self._starts[first]) : statement.end]
        return replace(
            statement,
            sentence=first,
            cued=not within.isdisjoint(self._cued),
            promised=not within.isdisjoint(self._firm if past else self._firm | self._loose),
            past=past,
            named=frozenset(token.kind for token in named if token.kind in _NAMED) | self._whose(statement),
            subject=frozenset(token.text for token in named if token.kind == "part"),
            owned=statement.lasts is not None and _is_owned(self._tokens, statement),
            goods=any(token.text in _GOODS or token.kind == "part" for token in named),
        )

    def _whose(self, statement: Statement) -> frozenset[str]:
        """«Cards issued before 31 May»: says who may have the offer, not until when."""
        told = at_token(self._tokens, statement.start - 1).kind == "not_window"
        return frozenset(("other",)) if told else frozenset()


def _is_granted(token: Token, following: Token) -> bool:
    """«20% on all tyres», «20% until Friday»: what something is lowered by; a share of other things is «of» them."""
    return token.kind == "amount" and (following.kind in ("on", "until") or following.text in _LOWERED)


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
