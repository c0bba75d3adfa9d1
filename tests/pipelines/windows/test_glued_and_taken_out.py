"""Lines that ran together, days taken out, days counted within a month, and dates that say who may have an offer."""

from __future__ import annotations

from datetime import date

import pytest

from tests.pipelines.windows.reading import days_of, first_day, last_day, maybe, read, rules_of


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("15% off for Platinum CardholdersUntil 25 June 2026Minimum bill 40", "2026-06-25"),
        ("Deals at PayPal partnersFrom 12 to 20 June 2026", "2026-06-20"),
        ("خصم لحاملي البطاقات الائتمانيةمن ١ إلى ٢٠ يونيو ٢٠٢٦", "2026-06-20"),
        ("MacDonald and LuLu shops, until 25 June 2026", "2026-06-25"),
    ],
)
def test_words_that_lost_the_break_between_them_are_two(text: str, end: str) -> None:
    """A page's lines may come without a space; a name with a capital inside stays whole."""
    assert last_day(read(text, context="offer")) == end


def test_a_single_day_after_a_lost_break_is_that_day() -> None:
    """«…CardholdersOn 25th June 2026» is one day, as it would be with the break."""
    found = read("20% off for CardholdersOn 25th June 2026Minimum bill 40", context="offer")
    assert days_of(found) == [date(2026, 6, 25)]


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("Valid until 30 June 2026. Not valid on public holidays, 12 June and 20 June 2026", (12, 20)),
        ("Offer ends 30 June 2026 and does not apply on 12 June and 20 June 2026", (12, 20)),
        ("Ends 30 June 2026. Blackout dates: 12 June | 20 June", (12, 20)),
        ("Until 30 June 2026, blackout period applicable from 12 to 20 June 2026", (12, 20)),
        ("لا يشمل العرض يومي ١٢ و٢٠ يونيو. ساري حتى ٣٠ يونيو ٢٠٢٦", (12, 20)),
        ("ما عدا العطل الرسمية ١٢ و٢٠ يونيو، حتى ٣٠ يونيو ٢٠٢٦", (12, 20)),
    ],
)
def test_days_taken_out_are_never_the_days_it_holds(text: str, out: tuple[int, int]) -> None:
    """What an offer does not hold on is cut from its window, which goes on to its end."""
    found = read(f"From 10 June 2026. {text}", context="offer")
    assert last_day(found) == "2026-06-30"
    assert not {date(2026, 6, day) for day in out} & set(days_of(found))


def test_a_window_after_a_bar_is_not_taken_out() -> None:
    """Only «dates» announces more than one exception."""
    found = read("Not valid on 12 June | 10 – 14 June 2026 | Olaya branch", context="offer")
    assert days_of(found) == [date(2026, 6, day) for day in (10, 11, 13, 14)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("First Sunday of every month until 31 August 2026", ["07-05", "08-02"]),
        ("Every 2nd Tuesday of the month until 31 August 2026", ["07-14", "08-11"]),
        ("The last Friday of each month until 31 July 2026", ["06-26", "07-31"]),
        ("كل أول أحد من كل شهر حتى ٣١ أغسطس ٢٠٢٦", ["07-05", "08-02"]),
        ("الجمعة الأخيرة من كل شهر حتى ٣١ يوليو ٢٠٢٦", ["06-26", "07-31"]),
    ],
)
def test_a_weekday_counted_within_the_month(text: str, days: list[str]) -> None:
    """«First Sunday of every month» is one day a month, not the whole time until its end."""
    assert days_of(read(text, context="offer")) == [date.fromisoformat(f"2026-{day}") for day in days]


@pytest.mark.parametrize(
    "text",
    [
        "While stocks last or until 30 June 2026, whichever comes first",
        "حتى نفاد الكمية أو حتى ٣٠ يونيو ٢٠٢٦ أيهما أسبق",
        "Valid until 30 June 2026 or while stocks last",
    ],
)
def test_while_stocks_last_or_an_end_has_that_end(text: str) -> None:
    """The alternative with a date bounds the one without."""
    assert last_day(read(text, context="offer")) == "2026-06-30"


@pytest.mark.parametrize(
    "text",
    [
        "Register until 20 June. The course starts on 1 July 2026.",
        "Register until 20 June 2026. The course starts on 1 July 2026.",
        "التسجيل حتى ٢٠ يونيو. تبدأ الدورة ١ يوليو ٢٠٢٦",
    ],
)
def test_what_starts_after_an_end_named_first_is_another_thing(text: str) -> None:
    """An end is never moved on by a year to lie after somebody else's start."""
    assert last_day(read(text, context="offer")) == "2026-06-20"


