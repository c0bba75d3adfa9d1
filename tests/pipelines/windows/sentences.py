"""Sentences about validity as banks, malls, airlines and car services write them, each made from dates that are known.

A day is written in a random form of its language, put into a random sentence, and read back: the truth is what the
sentence was made from. Tests read some thousands; the bench reads ten thousand different ones against the clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hijridate import Gregorian

__all__ = ["Sentence", "make_sentences"]


@dataclass(frozen=True)
class Sentence:
    """A text, the day it is seen, and the days it says; `first` None: it says no start."""

    text: str
    seen: date
    first: date | None
    last: date


_EN: list[str] = re.findall(
    r"\w+", "January February March April May June July August September October November December"
)
_WEEKDAYS: list[str] = re.findall(r"\w+", "Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_GULF: list[str] = re.findall(r"\w+", "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر")
_DAYS: list[str] = re.findall(r"\w+", "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد")
_HIJRI: list[str] = re.findall(
    "[^|]+",
    "محرم|صفر|ربيع الأول|ربيع الآخر|جمادى الأولى|جمادى الآخرة|رجب|شعبان|رمضان|شوال|ذو القعدة|ذو الحجة",
)
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

_ENDS_EN = """Offer valid until {b}|Hurry! This deal ends on {b}|Promotion ends {b}|Promo period ends {b}.
|Offer expires on {b} or while stocks last.|Last day to enjoy this offer: {b}|Book by {b} to get 20% off
|Offer closes {b} at 23:59|Get 25% off your bill until {b} with your credit card.|Discount is valid up to {b}
|Enjoy 1+1 meals until {b}, T&Cs apply|Redeem before the offer ends on {b}|Sale ends {b} at midnight
|Deal available until {b}, subject to availability|*Valid only until {b}. Cannot be combined with other offers.
|Offer end date - {b}|Valid through: {b}|Campaign closes on {b}|Prices valid until {b}|Sign up by {b}
|This offer will end on {b}|Valid no later than {b}|Expiry date: {b}. Warranty 12 months.
|Free fitting of four tyres until {b}. Call 055 123 4567|Oil change SAR 149, until {b}. Open 8 am to 10 pm"""
_ENDS_AR = """العرض ساري حتى {b}|ينتهي العرض في {b}|يستمر العرض حتى {b}|آخر موعد للاستفادة من العرض {b}
|خصم 25% لغاية {b}|العرض متاح حتى {b} أو حتى نفاد الكمية|تاريخ انتهاء العرض: {b}|عروضنا مستمرة حتى {b}
|يسري العرض حتى يوم {b}|العرض صالح لغاية يوم {b}|احجز الآن حتى {b} واحصل على خصم
|آخر يوم للعرض {b}|الأسعار سارية حتى {b}|تنتهي الحملة في {b}
|حتى {b} الساعة 11:59 مساءً|ينتهي التسجيل {b}|غيار زيت 149 ريال حتى {b}. ضمان لمدة سنة|خصم حتى 50% لغاية {b}"""
_RANGES_EN = """Offer valid from {a} to {b}|Valid {a} - {b}|Promo period: {a} – {b}|From {a} until {b}
|Between {a} and {b} enjoy 10% off|Starts {a}, ends {b}|Available from {a} through {b}|Valid from: {a}. Valid to: {b}.
|Start date: {a} End date: {b}|Campaign Period: {a} to {b} (both days inclusive)
|Booking period: {a} to {b}. Winners will be announced later."""
_RANGES_AR = """من {a} إلى {b}|العرض ساري من {a} حتى {b}|ابتداءً من {a} وحتى {b}|خلال الفترة من {a} إلى {b}
|يبدأ العرض {a} وينتهي {b}|فترة العرض: {a} - {b}|من تاريخ {a} ولغاية {b}|اعتباراً من {a} إلى {b}
|مدة العرض من {a} إلى {b}"""


def make_sentences(count: int, seed: int) -> Iterator[Sentence]:
    """So many sentences, the same ones for the same seed."""
    random = Random(seed)
    for _ in range(count):
        seen = date(2025, 1, 1) + timedelta(days=random.randrange(900))
        last = seen + timedelta(days=random.randrange(120))
        first = min(last, seen + timedelta(days=random.randrange(-40, 10)))
        yield _sentence(seen, first, last, random)


def _sentence(seen: date, first: date, last: date, random: Random) -> Sentence:
    arabic, ranged, with_year = random.random() < 0.5, random.random() < 0.5, random.random() < 0.7
    frames = (_RANGES_AR if arabic else _RANGES_EN) if ranged else (_ENDS_AR if arabic else _ENDS_EN)
    write = _arabic if arabic else _english
    frame = random.choice(frames.replace("\n", "").split("|"))
    text = frame.format(a=write(first, with_year, random), b=write(last, with_year, random))
    return Sentence(text, seen, first if ranged else None, last)


def _english(day: date, with_year: bool, random: Random) -> str:
    month, weekday = _EN[day.month - 1], _WEEKDAYS[day.weekday()]
    year = f" {day.year}" if with_year else ""
    forms = [
        f"{day.day} {month}{year}",
        f"{_ordinal(day.day)} {month}{year}",
        f"{month} {day.day}" + (f", {day.year}" if with_year else ""),
        f"{month[:3]} {_ordinal(day.day)}" + (f", {day.year}" if with_year else ""),
        f"the {_ordinal(day.day)} of {month}{year}",
        f"{weekday}, {day.day} {month}{year}",
        f"{weekday[:3]} {day.day} {month[:3]}{year}",
    ]
    return random.choice([*forms, day.isoformat(), f"{day.day:02}-{month[:3]}-{day.year}"] if with_year else forms)


def _arabic(day: date, with_year: bool, random: Random) -> str:
    month, weekday = _GULF[day.month - 1], _DAYS[day.weekday()]
    year = f" {day.year}" if with_year else ""
    forms = [f"{day.day} {month}{year}", f"{weekday} {day.day} {month}{year}", f"{day.day} من {month}{year}"]
    forms += [f"{weekday} الموافق {day.day} {month}{year}"]
    if with_year:
        hijri = Gregorian(day.year, day.month, day.day).to_hijri()
        islamic = f"{hijri.day} {_HIJRI[hijri.month - 1]} {hijri.year}هـ"
        forms += [f"{day:%Y/%m/%d}", islamic, f"{hijri.day}/{hijri.month}/{hijri.year}هـ"]
        forms += [f"{islamic} الموافق {day.day} {month} {day.year}م"]
    written = random.choice(forms)
    return written.translate(_EASTERN) if random.random() < 0.4 else written


def _ordinal(number: int) -> str:
    return f"{number}{'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
