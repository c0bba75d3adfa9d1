"""Days that come again: live on them alone, and never after the last of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.windows.sets import combine, end_of
from tests.pipelines.windows.reading import days_of, last_day, maybe, read


def _weekdays(text: str, **options: object) -> set[int]:
    return {day.weekday() for day in days_of(read(text, **options))}  # type: ignore[arg-type]  # handed on


@pytest.mark.parametrize(
    ("text", "weekdays"),
    [
        ("every Friday until 31 July 2026", {4}),
        ("Fridays and Saturdays until 31 July 2026", {4, 5}),
        ("Every Monday, Tuesday & Thursday until 31 July 2026", {0, 1, 3}),
        ("Sunday to Thursday until 31 July 2026", {6, 0, 1, 2, 3}),
        ("Valid on weekdays only until 31 July 2026", {6, 0, 1, 2, 3}),
        ("every weekend until 31 July 2026", {4, 5}),
        ("weekends in July 2026", {4, 5}),
        ("Fri & Sat only, until 31 July 2026", {4, 5}),
        ("valid until 31 July 2026 except Fridays", {0, 1, 2, 3, 5, 6}),
        ("Offer on Mondays only. Valid till 31 July 2026", {0}),
        ("كل جمعة حتى 31 يوليو 2026", {4}),
        ("كل يوم جمعة وسبت حتى 31 يوليو 2026", {4, 5}),
        ("من الأحد إلى الخميس حتى 31 يوليو 2026", {6, 0, 1, 2, 3}),
        ("صالح أيام الأحد والثلاثاء فقط حتى 31 يوليو 2026", {6, 1}),
        ("كل خميس من شهر يوليو", {3}),
        ("حتى 31 يوليو 2026 ما عدا الجمعة", {0, 1, 2, 3, 5, 6}),
        ("نهايات الأسبوع خلال شهر يوليو", {4, 5}),
    ],
)
def test_it_holds_on_its_weekdays_alone(text: str, weekdays: set[int]) -> None:
    """Materialised as whole days in the source's zone, up to the stated end."""
    found = read(text)
    assert {day.weekday() for day in days_of(found)} == weekdays
    assert "2026-07-26" <= str(last_day(found)) <= "2026-07-31"


def test_the_stated_end_is_kept_beside_the_last_live_day() -> None:
    """«Every Thursday to 31 July 2026», a Friday: live last on the 30th; the text names the 31st."""
    found = read("Every Thursday from 1 May to 31 July 2026")
    assert last_day(found) == "2026-07-30"
    assert found.stated_end == datetime(2026, 7, 31, 21, tzinfo=UTC)
    plain = read("until 31 July 2026")
    assert plain.stated_end == end_of(plain.window)


def test_days_of_the_month_come_again() -> None:
    """«1st to 5th of every month» holds on those days, over the ends of months and years."""
    days = days_of(read("1st to 5th of every month until 3 February 2027"))
    assert {day.day for day in days} == {1, 2, 3, 4, 5}
    assert (days[0], days[-1]) == (date(2026, 7, 1), date(2027, 2, 3))
    assert {day.day for day in days_of(read("من ١ إلى ٣ من كل شهر حتى 31 ديسمبر 2026"))} == {1, 2, 3}


def test_excepted_days_are_cut_out() -> None:
    """Days that the text takes away are no days of the window, and are quoted."""
    found = read("from 1 to 10 July 2026, not valid on 5 July 2026")
    assert days_of(found) == [date(2026, 7, day) for day in (1, 2, 3, 4, 6, 7, 8, 9, 10)]
    assert any("5 July" in evidence.text for evidence in found.window.evidence)
    assert date(2026, 7, 6) not in days_of(read("1 – 10 July 2026 excluding 5-7 July 2026"))


def test_a_recurrence_without_an_end_is_open() -> None:
    """Live on its days only, within the longest believable window, and limited by the ttl."""
    for text in ("every Friday", "كل جمعة", "كل يوم جمعة"):
        found = read(text)
        assert found.window.validity == "open"
        assert _weekdays(text) == {4}
        assert days_of(found)[-1] <= date(2026, 6, 10) + timedelta(days=401)


def test_a_recurrence_that_is_over_keeps_its_days() -> None:
    """An offer already over when first seen is stored with its window, not as one that contradicts itself."""
    found = read("every Saturday until 27 December 2025")
    assert found.window.validity == "stated"
    assert last_day(found) == "2025-12-27"


@pytest.mark.parametrize(
    "text",
    [
        "Opening hours: Sunday - Thursday 09:00-22:00",
        "We are closed on Fridays. 20% off oil change",
        "مفتوح من السبت إلى الخميس من 9 صباحا حتى 10 مساء",
        "ساعات العمل: السبت - الخميس 8 ص - 10 م",
        "Open every Friday from 4 pm",
    ],
)
def test_opening_hours_are_no_window(text: str) -> None:
    """Days on which the shop is open say nothing of the offer."""
    assert maybe(text, context="offer") is None


def test_opening_hours_do_not_cut_an_offer() -> None:
    """An offer with an end holds on every day, also where its page says when the shop is open."""
    for text in (
        "20% off until 30 June 2026. Open every Friday from 4 pm",
        "خصم 20% حتى 30 يونيو 2026. ساعات العمل: السبت - الخميس 8 ص - 10 م",
    ):
        assert read(text, context="offer").window.ranges == ((None, datetime(2026, 6, 30, 21, tzinfo=UTC)),)


def test_the_weekdays_of_a_stay_do_not_cut_the_offer() -> None:
    """What must be a weekday is the night, not the booking."""
    found = read("Stays Sunday to Thursday from 10th to 30th June 2026")
    assert len(found.window.ranges) == 1


def test_places_together_keep_the_stated_end_of_the_one_that_decides() -> None:
    """The place that ends first is served, and its own stated end goes with it."""
    fridays, later = read("every Friday until 29 July 2026"), read("until 31 August 2026")
    assert combine([later, fridays]).stated_end == fridays.stated_end
