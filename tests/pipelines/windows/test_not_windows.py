"""Dates and numbers that say nothing of when an offer holds, and those beside them that do."""

from __future__ import annotations

import pytest

from tests.pipelines.windows.reading import last_day as last
from tests.pipelines.windows.reading import maybe, read

_NONE = """
Born on 3 May 1990
The first free slot is available today at every branch
أول خانة متاحة في اليوم نفسه
متوفر اليوم في جميع الفروع
Date of birth: 3 May 1990
DOB 03/05/1990
Posted on 3 May 2026
Posted by Admin on 3 May 2026
Published: May 3, 2026
Updated 3 May 2026
Last updated: 3 May 2026, 10:30
By Ahmed Ali, 3 May 2026
Copyright 2019 - 2026
Serving you since 1985
Established 3 May 1985
Member since 12 March 2020
Reviewed by Sara on 12 June 2026
Open Sunday to Thursday 9am - 10pm
Opening hours: 10:00 - 22:00
Working hours 8 am to 10 pm, Friday closed
Call 055 123 4567 or 920-00-1234
Call 05-12-34567 now
WhatsApp +966 55 123 4567
Order 12-34-56789
Price from 199 to 299 SAR
From SAR 99 to SAR 149
SAR 1,299.00 instead of SAR 1,499.00
2 for 1
3/4 inch hose, 1/2 price
12/24 monthly payments
Save 20% on 2 tyres
Up to 50% off
10/10 for service
Rated 4.5/5 by 1,234 customers
5W-30 synthetic oil 4L
Tyre size 205/55 R16
Oil change every 10,000 km or 6 months
Fits Toyota Camry 2018 - 2024
Model year 2026
Return within 30 days
Free returns for 30 days
30 day money-back guarantee
Warranty valid until 31 December 2028
2 year warranty or 50,000 km
Delivery within 3-5 days
Delivery by Thursday
Free cancellation until 28 June 2026
Shipped by 12 June 2026
Winners will be announced on 15 July 2026
Lowest price in the last 30 days
Points expire after 12 months
Chapter 3, page 12
Version 2.1.26
IP 10.0.0.12
مواليد 3 مايو 1990
تاريخ الميلاد: 3/5/1990
نُشر في 3 مايو 2026
تاريخ النشر: 3 مايو 2026
آخر تحديث: 3 مايو 2026
منذ عام 1985
تأسست في 3 مايو 1985
ساعات العمل: السبت - الخميس 8 ص - 10 م
مفتوح يومياً من 9 صباحاً حتى 11 مساءً
اتصل على 0551234567
الرقم الموحد 920001234
السعر من 199 إلى 299 ريال
خصم حتى 50%
خصم يصل إلى ٣١٪
حتى 12 شهراً
يناسب كامري من 2018 إلى 2024
كل 5000 كم
ضمان لمدة سنتين
الضمان حتى 31 ديسمبر 2028
الاسترجاع خلال 14 يوم
التوصيل خلال 3 أيام عمل
التوصيل حتى يوم الخميس
يعلن عن الفائزين في 15 يوليو 2026
""".strip().splitlines()


@pytest.mark.parametrize("text", _NONE)
def test_nothing_here_is_a_window(text: str) -> None:
    """In the text of an offer and in any other text of a page."""
    assert maybe(text, context="offer") is None
    assert maybe(text, context="text") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Posted on 3 May 2026. Offer valid until 30 June 2026", "2026-06-30"),
        ("تاريخ النشر: 3 مايو 2026. العرض ساري حتى 30 يونيو 2026", "2026-06-30"),
        ("Free delivery until 30 June 2026", "2026-06-30"),
        ("20% off until 30 June 2026. Warranty until 31 December 2028", "2026-06-30"),
        ("خصم 20% حتى 30 يونيو 2026. الضمان حتى 31 ديسمبر 2028", "2026-06-30"),
        ("Book by 15 June 2026. Travel between 1 July and 30 September 2026", "2026-06-15"),
        ("Travel between 1 July and 30 September 2026. Book by 15 June 2026", "2026-06-15"),
        ("Book before 16 June for stays until 31 August 2026", "2026-06-15"),
        ("فترة الحجز من 1 إلى 15 يونيو 2026 وفترة السفر من 1 يوليو إلى 30 سبتمبر 2026", "2026-06-15"),
        ("Register by 31 May 2026, redeem until 30 June 2026", "2026-05-31"),
        ("Earn double points until 30 June 2026. Points expire on 31 December 2026", "2026-06-30"),
        ("Gift card valid for 1 year from the date of issue. Offer until 30 June 2026", "2026-06-30"),
        ("SAR 149 instead of SAR 199. Valid 1/6/2026 - 30/6/2026, open daily 8 am to 10 pm", "2026-06-30"),
        ("Winners announced on 15 July 2026. Promotion period 1 - 30 June 2026", "2026-06-30"),
        ("Installments 0% for 12 months until 30 June 2026", "2026-06-30"),
        ("Buy from 1 to 30 June 2026. Delivery until 15 July 2026", "2026-06-30"),
        ("Last day to enjoy this offer: 30 June 2026", "2026-06-30"),
        ("آخر موعد للاستفادة من العرض 30 يونيو 2026", "2026-06-30"),
        ("تنتهي الحملة في 30 يونيو 2026", "2026-06-30"),
        ("حتى مساء يوم 30 يونيو 2026", "2026-06-30"),
        ("الأحد الموافق 28 يونيو 2026 آخر يوم للعرض. ينتهي الأحد الموافق 28 يونيو 2026", "2026-06-28"),
    ],
)
def test_the_offer_is_told_from_what_stands_beside_it(text: str, day: str) -> None:
    """Never later than the offer's own end, whatever else the text dates."""
    assert last(read(text, context="offer")) == day


@pytest.mark.parametrize(
    "text",
    [
        "a near 1-1/2 year trade war for stocks",
        "until 5th avenue",
        "العشر الأواخر من رمضان",
        "hiring beginning this week",
    ],
)
def test_what_only_looks_like_a_date(text: str) -> None:
    """A fraction, an address, ten nights, a month that something began in."""
    assert maybe(text, context="offer") is None


@pytest.mark.parametrize(
    "text", ["By September the works had moved.", "The army had left the town by 4 October", "Driven by Oct4 in cells"]
)
def test_a_story_is_no_window(text: str) -> None:
    """«By» a day without its year, where nothing is offered, limits no page's text; with an offer or a year it does."""
    assert maybe(text, context="text") is None
    assert last(read("Book the offer by 4 October", context="text")) is not None
    assert last(read("Hand in the form by 4 October 2026", context="text")) == "2026-10-04"
