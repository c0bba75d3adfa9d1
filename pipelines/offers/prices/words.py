"""The words around an amount of money that say what part it plays: price, price before, saving, minimum, fee."""

from __future__ import annotations

import re
from typing import Literal

from pipelines.windows.datetokens import fold

__all__ = ["Part", "follows_price_before", "is_price_word", "part_of", "words"]

Part = Literal["price", "before", "saving", "minimum", "limit", "fee", "instalment", "monthly", "unit"]

_ARABIC_RUN = re.compile(r"[\u0600-\u06ff]+")
_BEFORE_AMOUNT = 60  # characters in front of an amount that may speak of it


def words(pattern: str) -> re.Pattern[str]:
    """A pattern whose line ends are dropped and whose Arabic letters are folded as the texts are."""
    return re.compile(_ARABIC_RUN.sub(lambda run: fold(run[0]).text, re.sub(r"\n\s*", "", pattern)))


# What may stand between such words and the amount: «of», «بقيمة», a colon.
_TO_AMOUNT = (
    r"(?:\s?(?:price|of|by|at|is|worth|only|to|as|low|high|السعر|سعره|بقيمة|قيمة|ب|إلى|قدره|بسعر|مبلغ))*[\s:=(–-]*$"
)
_NOW = words(r"""(?:after(?: the)? discount|discounted price|(?:sale|special|offer) price|\bnow|بعد الخصم
    |بعد التخفيض|الآن
    |السعر الحالي|أصبح|يصبح)""" + _TO_AMOUNT)  # fmt: skip
_NOW_AFTER = words(r"^\s{0,2}\(?(?:after(?: the)? discount|بعد الخصم|بعد التخفيض)")
_BEFORE = words(r"""(?:instead of|\bwas\b|\bwere\b|before(?: discount)?|\b(?:regular|usual|normal|original)(?:ly)?
    |\bold|\blist
    |rrp|r\.r\.p\.?|msrp|srp|mrp|worth|valued at|value|down from|reduced from|بدلا من|بدل من|بدلا عن|بدل|عوضا عن
    |كان|كانت
    |قبل الخصم|قبل التخفيض|السعر السابق|السعر القديم|السعر الأصلي|السعر العادي|سابقا|قيمتها|قيمته)(?:\s(?:prices?
    |was|السعر))*
    """ + _TO_AMOUNT)  # fmt: skip
_BEFORE_AFTER = words(
    r"^\s{0,2}\(?(?:before(?: discount)?|originally|down to|reduced to|→|->|=>|قبل الخصم|قبل التخفيض|سابقا)"
)
_SAVING = words(r"""(?:\bsave\b|\bsaving|you save|discount|cash ?back|voucher|gift card|coupon|\boff|rebate|\bwin\b
    |\bearn|credits?
    |prize
    |وفر|توفير|خصم|تخفيض|كاش باك|استرداد نقدي|قسيمة|كوبون|هدية|بطاقة هدايا|اربح)(?:\s(?:up|يصل|تصل|حتى|card|code))*
    """ + _TO_AMOUNT)  # fmt: skip
_SAVING_AFTER = words(r"""^\s{0,2}(?:/-)?\s?(?:off\b|discount|cash ?back|savings?\b|saved|voucher|e?-?gift
    |credits?\b|coupon|rebate
    |خصم|تخفيض|توفير|كاش باك|استرداد|قسيمة)""")  # fmt: skip
_MINIMUM = words(r"""(?:(?:orders?|purchases?|spend(?:ing)?|invoices?|bills?|transactions?|basket|shop(?:ping)?)\s
    (?:\w+\s){0,2}?(?:over|above|of|worth|from|exceeding|more than|at least)|\bspend|minimum(?: \w+){0,3}
    |\bmin\.?(?: \w+){0,2}
    |\bover|\babove|\bevery|more than|at least|exceed(?:s|ing)?|فوق|تتجاوز|يتجاوز|تزيد عن|يزيد عن|أكثر من|لا تقل عن
    |لا يقل عن|الحد الأدنى
    |(?:طلب|طلبات|الطلبات|للطلبات|مشتريات|المشتريات|مشترياتك|الشراء|شراء|فاتورة|الفواتير|فواتير|فاتورتك)(?: \w+){0,2}
    |حد أدنى|بحد أدنى|أنفق|صرف|اصرف)""" + _TO_AMOUNT)  # fmt: skip
_MINIMUM_AFTER = words(r"""^\s{0,2}(?:\w+\s)?(?:or more|and above|and over|and more|minimum|\+(?!\s?\d)|أو أكثر|فأكثر
    |وما فوق|فما فوق)""")  # fmt: skip
