"""A spreadsheet's numbers as its reader sees them: the number format applied, dates written beyond doubt."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

__all__ = ["displayed"]

_LITERALS = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|_.|\*.|\[[^\]]*\]')
_MARK = 0xE000  # the first character of private use: no format holds one
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.([#0?]+))?,*")


def displayed(value: object, number_format: str) -> str:
    """A cell's value as text; empty for no value and for errors (#N/A, #REF!).

    A date is written YYYY-MM-DD whatever its format: 03/04/2025 would be read in two ways.
    """
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case timedelta():
            return str(value)
        case int() | float():
            return _number(Decimal(repr(value)), number_format) if value == value else ""
        case _:
            text = str(value).strip()
            return "" if re.fullmatch(r"#[A-Z/0!?]{3,8}", text) else text


def _number(value: Decimal, number_format: str) -> str:
    """One number under a format of up to four sections (ECMA-376 part 1, 18.8.31); fractions and scales as General."""
    section, value = _section(value, number_format or "General")
    template, literals = _take_literals(section)
    digits = _DIGITS.search(template)
    unread = "general" in template.lower() or any(sign in template for sign in ("@", "/", "E+", "E-"))
    if not digits and literals and not unread:
        return _with_literals(template, literals)
    if unread or not digits or digits[0].endswith(","):  # a comma at the end scales by a thousand
        return _general(value)
    scaled = value * 100 if "%" in template else value
    text = _grouped(scaled, digits)
    shown = template[: digits.start()] + text + template[digits.end() :]
    return _with_literals(shown, literals)


def _with_literals(shown: str, literals: list[str]) -> str:
    return "".join(literals[at] if 0 <= (at := ord(c) - _MARK) < len(literals) else c for c in shown).strip()


def _section(value: Decimal, number_format: str) -> tuple[str, Decimal]:
    """The section for the number's sign, and the number to show in it: an own negative section says its own minus."""
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format)
    if value < 0 and len(sections) > 1 and sections[1]:
        return sections[1], -value
    if value == 0 and len(sections) > 2 and sections[2]:
        return sections[2], value
    return sections[0], value


def _take_literals(section: str) -> tuple[str, list[str]]:
    """The section with its quoted parts, currencies and paddings replaced by marks of private use."""
    literals: list[str] = []

    def keep(found: re.Match[str]) -> str:
        literals.append(found[1] or found[2] or found[3] or "")
        return chr(_MARK + len(literals) - 1)

    marked = _LITERALS.sub(keep, section)
    return marked, literals


def _grouped(value: Decimal, digits: re.Match[str]) -> str:
    places = digits[1] or ""
    try:
        rounded = value.quantize(Decimal(1).scaleb(-len(places)), ROUND_HALF_UP)
    except InvalidOperation:  # more digits than decimal arithmetic keeps
        return _general(value)
    whole = digits[0].partition(".")[0]
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}".zfill(_least_width(whole, rounded, places))
    return _without_optional(text, places)


def _least_width(whole: str, rounded: Decimal, places: str) -> int:
    """Characters of a number whose format asks for so many digits before the point: 007."""
    return whole.count("0") + (len(places) + 1 if places else 0) + (rounded < 0)


def _without_optional(text: str, places: str) -> str:
    """Drop the zeros at the end that the format only allows (#), not those it asks for (0)."""
    wanted = len(places.rstrip("#?"))
    while places and text[-1] == "0" and len(text) - text.index(".") - 1 > wanted:
        text = text[:-1]
    return text.removesuffix(".")


def _general(value: Decimal) -> str:
    """A number without a format: at most eleven significant digits, as spreadsheets show it."""
    if value == value.to_integral_value() and abs(value) < Decimal(10) ** 15:
        return f"{value:.0f}"
    return f"{float(value):.11g}"
