"""Money and savings in one line of a document, each with its role: what it costs, what it cost before, what is saved.

A figure is money only with a currency beside it, or right after a word such as «price» or «السعر»: documents are
full of figures that are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from pipelines.offers.prices import Price, read_currency, read_discount, read_price
from pipelines.windows.datetokens import Folded, fold

__all__ = ["Amounts", "Money", "amounts_of", "code_of", "discount_of"]

Role = Literal["price", "before", "saving", "condition"]
_LONGEST = 600  # characters: an amount that belongs to an offer stands in a line, not in a page of prose


@dataclass(frozen=True)
class Money:
    """One amount in a text."""

    price: Price
    role: Role
    start: int  # in the folded text, its currency included
    end: int


@dataclass(frozen=True)
class Amounts:
    """What one text says about money."""

    price: Price | None = None
    before: Price | None = None
    discount: Decimal | None = None  # percent
    saving: bool = False  # something is cheaper, free, or comes two for one
    gift: bool = False  # «free»: a saving only where an offer is meant
    several: bool = False  # several prices without a word that tells them apart
    spans: tuple[tuple[int, int], ...] = ()  # of the folded text: money, percentages


_NUMBER = re.compile(r"(?<![\d.,٫٬/:-])(?:\d{1,3}(?:[,٬]\d{3})+|\d+)(?:[.٫]\d{1,3})?(?![\d/:]|[.,-]\d|\s?[%٪])(?:\.-)?")
_PERCENT = re.compile(r"\d{1,3}(?:[.٫]\d+)?\s?[%٪]|[%٪]\s?\d{1,3}(?!\d)")
# Names of currencies that are words or units too: they count in capitals alone.
_ALSO_WORDS = frozenset({"try", "ft", "le", "lei", "rm", "tl", "р."})
_UNIT_AFTER = re.compile(r"\s?(?:km|كم|%|liters?|litres?|l\b|لتر|months?|days?|years?|شهر|يوم|سن[هو]|hours?|ساع)")
_TOKEN_BEFORE = re.compile(r"([^\s\d:]{1,9})[\s:]{0,3}\Z")
_TOKEN_AFTER = re.compile(r"\s{0,2}((?:saudi|us|uae)\s[^\s\d]{3,8}|[^\s\d]{1,9})")

_BEFORE = re.compile(
    r"\b(?:was|before|instead of|in place of|regular(?:ly)?|normal(?:ly)?|usual(?:ly)?|original(?:ly)?|old|list|rrp"
    r"|عوضا عن|بدلا من|بدلا عن|بدل من|بدل|كان|كانت|قبل|السابق|الاصلي|القديم|العادي)\b"
)
_NOW = re.compile(r"\b(?:now|price|only|just|for|at|after|pay|today|الان|السعر|سعر|بسعر|فقط|بعد|ب)\b")
_SAVING = re.compile(
    r"\b(?:save|saving|savings|off|discount(?: of)?|cash ?back|voucher|worth|value|gift|win|بقيمه|وفر|توفير|خصم|تخفيض"
    r"|قسيمه|قيمه|استرداد|هديه)\b"
)
_CONDITION = re.compile(
    r"\b(?:over|above|minimum|min|spend|spending|more than|or more|least|orders? of|purchases? of|exceeding|deposit|fee"
    r"|الحد الادني|بحد ادني|عند الشراء|فوق|اكثر من|مشتريات|علي الاقل|رسوم|تزيد عن|تتجاوز)\b"
)
_LEADS: tuple[tuple[re.Pattern[str], Role], ...] = (
    (_NOW, "price"), (_BEFORE, "before"), (_SAVING, "saving"), (_CONDITION, "condition"),
)  # fmt: skip
_AFTERWARDS: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"\s*(?:off|discount|saving|cash ?back|voucher|خصم|تخفيض|توفير|كاش باك)\b"), "saving"),
    (re.compile(r"\s*(?:or more|and above|minimum|كحد ادني|فاكثر|او اكثر)\b"), "condition"),
    (re.compile(r"\s*\(?(?:before|previously|قبل|سابقا)\b"), "before"),
)
_PRICED = re.compile(r"\b(?:price|now|only|just|was|instead of|السعر|سعر|الان|بسعر|بدلا من)\s?[:=]?\s?$")
_DEAL = re.compile(
    r"\bbuy (?:\d|one|two|three|any)\b.{0,40}\bget\b|\b(\d) ?for ?(?:the price of )?(?!\1)[1-9]\b(?! ?[\d/:])|\bhalf[ -]price\b"
    r"|\b(?:1|one) ?\+ ?(?:1|one)\b|\b2 ?\+ ?1\b|\bbogo\b|اشتر\w{0,2}\b.{0,40}(?:احصل|مجان)|نصف السعر|بنصف السعر"
)
_GIFT = re.compile(
    r"(?<![-\w])(?<!feel )(?<!toll )(?<!duty )free(?! number| of error)\b|\bcomplimentary\b|مجانا|مجاني\w?|مجانيه"
)
_LESS = re.compile(
    r"\b(?:off|discount\w*|save|savings?|less|reduc\w+|cash ?back|خصم|خصومات|تخفيض\w*|توفير|وفر|استرداد)\b|خصم"
)
_CODE = re.compile(
    r"(?:(?:promo(?:tion(?:al)?)?|coupon|discount|voucher|offer|use|with)\s+code|\bcode|كود(?: الخصم| العرض)?"
    r"|رمز (?:الخصم|القسيمة|العرض|الكوبون|الترويجي)|الرمز الترويجي|كوبون)\s*[:：=]?\s*[\"'«“(]?"
    r"([A-Z0-9][A-Z0-9_-]{2,19})(?![\w-])",
    re.IGNORECASE,
)


def amounts_of(text: str, zone: ZoneInfo | None = None) -> Amounts:
    """The price, the price before and the savings that a line names; `zone` tells apart currencies of one name."""
    if len(text) > _LONGEST:
        return Amounts()
    folded = fold(text)
    money = _money(folded, zone)
    price, before, several = _priced([found for found in money if found.role in ("price", "before")], folded.text)
    discount = discount_of(text)
    saved = any(found.role == "saving" for found in money) or bool(before and price)
    percents = [found.span() for found in _PERCENT.finditer(folded.text)] if discount is not None else []
    return Amounts(
        price, before, discount,
        saving=saved or discount is not None or bool(_DEAL.search(folded.text)),
        gift=bool(_GIFT.search(folded.text)),
        several=several,
        spans=(*((found.start, found.end) for found in money), *percents),
    )  # fmt: skip


def discount_of(text: str) -> Decimal | None:
    """The percentage that a line takes off the price, or None: «30% off», «خصم ٣٠٪», «Save %30»."""
    found = read_discount(text)
    if found is not None:
        return found
    plain = fold(text[:_LONGEST]).text
    turned = re.search(r"[%٪]\s?(\d{1,2})(?!\d)", plain)
    return Decimal(turned[1]) if turned and _LESS.search(plain) else None


def code_of(text: str) -> str:
    """The code that a line tells the customer to give, or "": capitals or digits after the word «code» or «كود»."""
    for found in _CODE.finditer(text):
        code = found[1]
        if code == code.upper() and (any(char.isdigit() for char in code) or len(code) > 3):
            return code
    return ""


# ---------------------------------------------------------------- money


def _money(folded: Folded, zone: ZoneInfo | None) -> list[Money]:
    found: list[Money] = []
    for match in _NUMBER.finditer(folded.text):
        start, end, name = _with_currency(folded, match, found[-1].end if found else 0)
        plain = bool(_PRICED.search(folded.text[: match.start()])) and not _UNIT_AFTER.match(folded.text, match.end())
        if not name and not plain:
            continue
        price = read_price(f"{match[0].removesuffix('.-')} {name}".strip(), zone)
        if price is None or price.amount <= 0:
            continue
        previous = found[-1].end if found else 0
        found.append(Money(price, _role(folded.text, previous, start, end), start, end))
    return found


def _with_currency(folded: Folded, number: re.Match[str], taken: int) -> tuple[int, int, str]:
    """(start, end, currency's name) of a figure; the name is "" when none stands right before or after.

    Up to `taken` the text belongs to the amount before: its currency is not this one's.
    """
    text, start, end = folded.text, number.start(), number.end()
    after = _TOKEN_AFTER.match(text, end)
    if after and (name := _currency_name(folded, after.start(1), after.end(1))):
        return start, after.end(1), name
    before = _TOKEN_BEFORE.search(text, max(taken, start - 12), start)
    if before and (name := _currency_name(folded, before.start(1), before.end(1))):
        return before.start(1), end, name
    return start, end, ""


def _currency_name(folded: Folded, start: int, end: int) -> str:
    token = folded.text[start:end].strip("()[]،,;/*|-–")
    shown = folded.quote(start, end).strip("()[]،,;/*|-–")
    if token in _ALSO_WORDS and shown != shown.upper():
        return ""
    if not read_currency(token) and not read_currency(f"{token} 1"):
        return ""
    return token


def _role(text: str, previous: int, start: int, end: int) -> Role:
    for pattern, role in _AFTERWARDS:
        if pattern.match(text, end):
            return role
    lead = re.split(r"[.;|؛\n]", text[max(previous, start - 40) : start])[-1]
    named = [(max((found.end() for found in pattern.finditer(lead)), default=-1), role) for pattern, role in _LEADS]
    at, role = max(named, key=lambda item: item[0])
    return role if at >= 0 else "price"


def _priced(money: list[Money], text: str) -> tuple[Price | None, Price | None, bool]:
    """(price, price before, whether several prices stand there that nothing tells apart)."""
    now = [found for found in money if found.role == "price"]
    before = [found for found in money if found.role == "before"]
    if not before and len(now) == 2 and not re.search(r"[^\W\d_]", text[now[0].end : now[1].start]):
        before, now = [max(now, key=_amount)], [min(now, key=_amount)]  # the struck-out price beside the new one
        if before == now:
            before = []
    prices = list(dict.fromkeys(found.price for found in now))
    if len(prices) > 1:
        return None, None, True
    price = prices[0] if prices else None
    was = before[0].price if before else None
    if price and was and was.amount <= price.amount:
        was = None
    if was and price and was.currency is None:
        was = Price(was.amount, price.currency)
    if was and price and price.currency is None:
        price = Price(price.amount, was.currency)
    return price, was, False


def _amount(found: Money) -> Decimal:
    return found.price.amount
