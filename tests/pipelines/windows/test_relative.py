"""Days named by where the reader stands: today, this weekend, the end of the month, three days from now."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.windows.sets import end_of
from tests.pipelines.windows.reading import first_day, last_day, maybe, read, rules_of, seen_on

DUBAI, LONDON = ZoneInfo("Asia/Dubai"), ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("today only", "2026-06-10"),
        ("Offer valid today only!", "2026-06-10"),
        ("Ends today", "2026-06-10"),
        ("ends tonight", "2026-06-10"),
        ("Sale ends at midnight", "2026-06-10"),
        ("ends tomorrow", "2026-06-11"),
        ("until the day after tomorrow", "2026-06-12"),
        ("ends Sunday", "2026-06-14"),
        ("Deal ends on Wednesday", "2026-06-10"),
        ("until next Wednesday", "2026-06-17"),
        ("until this Saturday", "2026-06-13"),
        ("until Thursday", "2026-06-11"),
        ("before Sunday", "2026-06-13"),
        ("this week only", "2026-06-13"),
        ("until the end of the week", "2026-06-13"),
        ("this month", "2026-06-30"),
        ("until the end of this month", "2026-06-30"),
        ("until month-end", "2026-06-30"),
        ("until the end of next month", "2026-07-31"),
        ("until the end of the year", "2026-12-31"),
        ("until the end of 2026", "2026-12-31"),
        ("until the weekend", "2026-06-13"),
        ("ends in 3 days", "2026-06-13"),
        ("Ends in 2 weeks", "2026-06-24"),
        ("Only 3 days left!", "2026-06-12"),
        ("until mid-July", "2026-07-15"),
        ("until the beginning of July", "2026-07-01"),
        ("until July", "2026-07-31"),
        ("اليوم فقط", "2026-06-10"),
        ("العرض لليوم فقط", "2026-06-10"),
        ("ينتهي العرض اليوم", "2026-06-10"),
        ("ينتهي الليلة", "2026-06-10"),
        ("ينتهي غداً", "2026-06-11"),
        ("حتى بعد غد", "2026-06-12"),
        ("ينتهي الأحد", "2026-06-14"),
        ("ينتهي العرض يوم الأحد", "2026-06-14"),
        ("حتى الخميس القادم", "2026-06-11"),
        ("حتى يوم الجمعة المقبل", "2026-06-12"),
        ("هذا الأسبوع فقط", "2026-06-13"),
        ("حتى نهاية الأسبوع", "2026-06-13"),
        ("حتى نهاية الشهر", "2026-06-30"),
        ("حتى نهاية الشهر الجاري", "2026-06-30"),
        ("حتى آخر الشهر", "2026-06-30"),
        ("حتى نهاية العام", "2026-12-31"),
        ("حتى نهاية عام 2026", "2026-12-31"),
        ("حتى نهاية العام الهجري", "2026-06-15"),
        ("حتى منتصف يوليو", "2026-07-15"),
        ("ينتهي خلال ٣ أيام", "2026-06-13"),
        ("متبقي يومين على انتهاء العرض", "2026-06-11"),
    ],
)
def test_an_end_counted_from_the_day_of_the_observation(text: str, last: str) -> None:
    """Seen on Wednesday 10 June 2026, 24 Dhu al-Hijjah 1447; a weekday that is today is today."""
    found = read(text)
    assert (last_day(found), found.window.validity) == (last, "stated")
    assert found.window.evidence[0].rule.endswith(":relative") or "July" in text or "يوليو" in text or "2026" in text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("tomorrow only", "2026-06-11", "2026-06-11"),
        ("this weekend", "2026-06-12", "2026-06-13"),
        ("This weekend only: 20% off", "2026-06-12", "2026-06-13"),
        ("this Friday only", "2026-06-12", "2026-06-12"),
        ("from Thursday to Saturday only", "2026-06-11", "2026-06-13"),
        ("from today until Sunday", "2026-06-10", "2026-06-14"),
        ("starts tomorrow, ends 20 June", "2026-06-11", "2026-06-20"),
        ("during Ramadan", "2026-02-18", "2026-03-19"),
        ("throughout July", "2026-07-01", "2026-07-31"),
        ("from May to July", "2026-05-01", "2026-07-31"),
        ("نهاية الأسبوع", "2026-06-12", "2026-06-13"),
        ("خلال عطلة نهاية الأسبوع", "2026-06-12", "2026-06-13"),
        ("من الخميس إلى السبت", "2026-06-11", "2026-06-13"),
        ("يوم الجمعة فقط", "2026-06-12", "2026-06-12"),
        ("من اليوم حتى الأحد", "2026-06-10", "2026-06-14"),
        ("خلال شهر رمضان", "2026-02-18", "2026-03-19"),
        ("طوال شهر يوليو", "2026-07-01", "2026-07-31"),
    ],
)
def test_a_range_counted_from_the_day_of_the_observation(text: str, first: str, last: str) -> None:
    """A range of weekdays is the one that ends next; a month without a year is the nearest."""
    found = read(text)
    assert (first_day(found), last_day(found)) == (first, last)


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        (ZoneInfo("Asia/Riyadh"), ("2026-06-12", "2026-06-13")),
        (DUBAI, ("2026-06-13", "2026-06-14")),
        (LONDON, ("2026-06-13", "2026-06-14")),
    ],
)
def test_the_weekend_is_that_of_the_zone(zone: ZoneInfo, days: tuple[str, str]) -> None:
    """Friday and Saturday in Saudi Arabia; Saturday and Sunday in the Emirates since 2022, and in Europe."""
    for text in ("this weekend", "نهاية الأسبوع"):
        found = read(text, zone=zone)
        assert (first_day(found, zone), last_day(found, zone)) == days


@pytest.mark.parametrize("day", [date(2026, 6, 12), date(2026, 6, 13)])
def test_a_weekend_that_is_on_is_this_one(day: date) -> None:
    """Seen on its Friday or its Saturday it is not the next."""
    assert last_day(read("this weekend", seen=seen_on(day))) == "2026-06-13"


def test_today_is_the_day_in_the_zone_of_the_source() -> None:
    """At 22:30 UTC it is already tomorrow in Riyadh, and the offer ends a day later than in London."""
    late = datetime(2026, 6, 10, 22, 30, tzinfo=UTC)
    assert last_day(read("today only", seen=late)) == "2026-06-11"
    assert last_day(read("today only", seen=late, zone=LONDON), LONDON) == "2026-06-10"


def test_an_hour_beside_a_relative_day_is_the_end() -> None:
    """«Tonight at 10 pm» is 19:00 UTC; «in 5 hours» counts from the minute of the observation."""
    assert end_of(read("ends tonight at 10 pm").window) == datetime(2026, 6, 10, 19, tzinfo=UTC)
    assert end_of(read("until tomorrow 6 pm").window) == datetime(2026, 6, 11, 15, tzinfo=UTC)
    assert end_of(read("Ends in 5 hours").window) == datetime(2026, 6, 10, 14, tzinfo=UTC)
    assert end_of(read("Ends in 20 hours").window) == datetime(2026, 6, 11, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Call today for 20% off",
        "Order today and save",
        "احجز اليوم واحصل على خصم 20%",
        "Since 1985 until today we repair cars",
        "from 1990 until today",
        "منذ 1985 حتى اليوم",
        "عروض اليوم الوطني خصم 50%",
        "Today's menu",
        "protection from sun and rain",
        "خصم 20% من أحد فروعنا",
        "فرع خميس مشيط",
        "Ends may vary by branch",
        "Ends soon",
        "The best deals we had this year were tyres",
        "announced in October",
        "Sunday to Thursday 9 am - 10 pm",
    ],
)
def test_a_word_of_time_without_a_cue_is_no_window(text: str) -> None:
    """«Today» in «order today» dates nothing; nor do a town called Thursday and a holiday called day."""
    assert maybe(text, context="offer") is None


def test_other_text_of_a_page_needs_a_word_of_an_offer() -> None:
    """«Back by Sunday» is said of anything; «ends Sunday» and «prices until Sunday» are not."""
    assert maybe("I shall be back by Sunday.", context="text") is None
    assert maybe("He arrived this week.", context="text") is None
    assert last_day(read("Ends Sunday.", context="text")) == "2026-06-14"
    assert last_day(read("Prices valid until Sunday.", context="text")) == "2026-06-14"


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("for 30 days from 15 June", "2026-07-14"),
        ("from 15 June for two weeks", "2026-06-28"),
        ("Offer valid for one month from 1 July 2026", "2026-07-31"),
        ("from 31 January 2027 for one month", "2027-02-27"),
        ("لمدة أسبوعين ابتداءً من ١ يوليو", "2026-07-14"),
        ("من 1 يونيو ولمدة شهر", "2026-06-30"),
        ("starting tomorrow for 3 days", "2026-06-13"),
    ],
)
def test_a_length_counts_from_its_start(text: str, last: str) -> None:
    """The first day is the first of the length: 30 days from 15 June end with 14 July."""
    found = read(text)
    assert (last_day(found), found.window.validity) == (last, "stated")


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("for 30 days", "2026-07-09"),
        ("Offer valid for 3 days only", "2026-06-12"),
        ("48 hours only", "2026-06-11"),
        ("The sale lasts for a week", "2026-06-16"),
        ("لمدة ٣٠ يوماً", "2026-07-09"),
        ("لمدة شهر", "2026-07-09"),
        ("العرض ساري لمدة ٣ أيام فقط", "2026-06-12"),
        ("يوم واحد فقط", "2026-06-10"),
    ],
)
def test_a_length_without_a_start_is_open_and_bounded_by_the_first_sight(text: str, last: str) -> None:
    """It was running when it was seen, so it cannot last longer; the ttl limits it further, and a person is told."""
    found = read(text)
    assert (last_day(found), found.window.validity) == (last, "open")
    assert rules_of(found) == {"duration-without-start"}


@pytest.mark.parametrize(
    "text",
    [
        "valid 6 months from purchase",
        "Voucher valid for 30 days",
        "50 GB valid for 30 days SAR 100",
        "باقة 50 جيجا صالحة لمدة 30 يوم",
        "Free for 3 months",
        "50% off for 6 months",
        "0% instalments for 12 months",
        "تقسيط لمدة 24 شهر بدون فوائد",
        "2 years warranty for 2 years",
        "ضمان لمدة سنتين",
        "Free returns for 30 days",
        "Offer valid for 30 days from the date of issue",
        "صالحة لمدة 30 يوماً من تاريخ الشراء",
        "every 10,000 km or for 6 months",
    ],
)
def test_the_length_of_what_is_sold_is_no_window(text: str) -> None:
    """A package, a warranty, instalments, and what starts for each customer on another day."""
    assert maybe(text, context="offer") is None


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("until the 15th of this month", "2026-06-15"),
        ("Ends on the 30th.", "2026-06-30"),
        ("Ends on the 5th.", "2026-07-05"),
        ("حتى 25 من الشهر الجاري", "2026-06-25"),
        ("Valid: June 2026", "2026-06-30"),
        ("حتى آخر يوم من رمضان", "2026-03-19"),
    ],
)
def test_a_day_of_the_month_that_runs(text: str, last: str) -> None:
    """«The 30th» is the first from the observation on; a month right after «valid» is held to its last day."""
    assert last_day(read(text, context="offer")) == last
