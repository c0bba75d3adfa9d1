"""What one line of a document says about money: price, price before, savings, codes, and figures that are none."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pipelines.offers.codes import labelled_code
from pipelines.offers.flyers.amounts import amounts_of

RIYADH = ZoneInfo("Asia/Riyadh")


@pytest.mark.parametrize(
    ("text", "price", "before"),
    [
        ("Four tyres fitted for SAR 200", "200", None),
        ("٩٩ ريال بدلاً من ١٥٠ ريال", "99", "150"),
        ("Was SAR 150 Now SAR 99", "99", "150"),
        ("SAR 150 SAR 99", "99", "150"),
        ("Was SAR 550", None, "550"),
        ("Only 99 instead of 150", "99", "150"),
        ("SAR 50 off when you spend over SAR 300", None, None),
        ("Ladder of 10 ft, try 2 of them", None, None),
        ("Engine oil 5W-30, 4 litres, for 10,000 km", None, None),
        ("Call 9200 12345", None, None),
        ("7", None, None),
    ],
)
def test_prices_of_a_line(text: str, price: str | None, before: str | None) -> None:
    """The price and the one before it; distances, grades, telephone and page numbers are no money."""
    found = amounts_of(text, RIYADH)
    assert (found.price and str(found.price.amount), found.before and str(found.before.amount)) == (price, before)


@pytest.mark.parametrize(
    ("text", "percent", "saving", "gift"),
    [
        ("خصم 25% على الإطارات", 25, True, False),
        ("Save SAR 50", None, True, False),
        ("Buy one, get one free", None, True, True),
        ("Free brake check", None, False, True),
        ("Feel free to call our toll-free number", None, False, False),
        ("Sugar-free drinks 15% VAT included", None, False, False),
    ],
)
def test_savings_of_a_line(text: str, percent: int | None, saving: bool, gift: bool) -> None:
    """Percentages, amounts saved and deals are savings; «free» is one only where an offer is meant; a tax is none."""
    found = amounts_of(text, RIYADH)
    assert (found.discount, found.saving, found.gift) == (percent and Decimal(percent), saving, gift)


def test_prices_of_several_things_are_no_price() -> None:
    """Which of them is meant cannot be told, so none is: the text still says them all."""
    found = amounts_of("Sedan SAR 99, SUV SAR 149", RIYADH)
    assert (found.price, found.several) == (None, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [("Use code OIL25 at the desk", "OIL25"), ("كود الخصم: RAMADAN30", "RAMADAN30"), ("Promo code: wash", ""),
     ("Code of conduct", "")],
)  # fmt: skip
def test_codes(text: str, code: str) -> None:
    """A code stands in capitals or holds a digit."""
    assert labelled_code(text) == code
