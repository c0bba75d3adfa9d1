"""Every day of five Hijri and five Gregorian years, written in every form and language, reads back as that day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from hijridate import Gregorian, Hijri

from tests.pipelines.windows.reading import first_day, last_day, read, seen_on

_Form = Callable[[date], str]
_EN: list[str] = re.findall(
    r"\w+", "January February March April May June July August September October November December"
)
_WEEKDAYS: list[str] = re.findall(r"\w+", "Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_GULF: list[str] = re.findall(r"\w+", "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر")
_LEVANT: list[str] = re.findall(
    "[^|]+", "كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول"
)
_DAYS: list[str] = re.findall(r"\w+", "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد")
_HIJRI: list[str] = re.findall(
    "[^|]+",
    "محرم|صفر|ربيع الأول|ربيع الآخر|جمادى الأولى|جمادى الآخرة|رجب|شعبان|رمضان|شوال|ذو القعدة|ذو الحجة",
)
_LATIN: list[str] = re.findall(
    "[^|]+",
    "Muharram|Safar|Rabi al-Awwal|Rabi al-Thani|Jumada al-Ula|Jumada al-Akhirah|Rajab|Shaban|Ramadan|Shawwal"
    "|Dhu al-Qadah|Dhu al-Hijjah",
)
_EASTERN, _PERSIAN = (str.maketrans("0123456789", digits) for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"))


def _ordinal(number: int) -> str:
    return f"{number}{'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _english(day: date) -> str:
    return _EN[day.month - 1]


def _weekday(day: date) -> str:
    return _WEEKDAYS[day.weekday()]


# A form for each way of writing that the grammar reads; 13 is no divisor of a week or a month.
_GREGORIAN: tuple[_Form, ...] = (
    lambda d: f"until {d.day} {_english(d)} {d.year}",
    lambda d: f"ends {_english(d)} {d.day}, {d.year}",
    lambda d: f"valid till the {_ordinal(d.day)} of {_english(d)[:3]} {d.year}",
    lambda d: f"expires {_weekday(d)}, {_ordinal(d.day)} {_english(d)}",
    lambda d: f"until {d.isoformat()}",
    lambda d: f"until {d.year}/{d.month}/{d.day}",
    lambda d: f"until {d.day:02}-{_english(d)[:3]}-{d.year}",
    lambda d: f"حتى {d.day} {_GULF[d.month - 1]} {d.year}",
    lambda d: f"ينتهي في {d.day} {_LEVANT[d.month - 1]} {d.year}".translate(_EASTERN),
    lambda d: f"صالح لغاية {d.day} {_GULF[d.month - 1]}".translate(_PERSIAN),
    lambda d: f"آخر موعد {_DAYS[d.weekday()]} {d.day} {_GULF[d.month - 1]} {d.year}م",
    lambda d: f"ساري حتى {d.year}/{d.month:02}/{d.day:02}".translate(_EASTERN),
    lambda d: f"حتى {d.day} من {_GULF[d.month - 1]} {d.year}",
)  # fmt: skip


def _hijri(day: date) -> Hijri:
    return Gregorian(day.year, day.month, day.day).to_hijri()


def _gulf(day: date) -> str:
    return f"{day.day} {_GULF[day.month - 1]} {day.year}م"


_ISLAMIC: tuple[_Form, ...] = (
    lambda d: f"حتى {(h := _hijri(d)).day} {_HIJRI[h.month - 1]} {h.year}هـ",
    lambda d: f"ينتهي العرض {(h := _hijri(d)).day} {_HIJRI[h.month - 1]} {h.year} هجري".translate(_EASTERN),
    lambda d: f"until {(h := _hijri(d)).day} {_LATIN[h.month - 1]} {h.year} AH",
    lambda d: f"حتى {(h := _hijri(d)).year}/{h.month}/{h.day}".translate(_EASTERN),
    lambda d: f"لغاية {(h := _hijri(d)).day}/{h.month}/{h.year}هـ",
    lambda d: f"حتى {(h := _hijri(d)).day} {_HIJRI[h.month - 1]}",
    lambda d: f"حتى {(h := _hijri(d)).day} {_HIJRI[h.month - 1]} {h.year}هـ الموافق {_gulf(d)}",
    lambda d: f"حتى {_gulf(d)} الموافق {(h := _hijri(d)).day} {_HIJRI[h.month - 1]} {h.year}هـ",
)  # fmt: skip


def _days(first: date, after: date) -> Iterator[date]:
    while first < after:
        yield first
        first += timedelta(days=1)


def _check(days: Iterator[date], forms: tuple[_Form, ...]) -> None:
    """Each day in three forms, the next day in the next three: over the years each form meets each kind of day."""
    for number, day in enumerate(days):
        for step in range(3):
            text = forms[(number * 3 + step) % len(forms)](day)
            assert last_day(read(text, order="DMY", seen=seen_on(day))) == day.isoformat(), text


def test_every_gregorian_day_reads_back() -> None:
    """2024 to 2028, seen on the day itself, so that a year left out is that day's."""
    _check(_days(date(2024, 1, 1), date(2029, 1, 1)), _GREGORIAN)


def test_every_hijri_day_reads_back() -> None:
    """1446 to 1450 AH in Umm al-Qura, 1,772 days; hijridate's tables are the reference."""
    first, after = Hijri(1446, 1, 1).to_gregorian(), Hijri(1451, 1, 1).to_gregorian()
    days = list(_days(date(first.year, first.month, first.day), date(after.year, after.month, after.day)))
    assert len(days) == 1772
    _check(iter(days), _ISLAMIC)


def test_every_form_is_read_on_the_days_that_are_hard() -> None:
    """The first and last days of months, the leap day, and the turn of either year, in each form."""
    hard = [date(2024, 2, 29), date(2025, 2, 28), date(2026, 12, 31), date(2027, 1, 1), date(2026, 5, 1)]
    hard += [date(2025, 6, 25), date(2025, 6, 26), date(2025, 3, 29), date(2026, 3, 19)]  # 29 Dhu al-Hijjah 1446, …
    for day in hard:
        for form in (*_GREGORIAN, *_ISLAMIC):
            text = form(day)
            assert last_day(read(text, order="DMY", seen=seen_on(day))) == day.isoformat(), text


def test_every_day_reads_back_as_both_ends_of_a_range() -> None:
    """From a day to the tenth after it, over the ends of months and years."""
    for number, day in enumerate(_days(date(2025, 12, 1), date(2027, 2, 1))):
        end = day + timedelta(days=10)
        text = (
            f"from {day.day} {_english(day)} to {end.day} {_english(end)} {end.year}",
            f"من {day.day} {_GULF[day.month - 1]} حتى {end.day} {_GULF[end.month - 1]} {end.year}".translate(_EASTERN),
            f"{_english(day)} {day.day} – {_english(end)} {end.day}",
            f"{day:%d/%m/%Y} - {end:%d/%m/%Y}",
        )[number % 4]
        found = read(text, order="DMY", seen=seen_on(day))
        assert (first_day(found), last_day(found)) == (day.isoformat(), end.isoformat()), text
