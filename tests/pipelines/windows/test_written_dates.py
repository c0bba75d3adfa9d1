"""How days are written, and what is no day at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.windows.sets import end_of
from tests.pipelines.windows.reading import first_day, last_day, read, rules_of


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("01.07.2026 - 31.07.2026", "2026-07-01", "2026-07-31"),
        ("1/7 - 31/7/2026", "2026-07-01", "2026-07-31"),
        ("from 1/7 to 31/7", "2026-07-01", "2026-07-31"),
        ("من 1/7 إلى 31/7", "2026-07-01", "2026-07-31"),
        ("من 1 - 15 / 7 / 2026", "2026-07-01", "2026-07-15"),
        ("2026-07-01/2026-07-31", "2026-07-01", "2026-07-31"),
        ("2026-07-01 to 2026-07-31", "2026-07-01", "2026-07-31"),
        ("٢٠٢٦/٧/١ - ٢٠٢٦/٧/٣١", "2026-07-01", "2026-07-31"),
        ("Jul 1-31, 2026", "2026-07-01", "2026-07-31"),
        ("1Jul-31Jul", "2026-07-01", "2026-07-31"),
        ("01JUL2026 - 31JUL2026", "2026-07-01", "2026-07-31"),
        ("01 Jul 26 – 31 Jul 26", "2026-07-01", "2026-07-31"),
        ("July 1st through July 31st, 2026", "2026-07-01", "2026-07-31"),
        ("1 July – 30 June 2027", "2026-07-01", "2027-06-30"),
        ("من 1/7/2026م حتى 31/7/2026م", "2026-07-01", "2026-07-31"),
        ("من ١٥/١/١٤٤٨هـ إلى ١٥/٢/١٤٤٨هـ", "2026-06-30", "2026-07-29"),
        ("Valid from: 1 July 2026. Valid to: 31 July 2026.", "2026-07-01", "2026-07-31"),
        ("تاريخ البدء: 1 يوليو 2026 تاريخ الانتهاء: 31 يوليو 2026", "2026-07-01", "2026-07-31"),
    ],
)
def test_ranges_are_read_however_they_are_written(text: str, first: str, last: str) -> None:
    """Without a setting for the order: every one of them has only one reading."""
    found = read(text)
    assert (first_day(found), last_day(found), rules_of(found)) == (first, last, set())


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("until 31-Mar-27", "2027-03-31"),
        ("until 30 June 25 outlets", "2026-06-30"),
        ("until 25/12", "2026-12-25"),
        ("حتى ٣١ من مارس ٢٠٢٧", "2027-03-31"),
        ("حتى الـ31 من مارس 2027", "2027-03-31"),
        ("حتى 8/11/1447هـ", "2026-04-25"),
        ("حتى 15/9/48هـ", "2027-02-22"),
        ("حتى الأحد الموافق 28 يونيو 2026", "2026-06-28"),
        ("Exp. 30 Jun 2026", "2026-06-30"),
        ("End: 30 June 2026", "2026-06-30"),
        ("before the end of June 2026", "2026-06-30"),
        ("حتى ٢٠٢٥-٠٣-٠٤", "2025-03-04"),
        ("حتى ٢٠٢٥/٣/٤", "2025-03-04"),
        ("حتى ۲۰۲۵/۰۳/۰۴", "2025-03-04"),
    ],
)
def test_ends_are_read_however_they_are_written(text: str, last: str) -> None:
    """Year first is year, month, day in any digits; a Hijri day is never month first."""
    found = read(text)
    assert (last_day(found), rules_of(found)) == (last, set())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("until 0 March 2027", "nonsense-date"),
        ("until 29 February 2027", "nonsense-date"),
        ("until 31 June", "nonsense-date"),
        ("from 1 to 31 June 2026", "nonsense-date"),
        ("until 2026-02-30", "nonsense-date"),
        ("until 2026-13-01", "nonsense-date"),
        ("until 00/00/0000", "nonsense-date"),
        ("حتى ٢٠٢٥-٠٢-٣٠", "nonsense-date"),
        ("حتى 31 رمضان 1447", "nonsense-date"),
        ("حتى 32 يناير", "nonsense-date"),
        ("حتى 1 محرم 1501هـ", "nonsense-date"),
        ("until 0001-01-01", "sentinel-date"),
        ("until 1970-01-01", "sentinel-date"),
        ("until 31/12/9999", "sentinel-date"),
        ("حتى 31/12/2099", "sentinel-date"),
        ("from 1 January 2020 to 31 December 2040", "too-long-window"),
    ],
)
def test_nonsense_is_reported_and_gives_no_end(text: str, rule: str) -> None:
    """A finding that quotes the text; the window stays open, never rolled over."""
    found = read(text)
    assert (found.window.validity, end_of(found.window), rules_of(found)) == ("open", None, {rule})
    assert all(finding.quote and finding.quote in text for finding in found.findings)


@pytest.mark.parametrize(
    "text",
    ["from 10 June to 1 June", "20 June – 10 June 2026", "من 15 رمضان إلى 10 رمضان 1447", "from 5/7/2026 to 1/7/2026"],
)
def test_a_range_that_runs_backwards_is_never_taken_into_another_year(text: str) -> None:
    """Within one month it is a mistake; «27 Dec – 5 Jan» is not."""
    found = read(text, order="DMY")
    assert found.window.ranges == ()
    assert rules_of(found) == {"end-before-start"}


def test_a_time_and_its_zone() -> None:
    """A time without zone is the source's; 23:59 is the end of the day; midnight before noon is its start."""
    assert end_of(read("until 2026-12-31T18:00:00").window) == datetime(2026, 12, 31, 15, tzinfo=UTC)
    assert end_of(read("until 2026-12-31T18:00:00Z").window) == datetime(2026, 12, 31, 18, tzinfo=UTC)
    assert end_of(read("until 31/12/2026 at 23:59 (KSA time)").window) == datetime(2026, 12, 31, 21, tzinfo=UTC)
    assert end_of(read("حتى 31 ديسمبر 2026 الساعة 11:59 مساءً").window) == datetime(2026, 12, 31, 21, tzinfo=UTC)
    assert end_of(read("until 31 Dec 2026, 12:00 AM").window) == datetime(2026, 12, 30, 21, tzinfo=UTC)
    both = read("من الساعة 10 صباحاً يوم 1 يونيو حتى الساعة 6 مساءً يوم 5 يونيو 2026").window.ranges
    assert both == ((datetime(2026, 6, 1, 7, tzinfo=UTC), datetime(2026, 6, 5, 15, tzinfo=UTC)),)


def test_an_ambiguous_range_holds_while_every_reading_does() -> None:
    """3/4 to 10/4 is 3–10 April or 4 March to 4 October: served from the third to the tenth of April."""
    found = read("من 03/04/2026 إلى 10/04/2026")
    assert (first_day(found), last_day(found)) == ("2026-04-03", "2026-04-10")
    assert found.window.validity == "ambiguous"
    assert found.stated_end == end_of(found.window)
