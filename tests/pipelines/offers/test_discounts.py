"""What a text says is saved."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.offers.prices.discounts import find_savings, read_discount


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("50% off", "50"),
        ("Up to 30% off", "30"),
        ("خصم ٥٠٪", "50"),
        ("خصم 50 بالمئة", "50"),
        ("خصم ٪50", "50"),
        ("%50 خصم", "50"),
        ("خصم %50", "50"),
        ("save 20%", "20"),
        ("Save up to 20% on tyres", "20"),
        ("خصم يصل إلى ٧٠٪", "70"),
        ("خصومات حتى 70%", "70"),
        ("half price", "50"),
        ("نصف السعر", "50"),
        ("2 for 1", None),
        ("buy one get one free", None),
        ("Buy 3 tyres, get the 4th free", None),
        ("اشتر ٢ واحصل على ١ مجانا", None),
        ("3+1", None),
        ("3+1 free", None),
        ("0% interest", None),
        ("100% genuine parts, save 20%", "20"),
        ("VAT 15%", None),
        ("15% VAT included, 30% discount", "30"),
        ("100% cotton", None),
        ("-30%", "30"),
        ("30%-", None),
        ("تخفيض 25%", "25"),
        ("وفر 25%", "25"),
        ("25% تخفيض", "25"),
        ("98% of customers satisfied", None),
        ("APR 3.5%", None),
        ("Extra 10% off", "10"),
        ("10 percent off", "10"),
        ("12.5% off", "12.5"),
        ("20% instant discount", "20"),
        ("discount of 15%", "15"),
        ("خصم بنسبة 15%", "15"),
        ("10% cashback", "10"),
        ("تقسيط 0%", None),
        ("20% on all tyres", None),
        ("offers: 20% on all tyres", None),
        ("150% off", None),
        ("50 % OFF!", "50"),
        ("عرض ٢+١", None),
        ("15% خصم على جميع الزيوت", "15"),
        ("كود خصم نون 10% على كل المنتجات", "10"),
        ("خصم نمشي 25% للعملاء الجدد", "25"),
        ("لا يوجد خصم على الضريبة 15%", None),
        ("خصم شامل الضريبة 15%", None),
        ("خصم ١٥ ٪ على جميع الزيوت", "15"),
        ("30% down payment", None),
        ("humidity 40%", None),
    ],
)
def test_percentages(text: str, percent: str | None) -> None:
    """A percentage counts when the words next to it speak of saving; interest, tax and cotton do not."""
    assert read_discount(text) == (Decimal(percent) if percent else None)


@pytest.mark.parametrize(
    "text",
    [
        "2 for 1", "two for one", "2 for the price of 1", "Buy one get one free", "Buy 3 tyres, get the 4th free",
        "BOGO",
        "3+1", "1+1 free", "اشتر ٢ واحصل على ١ مجانا", "اشتري 3 إطارات والرابع مجانا", "قطعتين بسعر واحدة",
        "الثانية مجاناً",
    ],
)  # fmt: skip
def test_deals_on_several(text: str) -> None:
    """They are savings, but save no percentage on one."""
    assert [(saving.kind, saving.percent) for saving in find_savings(text)] == [("multibuy", None)]


def test_a_price_for_two_is_no_deal_of_that_kind() -> None:
    """«2 for SAR 99» is a price."""
    assert find_savings("2 for SAR 99") == ()


def test_an_upper_bound_is_known_as_one() -> None:
    """«Up to» is kept as the percentage, marked, with the words as they stand."""
    found = [find_savings(text)[0] for text in ("Save up to 30%", "خصم يصل إلى ٧٠٪", "Flat 30% off")]
    bounds = [(str(saving.percent), saving.upper_bound) for saving in found]
    assert bounds == [("30", True), ("70", True), ("30", False)]
    assert found[1].text == "خصم يصل إلى ٧٠٪"
