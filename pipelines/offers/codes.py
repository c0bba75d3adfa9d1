"""The code a customer has to give: «Use code OIL25», «كود الخصم: OIL25», a coupon's own line.

A code is written in capitals, holds a letter, and stands right after its label. In a text all in capitals any word
would pass for one («NO CODE NEEDED»): there it holds a digit, or a colon or quotation mark stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.offers.prices.words import words
from pipelines.windows.datetokens import fold

__all__ = ["code_in", "ends_in_label", "is_code", "labelled_code"]

_LABEL = words(
    r"""(?:(?:promo(?:tion(?:al)?)?|coupon|voucher|discount|offer|use|with)\s*)?\bcode\b(?:\s(?:is|=))?
    |(?:ال)?(?:كود|رمز|كوبون)(?!\w)(?:\s?ال(?:خصم|عرض|كوبون|قسيمة|ترويجي))?"""
)
_MARK = re.compile(r"\s*[:：=«“\"'(-]{0,2}\s*")
_CODE = re.compile(r"(?=[A-Z0-9_-]*[A-Z])[A-Z0-9][A-Z0-9_-]{1,23}(?![\w-])")
_NO_CODE = frozenset({"NEEDED", "REQUIRED", "NECESSARY", "SAR", "AED", "USD", "VAT", "WILL", "BELOW", "HERE"})
_LONGEST = 2000  # characters of a text that are looked at
_SHORTEST = 3  # characters of a code that its label alone makes known


def is_code(text: str) -> bool:
    """Whether a text that is called a code has the form of one."""
    return bool(_CODE.fullmatch(text)) and text not in _NO_CODE


def code_in(texts: Iterable[str]) -> str:
    """The first code that any of the texts tells to give, or ""."""
    return next((code for text in texts if (code := labelled_code(text))), "")


def labelled_code(text: str) -> str:
    """The code that stands after its label in a text, or ""."""
    folded = fold(text[:_LONGEST])
    shouted = text.upper() == text
    for label in _LABEL.finditer(folded.text):
        rest = folded.quote(label.end(), min(len(folded.text), label.end() + 40))
        mark = _MARK.match(rest)
        found = _CODE.match(rest, mark.end() if mark else 0)
        if found and is_code(found[0]) and len(found[0]) >= _SHORTEST and _is_meant(found[0], mark, shouted):
            return found[0]
    return ""


def _is_meant(code: str, mark: re.Match[str] | None, shouted: bool) -> bool:
    marked = mark is not None and bool(mark[0].strip())
    return marked or not shouted or any(char.isdigit() for char in code) or not re.search(r"[A-Z]", code)


def ends_in_label(text: str) -> bool:
    """Whether a text ends in such a label and names no code: the next text may be it."""
    folded = fold(text[-60:]).text.rstrip(" :：-")
    return any(label.end() == len(folded) for label in _LABEL.finditer(folded))
