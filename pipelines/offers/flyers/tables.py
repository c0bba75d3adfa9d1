"""Rows of a table that are offers, one a row: which column says what, by the words that head it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.offers.codes import labelled_code
from pipelines.offers.flyers.amounts import amounts_of
from pipelines.offers.flyers.lines import Line
from pipelines.offers.prices.reading import Price, read_currency, read_discount, read_price
from pipelines.offers.prices.words import words
from pipelines.windows.datetokens import fold

__all__ = ["RowOffer", "row_offers"]

# Field -> words of its column's header, folded; the first field that matches has the column.
_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ledger", words(
    r"""^(?:qty|quantity|total|sub ?total|amount due|balance|net amount|invoice\b.*|po number|unit cost|line total
    |salary|الكميه|الاجمالي|المجموع|الرصيد|رقم الفاتوره|الراتب)$"""
)),
    ("before", words(
    r"""\b(?:was|before|regular|normal|original|old|list|usual|rrp|mrp|standard)\b|السابق|قبل|الاصلي|العادي|القديم
    |الاساسي"""
)),
    ("start", re.compile(r"\b(?:start\w*|from|begins?|valid from)\b|^من$|البدايه|بدايه|يبدا|تاريخ البدء")),
    ("end", words(
    r"""\b(?:until|till|expir\w*|ends?|end date|valid\w*|period|dates|last day|through|to)\b|حتي|الصلاحيه|صلاحيه
    |ينتهي|انتهاء|الانتهاء|ساري|صالح|الفتره|المده|^الي$|النهايه"""
)),
    ("price", words(
    r"""\b(?:after|now|(?:offer|sale|promo\w*|special|new|discounted) price)\b|بعد|الان|سعر العرض|الجديد"""
)),
    ("code", words(
    r"""(?<!item )(?<!product )\b(?:code|coupon|promo code|voucher)\b|كود|الكود|رمز|الرمز|كوبون|القسيمه"""
)),
    ("discount", words(
    r"""\b(?:discount|saving|savings|save|off|reduction)\b|%|خصم|الخصم|تخفيض|التخفيض|التوفير|نسبه"""
)),
    ("price", re.compile(r"\b(?:price|cost|pay|rate|sar|aed)\b|السعر|سعر|التكلفه|ريال")),
    ("category", re.compile(r"\b(?:category|categories|type|group|section|department)\b|الفئه|القسم|النوع|التصنيف")),
    ("title", words(
    r"""\b(?:service|services|item|items|product|products|offer|offers|package|packages|promotion|promotions|deal
    |deals|name|title|treatment|model|brand)\b|الخدمه|الخدمات|المنتج|المنتجات|العرض|العروض|الباقه|الباقات|الصنف
    |الاسم|العنوان|الموديل"""
)),
    ("about", words(
    r"""\b(?:description|details?|includes?|terms|conditions|remarks?|notes?)\b|الوصف|التفاصيل|وصف|تفاصيل|يشمل
    |الشروط|ملاحظات"""
)),
    ("number", re.compile(r"^(?:no|nr|#|s\.?no|sn|id|رقم|م|الرقم|sku|ref)\.?$")),
)  # fmt: skip
_DECIMAL = re.compile(r"\d{1,5}\.\d{2}")
# How long a thing lasts once bought («7 days»): no end of its offer.
_LENGTH = re.compile(
    r"\W*\d*\s?(?:days?|weeks?|months?|years?|hours?|يوما?|ايام|اسبوع|اسابيع|شهرا?|اشهر|سنه|سنوات|ساعه)\W*"
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class RowOffer:
    """What one row says of one offer."""

    line: Line
    title: str
    price: Price | None
    before: Decimal | None
    discount: Decimal | None
    validity: str  # the cells that say until when
    code: str
    category: str
    about: str
    saving: bool


@dataclass(frozen=True)
class _Cell:
    field: str
    label: str
    text: str


def row_offers(rows: Sequence[Line], zone: ZoneInfo | None) -> tuple[RowOffer, ...]:
    """An offer for each row that names something with a price, a saving or a validity; () for a ledger."""
    tables = [[_cell(part) for part in line.block.text.split(" | ")] for line in rows]
    if tables and _is_headless(tables[0], zone):
        texts = [[cell.label for cell in tables[0]], *([cell.text for cell in cells] for cells in tables)]
        rows = [_with_text(line, cells) for line, cells in zip((rows[0], *rows), texts, strict=True)]
        tables = [[_Cell("", "", text) for text in cells] for cells in texts]
    if any(cell.field == "ledger" for cells in tables for cell in cells):
        return ()
    read = (_row_offer(line, cells, zone) for line, cells in zip(rows, tables, strict=True))
    return tuple(offer for offer in read if offer)


def _with_text(line: Line, cells: Sequence[str]) -> Line:
    return replace(line, block=replace(line.block, text=" | ".join(cells)))


def _is_headless(cells: Sequence[_Cell], zone: ZoneInfo | None) -> bool:
    """Whether what was taken for headers is a first row: «Wash | SAR 20» names no columns."""
    return all(cell.label for cell in cells) and any(amounts_of(cell.label, zone).price for cell in cells)


def _cell(part: str) -> _Cell:
    label, colon, text = part.partition(": ")
    if not colon or len(label) > 60:
        return _Cell("", "", part)
    named = fold(label).text.strip()
    return _Cell(next((field for field, words in _COLUMNS if words.search(named)), ""), label, text)


def _row_offer(line: Line, cells: Sequence[_Cell], zone: ZoneInfo | None) -> RowOffer | None:
    title = _title(cells, zone)
    if not title:
        return None
    bare = " | ".join(cell.text for cell in cells)
    shown = None if any(cell.label for cell in cells) else amounts_of(bare, zone)
    price = _money(cells, "price", zone) or (shown.price if shown else None)
    before = _money(cells, "before", zone) or (shown.before if shown else None)
    if price is None and shown is not None:
        price, before = _bare_prices(cells)
    if price and before and before.amount <= price.amount:
        before = None
    discount = _discount(cells) or (shown.discount if shown else None)
    offer = RowOffer(
        line, title, _with_currency(price, before), before.amount if before else None, discount, _validity(cells),
        _first(cells, "code") or labelled_code(line.block.text), _first(cells, "category"), _about(cells, title),
        saving=bool(before or discount) or amounts_of(bare, zone).saving,
    )  # fmt: skip
    return offer if price or offer.saving or (offer.validity and line.amounts.gift) else None


def _bare_prices(cells: Sequence[_Cell]) -> tuple[Price | None, Price | None]:
    """Of a row without headers and currencies the one or two cells written like prices, the lower one the price."""
    plain = [fold(cell.text).text.strip() for cell in cells]
    found = sorted({Decimal(text) for text in plain if _DECIMAL.fullmatch(text)})
    if not 1 <= len(found) <= 2:
        return None, None
    return Price(found[0], None), Price(found[-1], None) if len(found) == 2 else None


def _with_currency(price: Price | None, before: Price | None) -> Price | None:
    if price and before and price.currency is None:
        return replace(price, currency=before.currency)
    return price


def _first(cells: Sequence[_Cell], field: str) -> str:
    return next((cell.text for cell in cells if cell.field == field), "")


def _title(cells: Sequence[_Cell], zone: ZoneInfo | None) -> str:
    """The cell under a header that names things, else the first that is neither amount, date nor number."""
    named = _first(cells, "title")
    if _LETTERS.search(named):
        return named
    for cell in cells:
        if (
            cell.field in ("", "about", "discount")
            and _LETTERS.search(cell.text)
            and not amounts_of(cell.text, zone).spans
        ):
            return cell.text if cell.label == "" or len(cell.text) <= 140 else ""
    return ""


def _money(cells: Sequence[_Cell], field: str, zone: ZoneInfo | None) -> Price | None:
    """The amount of the first cell of that field that holds one; its currency may stand in the header."""
    for cell in cells:
        if cell.field != field or not re.search(r"\d", cell.text) or re.search(r"[%٪]", cell.text):
            continue
        shown = amounts_of(cell.text, zone)
        price = shown.price or shown.before or (None if shown.several else read_price(cell.text, zone))
        if price and price.amount > 0:
            return price if price.currency else Price(price.amount, read_currency(cell.label, zone))
    return None


def _discount(cells: Sequence[_Cell]) -> Decimal | None:
    for cell in cells:
        if cell.field == "discount":
            found = re.search(r"(\d{1,2}(?:\.\d+)?)\s?%|%\s?(\d{1,2})", fold(cell.text).text.replace("٪", "%"))
            if found:
                return Decimal(found[1] or found[2])
            if re.fullmatch(r"0?\.\d+", cell.text.strip()) and "%" in cell.label:
                return Decimal(cell.text.strip()) * 100
        elif (percent := read_discount(cell.text)) is not None:
            return percent
    return None


def _validity(cells: Sequence[_Cell]) -> str:
    start, end = _first(cells, "start"), _first(cells, "end")
    if _LENGTH.fullmatch(fold(end).text):
        return ""
    if start and end:
        return f"from {start} to {end}"
    return end or (f"from {start}" if start else "")


def _about(cells: Sequence[_Cell], title: str) -> str:
    """The rest of the row that says something in words."""
    said = [cell.text for cell in cells if cell.field in ("about", "title", "") and cell.text != title]
    return " ".join(text for text in said if _LETTERS.search(text))
