"""Prices, currencies and discounts in English and Arabic."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.offers.prices import read_currency, read_discount, read_price, read_prices


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("SAR 1,299.50", "1299.50", "SAR"),
        ("149 SR only", "149", "SAR"),
        ("٩٩٫٥٠ ر.س", "99.50", "SAR"),
        ("ريال سعودي 77.01", "77.01", "SAR"),
        ("١٬٢٥٠ ريال", "1250", "SAR"),
        ("د.إ 50", "50", "AED"),
        ("12.500 دينار كويتي", "12.500", "KWD"),
        ("₱2,500", "2500", "PHP"),
        ("€ 119,01", "119.01", "EUR"),
        ("2 400 ₽", "2400", "RUB"),
        ("49", "49", None),
    ],
)
def test_prices(text: str, amount: str, currency: str | None) -> None:
    """The amount is exact, the currency an ISO 4217 code or None."""
    found = read_price(text, ZoneInfo("Asia/Riyadh"))
    assert found is not None
    assert (found.amount, found.currency) == (Decimal(amount), currency)


def test_a_shared_name_means_what_it_means_where_the_source_is() -> None:
    """«ريال» is Saudi in Riyadh, Omani in Muscat; «Rs» says nothing in Riyadh."""
    assert read_currency("٥ ريال", ZoneInfo("Asia/Riyadh")) == "SAR"
    assert read_currency("٥ ريال", ZoneInfo("Asia/Muscat")) == "OMR"
    assert read_currency("Rs. 500", ZoneInfo("Asia/Colombo")) == "LKR"
    assert read_currency("Rs. 500", ZoneInfo("Asia/Riyadh")) is None
    assert read_currency("a sarong for the drive") is None


@pytest.mark.parametrize(
    "text", ["SAR 189 instead of SAR 249", "Was SAR 249, now SAR 189", "189 ريال بدلاً من 249 ريال"]
)
def test_a_price_and_the_one_before(text: str) -> None:
    """Whichever stands first, the price is what is paid now."""
    now, before = read_prices(text, ZoneInfo("Asia/Riyadh"))
    assert now is not None
    assert before is not None
    assert (now.amount, before.amount, before.currency) == (Decimal(189), Decimal(249), "SAR")


@pytest.mark.parametrize(
    ("text", "percent"),
    [("Up to 50% off", 50), ("خصم ٢٥٪ على الزيت", 25), ("0% interest for a year", None), ("100% cotton", None)],
)
def test_discounts(text: str, percent: int | None) -> None:
    """A percentage counts when the words around it speak of saving."""
    assert read_discount(text) == percent


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    """Any text gives a price that is not negative, or None."""
    found = read_price(text)
    assert found is None or found.amount >= 0
