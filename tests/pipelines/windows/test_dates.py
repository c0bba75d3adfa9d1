"""Strict ISO values, days that exist, and where a day begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.windows.dates import CalendarDay, day_begins, day_ends, read_iso

RIYADH = ZoneInfo("Asia/Riyadh")


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ("2026-03-31", datetime(2026, 3, 31, 21, tzinfo=UTC)),
        ("2026-03-31T23:59", datetime(2026, 3, 31, 21, tzinfo=UTC)),
        ("2026-03-31T23:59:59.999", datetime(2026, 3, 31, 21, tzinfo=UTC)),
        ("2026-03-31T24:00:00", datetime(2026, 3, 31, 21, tzinfo=UTC)),
        ("2026-03-31T23:59:59Z", datetime(2026, 4, 1, tzinfo=UTC)),
        ("2026-03-31 18:00", datetime(2026, 3, 31, 15, tzinfo=UTC)),
        ("2026-03-31T18:00+05:30", datetime(2026, 3, 31, 12, 30, tzinfo=UTC)),
    ],
)
def test_the_end_of_an_iso_value(value: str, end: datetime) -> None:
    """A bare day and its last minute end at midnight; a time without zone is in the source's zone."""
    found = read_iso(value)
    assert found is not None
    assert found.as_end(RIYADH) == end


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-31",
        "2026-13-01",
        "31-03-2026",
        "2026/03/31",
        "2026-03",
        "20260331",
        "2026-03-31T25:00",
        "31 March 2026",
        "",
    ],
)
def test_anything_else_is_refused(value: str) -> None:
    """A day that does not exist is not rolled over; another form is not guessed at."""
    assert read_iso(value) is None


def test_a_midnight_that_a_clock_change_skips_still_ends_the_day() -> None:
    """In Cairo the clocks go from 00:00 to 01:00 on 25 April 2025."""
    cairo = ZoneInfo("Africa/Cairo")
    assert (
        day_ends(date(2025, 4, 24), cairo)
        == day_begins(date(2025, 4, 25), cairo)
        == datetime(2025, 4, 24, 22, tzinfo=UTC)
    )


@pytest.mark.hazard("T3")
def test_hijri_days_are_those_of_umm_al_qura() -> None:
    """Safar 1433 has 29 days; 1501 AH is beyond the tables."""
    assert CalendarDay(29, 9, 1446, hijri=True).dates() == (date(2025, 3, 29), date(2025, 3, 29))
    assert CalendarDay(None, 9, 1446, hijri=True).dates() == (date(2025, 3, 1), date(2025, 3, 29))
    assert CalendarDay(30, 2, 1433, hijri=True).dates() is None
    assert CalendarDay(1, 1, 1501, hijri=True).dates() is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2080, 1, 1)))  # noqa: DTZ001  # local times are meant
def test_an_iso_value_reads_back(moment: datetime) -> None:
    """Round trip to the minute, as a start."""
    found = read_iso(moment.isoformat())
    assert found is not None
    expected = moment.replace(second=0, microsecond=0, tzinfo=RIYADH).astimezone(UTC)
    assert found.as_start(RIYADH) == expected
