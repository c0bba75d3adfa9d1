"""When the example's offers hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.autocare.offers import load_offers
from examples.autocare.schedule import ZONE, Span, month_end, span

OFFERS = load_offers()
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_last_day_is_held_whole_in_riyadh() -> None:
    """An offer that ends today ends at the next midnight in Riyadh, which is 21:00 UTC."""
    today = span(None, 0, None, datetime(2026, 12, 31, 20, 59, tzinfo=UTC))
    assert today.end == datetime(2026, 12, 31, 21, tzinfo=UTC)
    assert today.last_day == date(2026, 12, 31)


def test_the_day_changes_at_midnight_in_riyadh() -> None:
    """At 21:00 UTC a new day has begun in Riyadh, and days are counted from it."""
    assert span(0, 0, None, datetime(2026, 12, 31, 21, tzinfo=UTC)).first_day == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("today", "ends", "last"),
    [
        (date(2028, 2, 29), "month-end", date(2028, 2, 29)),
        (date(2027, 1, 31), "next-month-end", date(2027, 2, 28)),
        (date(2026, 12, 1), "month-end", date(2026, 12, 31)),
        (date(2026, 12, 31), "next-month-end", date(2027, 1, 31)),
    ],
)
def test_month_ends(today: date, ends: str, last: date) -> None:
    """month-end is the last day of this month, next-month-end of the next, in leap years and over New Year."""
    opened = datetime(today.year, today.month, today.day, 23, 59, tzinfo=ZONE)
    assert span(None, ends, None, opened).last_day == last


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_the_day_after_a_month_end_is_a_first(day: date) -> None:
    """month_end(day) lies in day's month, and the next day does not."""
    assert month_end(day).month == day.month
    assert (month_end(day) + timedelta(days=1)).day == 1


def test_an_unknown_end_is_refused() -> None:
    """A misspelt end is an error that quotes it and names what is allowed."""
    with pytest.raises(ValueError, match=r"'monthend'.*month-end"):
        span(None, "monthend", None, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_span_is_half_open() -> None:
    """An offer is live at its first instant and over at its end."""
    start, end = datetime(2026, 5, 1, tzinfo=ZONE), datetime(2026, 5, 2, tzinfo=ZONE)
    moments = (start - timedelta(microseconds=1), start, end - timedelta(microseconds=1), end)
    assert [Span(start, end).status(moment) for moment in moments] == ["upcoming", "live", "live", "ended"]


@given(MOMENTS)
def test_every_kind_of_offer_is_there_whenever_the_site_is_started(now: datetime) -> None:
    """Five offers are over, four are still to come, three end within the hour with minutes left, the rest are live."""
    spans = [offer.span(now) for offer in OFFERS]
    statuses = [each.status(now) for each in spans]
    assert (statuses.count("ended"), statuses.count("upcoming")) == (5, 4)
    left = [each.end - now for each in spans if each.timed and each.end]
    assert len(left) == 3
    assert all(timedelta(minutes=5) <= each <= timedelta(hours=1) for each in left)


@given(MOMENTS)
def test_two_starts_within_a_quarter_of_an_hour_mostly_agree(now: datetime) -> None:
    """Timed ends stand on full quarters and never at midnight, so a restart rarely changes a page."""
    ends = [offer.span(now).end for offer in OFFERS if offer.ends_minutes is not None]
    assert all(end and end.minute % 15 == 0 and (end.second, end.microsecond) == (0, 0) for end in ends)
    assert all(end and (end.hour, end.minute) != (0, 0) for end in ends)