def test_a_start_over_the_years_end_still_joins_its_end() -> None:
    """«Starts 20 December, ends 5 January» goes over the year's end."""
    found = read("Sale starts 20 December, ends 5 January", context="offer")
    assert (first_day(found), last_day(found)) == ("2026-12-20", "2027-01-05")


@pytest.mark.parametrize(
    "text",
    [
        "Cards issued before 31 May 2026 only. Offer ends 30 June 2026.",
        "للبطاقات المصدرة قبل ٣١ مايو ٢٠٢٦. ينتهي العرض ٣٠ يونيو ٢٠٢٦",
    ],
)
def test_who_may_have_it_is_not_until_when(text: str) -> None:
    """A date of issue beside the offer's own end makes no conflict."""
    found = read(text, context="offer")
    assert last_day(found) == "2026-06-30"
    assert rules_of(found) == set()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("From: 12-Jun-2026 To: 25-Jun-2026", "2026-06-12", "2026-06-25"),
        ("تاريخ البداية: 2026-06-12 تاريخ النهاية: 2026-06-25", "2026-06-12", "2026-06-25"),
        ("Valid June 12 (Fri) to June 14 (Sun), 2026", "2026-06-12", "2026-06-14"),
        ("لثلاثة أيام فقط من ١٢ يونيو", "2026-06-12", "2026-06-14"),
        ("Valid on 12 th and 17 th June 2026", "2026-06-12", "2026-06-17"),
        ("From 1 st to 30 th June 2026", "2026-06-01", "2026-06-30"),
        ("Until June the 20th", None, "2026-06-20"),
        ("ساري حتى ٣٠ حزيران/يونيو ٢٠٢٧", None, "2027-06-30"),
        ("من ١ حزيران/يونيو إلى ٣٠ يونيو (حزيران) ٢٠٢٧", "2027-06-01", "2027-06-30"),
        ("Ends in 3d 4h 12m", None, "2026-06-13"),
        ("ساري حتى آخر يوم في الشهر", None, "2026-06-30"),
    ],
)
def test_labels_weekdays_in_brackets_and_short_units(text: str, start: str | None, end: str) -> None:
    """A start whose end is written in another way is never left open."""
    found = read(text)
    assert (first_day(found), last_day(found)) == (start, end)


@pytest.mark.parametrize("text", ["10/06/2026 - 05/07/2026", "From 10/06/2026 to 05/07/2026"])
def test_an_order_in_which_it_ends_before_it_starts_is_no_reading(text: str) -> None:
    """Of two orders of day and month only one makes a window: nothing is ambiguous."""
    found = read(text)
    assert (first_day(found), last_day(found), rules_of(found)) == ("2026-06-10", "2026-07-05", set())


def test_valid_a_day_only_is_that_day() -> None:
    """«Valid 17 June only» does not hold before it."""
    assert days_of(read("Valid 17 June 2026 only", context="offer")) == [date(2026, 6, 17)]


def test_two_ranges_of_weekdays_come_again() -> None:
    """One rate for weekdays and one for weekends is every day, not the one weekend that ends next."""
    found = read("50% off from Sunday to Thursday, 40% off from Friday to Saturday", context="offer")
    assert (found.window.validity, rules_of(found)) == ("open", set())
    assert last_day(read("Sale from Friday to Sunday", context="offer")) == "2026-06-14"


def test_a_day_named_for_something_else_makes_no_part() -> None:
    """When a payment is due bounds nothing: the offer's own end holds."""
    found = read("First instalment due on 30 September 2026; offer ends 20 June 2026", context="offer")
    assert last_day(found) == "2026-06-20"


def test_a_whole_list_of_months() -> None:
    """«Throughout June and July» ends with the last of them."""
    found = read("Throughout June & July 2026", context="offer")
    assert (first_day(found), last_day(found)) == ("2026-06-01", "2026-07-31")


@pytest.mark.parametrize("text", ["The first Friday was busy", "Our last Monday meeting", "المركز الأول جمعة"])
def test_a_counted_weekday_without_its_month_is_none(text: str) -> None:
    """Only «of the month» makes it come again."""
    assert maybe(text, context="offer") is None
