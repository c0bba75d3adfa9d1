"""Windows a page declares: strict values, placeholders reported, the earliest end served."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.records import ReadingRules
from pipelines.windows.declared import Declared, read_declared, read_unavailable_after
from pipelines.windows.sets import WindowReading, end_of

RULES = ReadingRules("s", ZoneInfo("Asia/Riyadh"))
SEEN = datetime(2026, 6, 10, tzinfo=UTC)


def declared(start: str = "", *ends: str) -> WindowReading:
    bounds = [Declared("start", start, "json-ld:validFrom")] if start else []
    found = read_declared([*bounds, *(Declared("end", end, "json-ld:validThrough") for end in ends)], RULES, SEEN)
    assert found is not None
    return found


def rules_of(found: WindowReading) -> set[str]:
    return {finding.rule for finding in found.findings}


def test_a_declared_window_keeps_its_evidence() -> None:
    """Start at midnight, end at the next, both in the source's zone; validity is `declared`."""
    found = declared("2026-06-01", "2026-06-30")
    assert found.window.ranges == ((datetime(2026, 5, 31, 21, tzinfo=UTC), datetime(2026, 6, 30, 21, tzinfo=UTC)),)
    assert found.window.validity == "declared"
    assert [(e.text, e.rule) for e in found.window.evidence] == [
        ("2026-06-01", "json-ld:validFrom"),
        ("2026-06-30", "json-ld:validThrough"),
    ]


def test_the_earliest_of_several_ends_holds() -> None:
    """validThrough and priceValidUntil of one offer need not agree."""
    assert end_of(declared("", "2026-07-31", "2026-06-30").window) == datetime(2026, 6, 30, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("2099-12-31", "sentinel-date"),
        ("9999-12-31T23:59:59", "sentinel-date"),
        ("0001-01-01", "sentinel-date"),
        ("2026-02-31", "not-iso-date"),
        ("03/04/2026", "not-iso-date"),
        ("2030-01-01", "too-long-window"),
    ],
)
def test_what_cannot_be_believed_is_reported(value: str, rule: str) -> None:
    """The window stays open, but for an ambiguous date: that serves while every reading agrees."""
    found = declared("", value)
    assert rule in rules_of(found)
    assert (end_of(found.window) is None) == (value != "03/04/2026")


def test_a_written_date_is_used_when_it_names_one_day() -> None:
    """No guessing parser: our own grammar, and the finding stays."""
    found = declared("", "30 June 2026")
    assert end_of(found.window) == datetime(2026, 6, 30, 21, tzinfo=UTC)
    assert rules_of(found) == {"not-iso-date"}


def test_a_past_end_is_kept_and_an_end_before_its_start_serves_never() -> None:
    """Already over is stored, not dropped; bounds that contradict each other hold at no time."""
    assert end_of(declared("", "2026-01-31").window) == datetime(2026, 1, 31, 21, tzinfo=UTC)
    assert declared("2026-07-01", "2026-06-30").window.ranges == ()


def test_a_time_of_day_alone_is_no_bound() -> None:
    """Menus declare `availabilityStarts: 08:30`: that is every day."""
    assert read_declared([Declared("start", "08:30:00", "x")], RULES, SEEN) is None


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ("2026-06-25", datetime(2026, 6, 25, 21, tzinfo=UTC)),
        ("2026-06-25T15:00:00+00:00", datetime(2026, 6, 25, 15, tzinfo=UTC)),
        ("25 Jun 2026 15:00:00 PST", datetime(2026, 6, 25, 23, tzinfo=UTC)),
        ("Thursday, 25-Jun-26 15:00:00 GMT", datetime(2026, 6, 25, 15, tzinfo=UTC)),
        ("25 June 2026", datetime(2026, 6, 25, 21, tzinfo=UTC)),
    ],
)
def test_unavailable_after(value: str, end: datetime) -> None:
    """ISO 8601, RFC 2822 and RFC 850 dates, with the raw value as evidence."""
    found = read_unavailable_after([(value, "x-robots-tag")], RULES, SEEN)
    assert found is not None
    assert end_of(found.window) == end
    assert found.window.evidence[0].text == value


def test_a_price_date_long_past_on_a_live_page_is_a_finding() -> None:
    """Shops forget `priceValidUntil`; one just past may be true, and ends the offer. Other ends are believed."""

    def read(day: str, name: str) -> WindowReading | None:
        return read_declared([Declared("end", day, f"json-ld:{name}")], RULES, SEEN)

    forgotten, recent = read("2025-12-31", "priceValidUntil"), read("2026-06-05", "priceValidUntil")
    other = read("2025-12-31", "validThrough")
    assert forgotten is not None
    assert (forgotten.window.ranges, rules_of(forgotten)) == (((None, None),), {"past-price-date"})
    assert recent is not None
    assert end_of(recent.window) == datetime(2026, 6, 5, 21, tzinfo=UTC)
    assert other is not None
    assert end_of(other.window) == datetime(2025, 12, 31, 21, tzinfo=UTC)
