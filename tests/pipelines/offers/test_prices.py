"""Prices, currencies and discounts in English and Arabic: one table a rule."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.offers.prices.reading import Money, find_money, read_currency, read_price, read_prices

RIYADH = ZoneInfo("Asia/Riyadh")


def told(text: str, zone: ZoneInfo = RIYADH) -> str:
    """What was read, as «189 SAR < 249»: the price, its currency, the price before."""
    price, before = read_prices(text, zone)
    if price is None:
        return "None"
    return f"{price.amount} {price.currency}" + (f" < {before.amount}" if before else "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SAR 199", "199 SAR"),
        ("SAR199", "199 SAR"),
        ("199SAR", "199 SAR"),
        ("S.R. 199", "199 SAR"),
        ("SR.199", "199 SAR"),
        ("199 S.R.", "199 SAR"),
        ("199 ر.س", "199 SAR"),
        ("199 ر.س.", "199 SAR"),
        ("١٩٩ ريال", "199 SAR"),
        ("۱۹۹٫۵۰ ریال", "199.50 SAR"),
        ("﷼ 199", "199 SAR"),
        ("\u20c1199.99", "199.99 SAR"),
        ("199 \u20c1", "199 SAR"),
        ("AED 99", "99 AED"),
        ("Dhs. 99", "99 AED"),
        ("Dhs99", "99 AED"),
        ("99 د.إ", "99 AED"),
        ("د.إ.\u200f ٩٩", "99 AED"),
        ("99 درهم", "99 AED"),
        ("QAR 50", "50 QAR"),
        ("50 ر.ق", "50 QAR"),
        ("KWD 12.500", "12.500 KWD"),
        ("12.500 د.ك", "12.500 KWD"),
        ("د.ك 1,250.500", "1250.500 KWD"),
        ("BHD 5.250", "5.250 BHD"),
        ("5.250 د.ب", "5.250 BHD"),
        ("OMR 3.900", "3.900 OMR"),
        ("3.900 ر.ع.", "3.900 OMR"),
        ("EGP 1,250", "1250 EGP"),
        ("1250 ج.م", "1250 EGP"),
        ("1,250 جنيه", "1250 EGP"),
        ("LE 250", "250 EGP"),
        ("JOD 12.5", "12.5 JOD"),
        ("12.5 د.أ", "12.5 JOD"),
        ("₱1,499.00", "1499.00 PHP"),
        ("PHP 1,499", "1499 PHP"),
        ("Rs. 1,250.00", "1250.00 None"),
        ("LKR 1,250", "1250 LKR"),
        ("₹2,433", "2433 INR"),
        ("PKR 635,000", "635000 PKR"),
        ("US$ 11.99", "11.99 USD"),
        ("$11.99", "11.99 USD"),
        ("USD 11.99", "11.99 USD"),
        ("€ 1.299,00", "1299.00 EUR"),
        ("1.299,00 €", "1299.00 EUR"),
        ("1 299,00 €", "1299.00 EUR"),
        ("99.- CHF", "99 CHF"),
        ("CHF 99.–", "99 CHF"),
        ("£39.50", "39.50 GBP"),
        ("1,299 SAR", "1299 SAR"),
        ("٫", "None"),
        ("١٬٢٩٩٫٥٠ ريال", "1299.50 SAR"),
        ("Rs 6,35,000", "635000 None"),
    ],
)
def test_currencies_by_their_names(text: str, expected: str) -> None:
    """A currency has many names, before or after the number, touching it or not, in any digits."""
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from SAR 99", "99 SAR"),
        ("Starting at 99 SAR", "99 SAR"),
        ("ابتداءً من ٩٩ ريال", "99 SAR"),
        ("تبدأ من 99 ر.س", "99 SAR"),
        ("SAR 99 – 199", "99 SAR"),
        ("99-199 SAR", "99 SAR"),
        ("SAR 99 to SAR 199", "99 SAR"),
        ("من 99 إلى 199 ريال", "99 SAR"),
        ("49", "49 None"),
        ("Only 49!", "49 None"),
        ("فقط ٤٩", "49 None"),
        ("Price: 49.00", "49.00 None"),
        ("99.-", "99 None"),
        ("Free", "0 None"),
        ("مجاناً", "0 None"),
        ("Price: free", "0 None"),
        ("Free delivery", "None"),
    ],
)
def test_ranges_bare_numbers_and_free(text: str, expected: str) -> None:
    """The lower end of a range is the price; a number alone is one only among words of price; free is zero."""
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Was SAR 249 Now SAR 189", "189 SAR < 249"),
        ("from SAR 249 to SAR 189", "189 SAR < 249"),
        ("من 249 ريال إلى 189 ريال", "189 SAR < 249"),
        ("SAR 249 SAR 189", "189 SAR < 249"),
        ("SAR 189 (was SAR 249)", "189 SAR < 249"),
        ("189 ريال بدلاً من 249", "189 SAR < 249"),
        ("كان 249 ريال الآن 189 ريال", "189 SAR < 249"),
        ("السعر قبل الخصم: 249 ر.س السعر بعد الخصم: 189 ر.س", "189 SAR < 249"),
        ("Original price was: 249 ر.س. Current price is: 189 ر.س.", "189 SAR < 249"),
        ("SAR 189 instead of 249", "189 SAR < 249"),
        ("RRP £249 Our price £189", "189 GBP < 249"),
        ("249.00 SAR 189.00 SAR", "189.00 SAR < 249.00"),
        ("Now 189 SAR, worth 249 SAR", "189 SAR < 249"),
        ("بسعر ١٨٩ ريال فقط بدل ٢٤٩ ريال", "189 SAR < 249"),
    ],
)
def test_a_price_and_the_one_before(text: str, expected: str) -> None:
    """Whichever stands first, the price is what is paid now."""
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5W-30 synthetic oil SAR 199", "199 SAR"),
        ("Model 2024 SAR 199", "199 SAR"),
        ("99 SAR 31 March 2026", "99 SAR"),
        ("99 SAR 31/03/2026", "99 SAR"),
        ("10,000 km service SAR 499", "499 SAR"),
        ("صيانة 10,000 كم بسعر 499 ريال", "499 SAR"),
        ("4 litres 5W-30 for 129 SAR", "129 SAR"),
        ("Call 920001234", "None"),
        ("0501234567", "None"),
        ("since 1985", "None"),
        ("10,000 km service", "None"),
        ("5W-30", "None"),
        ("BMW X5 2024", "None"),
        ("earn 500 points", "None"),
        ("31/03/2026", "None"),
        ("24/7", "None"),
        ("Open 9:00 - 18:00", "None"),
        ("5-year warranty", "None"),
        ("ضمان 5 سنوات", "None"),
    ],
)
def test_numbers_that_are_no_money(text: str, expected: str) -> None:
    """Kilometres, oil grades, years, phone numbers, dates and points are no prices, nor taken for them."""
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SAR 50 off", "None"),
        ("خصم 50 ريال", "None"),
        ("Save SAR 40 on tyres", "None"),
        ("SAR 50 off on orders over SAR 200", "None"),
        ("on orders over SAR 200", "None"),
        ("cashback up to SAR 300", "None"),
        ("Get up to SAR 500 cashback", "None"),
        ("كاش باك حتى 300 ريال", "None"),
        ("عند الشراء بقيمة 200 ريال", "None"),
        ("للطلبات فوق ٢٠٠ ريال", "None"),
        ("Spend SAR 200 and get a free wash", "None"),
        ("Minimum spend of SAR 500", "None"),
        ("Delivery SAR 15", "None"),
        ("SAR 15 delivery fee", "None"),
        ("+ SAR 20 shipping", "None"),
        ("التوصيل 15 ريال", "None"),
        ("4 payments of SAR 50", "None"),
        ("or 4 interest-free payments of SAR 50 with Tabby", "None"),
        ("أو قسمها على 4 دفعات بقيمة 50 ريال مع تمارا", "None"),
        ("SAR 199 or 4 payments of SAR 49.75", "199 SAR"),
        ("from SAR 12/month in installments", "None"),
        ("Membership SAR 99 per month", "99 SAR"),
        ("99 ريال شهرياً", "99 SAR"),
        ("SAR 199 incl. VAT", "199 SAR"),
        ("199 ريال شامل الضريبة 15%", "199 SAR"),
        ("SAR 199 + 15% VAT", "199 SAR"),
    ],
)
def test_money_that_is_no_price(text: str, expected: str) -> None:
    """What is saved, must be spent, may be reached, is paid for delivery or in parts is not the price."""
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-5 SAR", "None"),
        ("SAR 0", "0 SAR"),
        ("2 for SAR 99", "99 SAR"),
        ("3 tyres for 999 SAR", "999 SAR"),
        ("SAR 1.299", "1299 SAR"),
        ("5 ريالات", "5 SAR"),
        ("Pay SAR 199 only, save SAR 50", "199 SAR"),
        ("Win SAR 10,000", "None"),
        ("Up to SAR 500 off", "None"),
        ("خصم يصل إلى 500 ريال", "None"),
        ("Get a SAR 100 voucher", "None"),
        ("قسيمة بقيمة 100 ريال", "None"),
        ("prices from 99 SAR to 499 SAR", "99 SAR"),
        ("120 ريال سعودي", "120 SAR"),
        ("12 دولار", "12 USD"),
        ("350 جنيه مصري", "350 EGP"),
        ("7 دنانير", "7 None"),
        ("SAR 12.5 / litre", "12.5 SAR"),
        ("Oil filter SAR 35, air filter SAR 45", "35 SAR"),
        ("Golf 7 service", "None"),
        ("7 seats", "None"),
        ("49 per tyre", "49 None"),
        ("100", "100 None"),
        ("Try our 5 star service", "None"),
        ("SAR 200 or more", "None"),
        ("Was 249 SAR", "None"),
        ("1,000", "1000 None"),
        ("SAR1,000.00/-", "1000.00 SAR"),
        ("Rs 2,500/-", "2500 None"),
        ("Price drop: SAR 249 → SAR 189", "189 SAR < 249"),
    ],
)
def test_odds_and_ends(text: str, expected: str) -> None:
    """Below zero is nothing, zero stands; several of a thing have one price; prose without a currency has none."""
    assert told(text) == expected


def test_a_shared_name_means_what_it_means_where_the_source_is() -> None:
    """«ريال» is Saudi in Riyadh, Omani in Muscat; «Rs» says nothing in Riyadh."""
    assert read_currency("٥ ريال", ZoneInfo("Asia/Riyadh")) == "SAR"
    assert read_currency("٥ ريال", ZoneInfo("Asia/Muscat")) == "OMR"
    assert read_currency("Rs. 500", ZoneInfo("Asia/Colombo")) == "LKR"
    assert read_currency("Rs. 500", ZoneInfo("Asia/Riyadh")) is None
    assert read_currency("a sarong for the drive") is None


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("12.500 دينار", "Asia/Kuwait", "12.500 KWD"),
        ("12.500", "Asia/Bahrain", "12.500 None"),
        ("5 rials", "Asia/Muscat", "5 OMR"),
        ("Rs 500", "Asia/Karachi", "500 PKR"),
        ("£ 500", "Africa/Cairo", "500 EGP"),
        ("$ 5", "Asia/Singapore", "5 SGD"),
        ("20 د.أ", "Asia/Riyadh", "20 JOD"),
        ("20 د.ا", "Asia/Amman", "20 JOD"),
    ],
)
def test_the_zone_says_who_means_what(text: str, zone: str, expected: str) -> None:
    """Names shared by several currencies, and how many decimals a bare amount has, go by where the source is."""
    assert told(text, ZoneInfo(zone)) == expected


def test_every_amount_has_its_part() -> None:
    """A sentence with several amounts tells them apart."""
    text = "SAR 199 instead of SAR 249, save SAR 50, delivery SAR 15, or 4 payments of SAR 49.75"
    assert [(money.part, money.amount) for money in find_money(text, RIYADH)] == [
        ("price", Decimal(199)),
        ("before", Decimal(249)),
        ("saving", Decimal(50)),
        ("fee", Decimal(15)),
        ("instalment", Decimal("49.75")),
    ]


def test_a_name_of_money_counts_away_from_numbers_only_when_it_means_nothing_else() -> None:
    """«le» and «try» are words; «SR» alone, as a shop's field of currency, is the riyal."""
    assert read_currency("le prix") is None
    assert read_currency("Try it") is None
    assert read_currency("SR") == "SAR"
    assert read_currency("Saudi Riyal") == "SAR"


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    """Any text gives a price that is not negative, or None."""
    found = read_price(text)
    assert found is None or found.amount >= 0


@given(st.decimals(min_value=1, max_value=99_999, places=2), st.sampled_from(["SAR {}", "{} ر.س", "only {} SAR today"]))
def test_what_is_written_is_read(amount: Decimal, form: str) -> None:
    """Every amount with two decimals and grouping comes back exactly, in either language's digits."""
    written = f"{amount:,.2f}"
    arabic = written.translate(str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬"))
    assert {find_money(form.format(text), RIYADH) for text in (written, arabic)} == {(Money(amount, "SAR", "price"),)}