_LIMIT = words(
    r"(?:up to|as much as|maximum(?: of)?|max\.?|capped at|بحد أقصى|حد أقصى|الحد الأقصى|يصل إلى|تصل إلى|لغاية|حتى)"
    + _TO_AMOUNT
)
_FEE = words(r"""(?:shipping|delivery|postage|freight|deposit|down ?payment|service charge|\bfees?|\btax|\bvat|points?
    |التوصيل|توصيل|الشحن|شحن|دفعة أولى|الدفعة الأولى|مقدم|عربون|رسوم|ضريبة)(?:\s(?:fee|fees|charge|charges|cost
    |costs|from))*
    """ + _TO_AMOUNT)  # fmt: skip
_FEE_AFTER = words(r"""^\s{0,2}(?:for )?(?:shipping|delivery|postage|deposit|down ?payment|service charge|fee\b
    |vat\b|tax\b
    |للتوصيل|للشحن|توصيل|شحن|رسوم|ضريبة|عربون|دفعة أولى)""")  # fmt: skip
_INSTALMENT = words(r"""(?:instal?lments?|payments?|monthly|emi|\d ?x|pay(?: in)? \d|قسط|أقساط|القسط|دفعات
    |تقسيط)(?:\s\w+)?
    (?:\s(?:of|from|as low as|starting|at|من|بقيمة|ب|قيمة كل منها|شهري))*[\s:]*$""")  # fmt: skip
_MONTHLY_AFTER = words(r"""^\s{0,2}(?:/-)?\s?(?:/|per|a|each|every|p)?\s?(?:months?\b|mo\b|mth\b|monthly|x \d|\* ?\d
    |شهريا|شهري|/ ?شهر|في الشهر|بالشهر|كل شهر)""")  # fmt: skip
_PARTLY = words(r"instal|payments|emi\b|interest|finance|tabby|tamara|تابي|تمارا|قسط|أقساط|تقسيط|دفعات|\bor\b|أو ")
_UNIT_AFTER = words(r"""^\s{0,2}(?:/|per|a|لكل|لل)\s?(?:\d+\s?)?(?:kg|g|gr|lb|oz|ml|cl|l|lit(?:er|re)s?|m2|sqm|km
    |كجم|كيلو
    |لتر|مل|متر)\b""")  # fmt: skip
_PRICE_WORD = words(r"""prices?|only|just|now|sale|special|offer|deal|from|starting|starts?|at|for|is|our|current
    |total|costs?
    |as|low|to|was|instead|of|before|after|discount|regular|old|original|rrp|incl|including|inclusive|excl
    |excluding|exclusive
    |plus|vat|tax|net|pay|today|new|per|each|a|car|vehicle|tyre|tire|piece|person|السعر|سعر|بسعر|فقط|الآن|العرض|عرض|خاص|من|ابتداء
    |يبدأ|تبدأ|بدءا|ب
    |إلى|حتى|بدلا|بدل|كان|قبل|الخصم|بعد|شامل|شاملا|شاملة|غير|الضريبة|ضريبة|القيمة|المضافة|لكل|للسيارة|سيارة|للشخص
    |للإطار|إطار
    |قطعة|للقطعة|الحالي|القديم|الأصلي|السابق|المبلغ|مبلغ|التكلفة|يصبح|أصبح""")  # fmt: skip

# Tried in order: (part, words in front, words behind). What stands closest behind tells more than what stands in front.
_PARTS: tuple[tuple[Part, re.Pattern[str] | None, re.Pattern[str] | None], ...] = (
    ("instalment", _INSTALMENT, None),
    ("monthly", None, _MONTHLY_AFTER),
    ("price", _NOW, _NOW_AFTER),
    ("before", None, _BEFORE_AFTER),
    ("saving", None, _SAVING_AFTER),
    ("before", _BEFORE, None),
    ("saving", _SAVING, None),
    ("minimum", _MINIMUM, _MINIMUM_AFTER),
    ("fee", _FEE, _FEE_AFTER),
    ("limit", _LIMIT, None),
    ("unit", None, _UNIT_AFTER),
)


def part_of(before: str, after: str, whole: str) -> Part:
    """The part an amount plays, by the folded text right before it, right after it, and the whole of it."""
    near = re.split(r"[;!?]|\. ", before)[-1][-_BEFORE_AMOUNT:]
    for part, ahead, behind in _PARTS:
        if (ahead and ahead.search(near)) or (behind and behind.search(after)):
            return "instalment" if part == "monthly" and _PARTLY.search(whole) else part
    return "price"


def follows_price_before(text: str) -> bool:
    """Whether a folded text ends in words that a former price follows: «instead of», «بدلا من»."""
    return bool(_BEFORE.search(text))


def is_price_word(word: str) -> bool:
    """Whether a folded word says nothing but that a number is a price, or for how much of a thing."""
    return bool(_PRICE_WORD.fullmatch(word))
