"""What a text says is saved, in percent: «50% off», «خصم ٥٠٪», «half price», «save up to 30%».

«Up to 30%» is an upper bound: it is kept as 30 with `upper_bound` set, and the offer's own words keep saying it.
Deals on several («2 for 1», «3+1», «اشتر ٢ واحصل على ١ مجانا») save nothing on one, so they have no percentage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pipelines.offers.prices.words import words
from pipelines.windows.datetokens import fold

__all__ = ["Saving", "find_savings", "read_discount"]

_LONGEST = 2000  # characters of a text that are looked at


_SIGN = r"(?:[%٪]|per ?cent\b|pct\b|بالمئة|بالمائة|في المئة|في المائة|بالمية|بالميه)"
_NUMBER = r"\d{1,3}(?:[.,٫]\d{1,2})?"
_PERCENT = words(rf"(?<![\d.,])(?:(?P<number>{_NUMBER})\s?{_SIGN}|[%٪]\s?(?P<late>{_NUMBER})(?![\d.,]))")
_UP_TO = r"(?:up ?to|as much as|max(?:imum)?(?: of)?|يصل إلى|تصل إلى|يصل حتى|تصل حتى|يصل ل|حتى|لغاية|إلى)"
_WORDS = r"""(?:discounts?|disc\.?|sav(?:e|es|ings?)|off|less|reduc(?:ed|tion)|cash ?back|rebate|markdown|sale|lower
    |خصم|خصما|خصومات|الخصم|بخصم|وخصم|تخفيض|تخفيضات|التخفيض|بتخفيض|توفير|التوفير|وفر|وفروا|كاش باك|استرداد|حسم
    |تنزيلات)"""
_BEFORE = words(rf"""(?:{_WORDS}|[-–−])(?:\s(?:of|by|an?|your|extra|additional|another|flat|get|بنسبة|نسبة|بقيمة|قدره
    |إضافي|خاص|فوري))*(?P<bound>\s?:?\s?{_UP_TO})?\s?:?\s?$""")  # fmt: skip
# «خصم نون ١٠٪»: up to two words, mostly the shop's name, between the saving and its percentage.
_NAMED_BEFORE = words(r"""(?<!\w)(?:خصم|كوبون)(?:\s(?!(?:على|من|عن|مع|أو|بعد|قبل|غير|شامل|حتى|ضريبة|الضريبة|ضريبي)\b)
    [^\W\d]+){1,2}\s?:?\s?$""")  # fmt: skip
_AFTER = words(
    rf"""^\s?(?:(?:instant|extra|flat|special|exclusive|additional|seasonal|price|member)\s)?-?{_WORDS}(?![a-z])"""
)
_BOUND = words(rf"{_UP_TO}\s(?:to\s)?(?:an?\s|extra\s)?$")
_NO_SAVING = words(r"""^\s?(?:vat|tax|apr|interest|instal|genuine|original|cotton|natural|pure|satisf|guarant
    |service|of |ضريبة
    |أصلي|طبيعي|قطن|فائدة|مضمون|من العملاء)""")  # fmt: skip
_HALF = words(r"""(?<!\w)(?:half[ -]?(?:the )?price|half off|1/2 price|نصف السعر|بنصف السعر|بنص السعر|نص السعر
    |نصف الثمن)(?!\w)""")  # fmt: skip
_COUNT = r"(?:\d{1,2}|one|two|three|a|واحد|واحدة|اثنين|حبة|قطعة|قطعتين|حبتين|غسلتين|ثلاث|ثلاثة)"
_MULTI = words(rf"""(?<!\w){_COUNT}\s?(?:for|by)\s?(?:the price of )?(?:[1-5]|one|two|three)(?!\s?(?:sar|sr|aed|%
    |[\d.,]))(?!\w)
    |(?<!\w)(?:buy {_COUNT}(?: \w+){{0,3}},?\s(?:and )?(?:get|take|receive)\s(?:the )?(?:{_COUNT}|second|third)
    |bogof?\b|b1g1\b|\d ?\+ ?\d (?:free|مجانا|هدية)|\d ?\+ ?\d(?=\s*(?:$|[!.,;]))
    |اشتر[يِ]?(?:وا)? \w+(?: \w+){{0,3}} (?:واحصل|احصل|وخذ|والثاني\w*|و\w+ (?:مجانا|هدية|علينا))
    |(?:قطعتين|حبتين|اثنين|2) (?:بسعر|بقيمة) (?:واحد|واحدة|قطعة|حبة|1)|و?الثاني[ةه]? (?:مجانا|علينا
    |هدية))""")  # fmt: skip


@dataclass(frozen=True)
class Saving:
    """One saving a text promises."""

    kind: Literal["percent", "half", "multibuy"]
    percent: Decimal | None  # None: a deal on several
    upper_bound: bool  # «up to»
    text: str  # as it stands in the source


def find_savings(text: str) -> tuple[Saving, ...]:
    """Every saving the first 2,000 characters of a text promise in percent or as a deal on several."""
    folded = fold(text[:_LONGEST])
    plain = folded.text
    found = [*_percentages(plain)]
    found += [(*match.span(), Saving("half", Decimal(50), False, "")) for match in _HALF.finditer(plain)]
    found += [(*match.span(), Saving("multibuy", None, False, "")) for match in _MULTI.finditer(plain)]
    return tuple(Saving(s.kind, s.percent, s.upper_bound, folded.quote(start, end)) for start, end, s in found)


def read_discount(text: str) -> Decimal | None:
    """The largest percentage a text gives off («50% off», «خصم ٥٠٪»), or None when it names none."""
    return max((saving.percent for saving in find_savings(text) if saving.percent is not None), default=None)


def _percentages(plain: str) -> Iterator[tuple[int, int, Saving]]:
    for match in _PERCENT.finditer(plain):
        number = Decimal((match["number"] or match["late"]).replace(",", ".").replace("٫", "."))
        before, after = plain[max(0, match.start() - 60) : match.start()], plain[match.end() : match.end() + 40]
        said_before, said_after = _BEFORE.search(before) or _NAMED_BEFORE.search(before), _AFTER.search(after)
        if not 0 < number <= 100 or not (said_before or said_after) or (_NO_SAVING.search(after) and not said_after):
            continue
        bound = bool(_BOUND.search(before) or (said_before and said_before.groupdict().get("bound")))
        start = match.start() - (len(before) - said_before.start() if said_before else 0)
        yield start, match.end() + (said_after.end() if said_after else 0), Saving("percent", number, bound, "")
