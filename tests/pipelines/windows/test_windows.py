"""Windows read from text: what counts, when it ends, and what is never believed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.records import Block, ReadingRules
from pipelines.windows.dates import CalendarDay
from pipelines.windows.daytext import Order
from pipelines.windows.sets import WindowReading, end_of, start_of
from pipelines.windows.stated import Context, block_windows, read_window

RIYADH = ZoneInfo("Asia/Riyadh")
SEEN = datetime(2026, 6, 10, 9, tzinfo=UTC)


def read(
    text: str, *, order: Order | None = None, context: Context = "validity", seen: datetime = SEEN
) -> WindowReading:
    found = read_window(text, observed_at=seen, zone=RIYADH, date_order=order, context=context)
    assert found is not None, text
    return found


def last_day(text: str, **options: object) -> str | None:
    """The last whole day of the window, in Riyadh."""
    end = end_of(read(text, **options).window)  # type: ignore[arg-type]  # handed on
    return (end.astimezone(RIYADH) - timedelta(microseconds=1)).date().isoformat() if end else None


def first_day(text: str, **options: object) -> str | None:
    start = start_of(read(text, **options).window)  # type: ignore[arg-type]  # handed on
    return start.astimezone(RIYADH).date().isoformat() if start else None


def rules_of(found: WindowReading) -> set[str]:
    return {finding.rule for finding in found.findings}


def test_a_bare_end_date_is_the_end_of_that_day_in_the_source_zone() -> None:
    """INTERFACE section 3: the window ends at the next midnight there, exclusive."""
    assert end_of(read("Valid until 31 March 2027").window) == datetime(2027, 3, 31, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "until 31 March 2027, 23:59",
        "until 31 March 2027 at 11:59 pm",
        "until 31 March 2027 23:59:59",
        "until 31 March 2027 at 24:00",
        "until midnight on 31 March 2027",
    ],
)
def test_the_last_minute_of_a_day_is_its_end(text: str) -> None:
    """23:59, 23:59:59, 24:00 and midnight mean the end of the day."""
    assert end_of(read(text).window) == datetime(2027, 3, 31, 21, tzinfo=UTC)


def test_a_time_of_day_is_the_end_itself() -> None:
    """A stated time is in the source's zone unless the text names another."""
    assert end_of(read("until 6 pm on 12 June 2026").window) == datetime(2026, 6, 12, 15, tzinfo=UTC)
    assert end_of(read("until 12 June 2026 at 18:00 GMT").window) == datetime(2026, 6, 12, 18, tzinfo=UTC)
    assert end_of(read("ينتهي يوم 12 يونيو 2026 الساعة 6 مساءً").window) == datetime(2026, 6, 12, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Offer valid till 30th June 2026", "2026-06-30"),
        ("Expires: 2026-06-30", "2026-06-30"),
        ("ends Tuesday, 30 June 2026", "2026-06-30"),
        ("EPP valid to Jun. 30, 2026", "2026-06-30"),
        ("last day: June 30th, 2026", "2026-06-30"),
        ("no later than the 30th of June 2026", "2026-06-30"),
        ("until 30-Jun-2026", "2026-06-30"),
        ("before 1 July 2026", "2026-06-30"),
        ("until the end of June 2026", "2026-06-30"),
        ("30 June 2026", "2026-06-30"),
        ("ساري حتى 30 يونيو 2026", "2026-06-30"),
        ("ينتهي العرض في ٣٠ حزيران ٢٠٢٦", "2026-06-30"),
        ("صالح لغاية ٣٠/٦/٢٠٢٦", "2026-06-30"),
        ("آخر موعد ٢٠٢٦/٠٦/٣٠", "2026-06-30"),
        ("حتى نهاية شهر يونيو 2026م", "2026-06-30"),
        ("تنتهي صلاحيته ۳۰ يونيو ۲۰۲۶", "2026-06-30"),
        ("حتى 29 رمضان 1446هـ", "2025-03-29"),
        ("حتى 15 رمضان 1447 هـ الموافق 4 مارس 2026 م", "2026-03-04"),
        ("until 29 Ramadan 1446 AH", "2025-03-29"),
        ("حتى نهاية رمضان 1447", "2026-03-19"),
    ],
)
def test_single_ends(text: str, last: str) -> None:
    """Every way of naming an end that the vocabulary knows reads as the same day."""
    assert last_day(text) == last


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1 – 31 Jan 2026", "2026-01-01", "2026-01-31"),
        ("from 06th to 27th June", "2026-06-06", "2026-06-27"),
        ("Valid from 15th June -31st July 2026", "2026-06-15", "2026-07-31"),
        ("Promo runs from July 1 to 8, 2026", "2026-07-01", "2026-07-08"),
        ("27 Dec – 5 Jan", "2026-12-27", "2027-01-05"),
        ("27 Dec – 5 Jan 2027", "2026-12-27", "2027-01-05"),
        ("between 1 and 15 July 2026", "2026-07-01", "2026-07-15"),
        ("Starts 1 June and ends 30 June 2026", "2026-06-01", "2026-06-30"),
        ("Discount valid until ; 01st - 30th June 2026", "2026-06-01", "2026-06-30"),
        ("01/06/2026 - 30/06/2026", "2026-06-01", "2026-06-30"),
        ("من ١ إلى ١٥ رمضان ١٤٤٧هـ", "2026-02-18", "2026-03-04"),
        ("ابتداءً من 1 يونيو وحتى 30 يونيو 2026", "2026-06-01", "2026-06-30"),
        ("من الخميس ١١ يونيو حتى السبت ١٣ يونيو ٢٠٢٦", "2026-06-11", "2026-06-13"),
    ],
)
def test_ranges(text: str, first: str, last: str) -> None:
    """A range gives both bounds; a month or year that one side leaves out is the other's."""
    assert (first_day(text), last_day(text)) == (first, last)


def test_lists_and_weekdays_hold_on_their_days_alone() -> None:
    """Lists and recurrences become ranges of whole days; nothing holds between them."""
    days = read("10th & 24th June 2026").window.ranges
    assert [start.astimezone(RIYADH).date() for start, _ in days if start] == [date(2026, 6, 10), date(2026, 6, 24)]
    fridays = read("كل جمعة حتى 30 يونيو 2026").window.ranges
    assert [start.astimezone(RIYADH).weekday() for start, _ in fridays if start] == [4, 4, 4]
    assert len(read("12th - 14th & 19th - 21st June 2026").window.ranges) == 2


@pytest.mark.hazard("T1")
def test_an_ambiguous_date_is_served_only_while_every_reading_agrees() -> None:
    """HAZARDS T1: without `date_order` the windows of all readings are intersected, and a person is told."""
    found = read("until 03/04/2025")
    assert found.window.validity == "ambiguous"
    assert end_of(found.window) == datetime(2025, 3, 4, 21, tzinfo=UTC)
    assert rules_of(found) == {"ambiguous-date"}


@pytest.mark.hazard("T1")
def test_date_order_and_impossible_months_settle_a_numeric_date() -> None:
    """The source's order decides; where only one order exists it needs no setting."""
    assert last_day("until 03/04/2025", order="DMY") == "2025-04-03"
    assert last_day("until 03/04/2025", order="MDY") == "2025-03-04"
    assert last_day("until 13/04/2025") == "2025-04-13"
    assert rules_of(read("until 13/04/2025", order="MDY")) == {"date-order-conflict"}


@pytest.mark.hazard("T2")
def test_an_iso_date_is_never_turned_round() -> None:
    """HAZARDS T2: year first is year, month, day, on any page and in any digits."""
    for order in (None, "DMY", "MDY"):
        assert last_day("حتى 2025-03-04", order=order) == "2025-03-04"
        assert last_day("حتى ٢٠٢٥/٠٣/٠٤", order=order) == "2025-03-04"


@pytest.mark.hazard("T3", "T9")
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("until 31 February 2027", "nonsense-date"),
        ("until 32 January 2027", "nonsense-date"),
        ("until 31/02/2027", "nonsense-date"),
        ("حتى 30 صفر 1433هـ", "nonsense-date"),
        ("until 1 Muharram 1501 AH", "nonsense-date"),
        ("until 2099-12-31", "sentinel-date"),
        ("until 9999-12-31", "sentinel-date"),
        ("until 31 December 0001", "sentinel-date"),
        ("until 31 December 2030", "too-long-window"),
    ],
)
def test_nonsense_is_a_finding_that_quotes_it_and_never_an_end(text: str, rule: str) -> None:
    """The window stays open, limited by the ttl; no day is rolled over into the next month."""
    found = read(text)
    assert (found.window.validity, end_of(found.window)) == ("open", None)
    assert rules_of(found) == {rule}
    assert all(finding.quote in text and finding.quote for finding in found.findings)


@pytest.mark.hazard("T9")
def test_an_end_before_its_start_serves_at_no_time() -> None:
    """Neither bound can be believed more than the other: no instant lies in [start, end)."""
    found = read("from 5 June 2026 to 1 June 2026")
    assert found.window.ranges == ()
    assert rules_of(found) == {"end-before-start"}


@pytest.mark.hazard("T9")
@pytest.mark.parametrize(
    ("seen", "text", "last"),
    [
        (date(2025, 12, 28), "until 5 January", "2026-01-05"),
        (date(2026, 1, 3), "until 31 December", "2025-12-31"),
        (date(2026, 7, 1), "until 31 December", "2026-12-31"),
        (date(2026, 5, 10), "until 31 December", "2026-12-31"),
        (date(2026, 11, 22), "until 30 June", "2026-06-30"),
        (date(2026, 11, 22), "ساري حتى نهاية يونيو", "2026-06-30"),
        (date(2026, 11, 22), "1 – 30 June", "2026-06-30"),
        (date(2026, 12, 1), "until 31 May", "2027-05-31"),
        (date(2026, 6, 10), "1 – 31 May", "2026-05-31"),
        (date(2026, 2, 10), "حتى 29 رمضان", "2026-03-18"),
    ],
)
def test_a_year_left_out_is_the_nearest_and_the_past_counts_more(seen: date, text: str, last: str) -> None:
    """HAZARDS T9, by the rule written in `ranges`."""
    assert last_day(text, seen=datetime(seen.year, seen.month, seen.day, 9, tzinfo=UTC)) == last


@pytest.mark.hazard("C10")
def test_places_that_disagree_serve_the_earlier_end() -> None:
    """HAZARDS C10: the conflict is reported with both texts."""
    found = read("العرض ساري حتى 30 أبريل 2026. Ends on 3 May 2026")
    assert last_day("العرض ساري حتى 30 أبريل 2026. Ends on 3 May 2026") == "2026-04-30"
    assert rules_of(found) == {"window-conflict"}
    both = read("حتى 15 رمضان 1447 هـ الموافق 6 مارس 2026")
    assert end_of(both.window) == datetime(2026, 3, 4, 21, tzinfo=UTC)
    assert rules_of(both) == {"calendar-conflict"}


def test_parts_with_names_of_their_own_do_not_contradict_each_other() -> None:
    """An offer and its payment plan end on different days; the stay after a booking is no window at all."""
    assert last_day("Offer valid until 30th June 2026 EPP valid until 31st August 2026") == "2026-08-31"
    assert last_day("Booking until 30 June 2026. Stay until 31 August 2026") == "2026-06-30"


@pytest.mark.parametrize(
    "text",
    [
        "Published 3 May 2026",
        "Since 1985",
        "Open daily 10:00 – 22:00",
        "Call 055-123-4567",
        "Warranty 24 months",
        "Delivery within 3 days",
        "Born on 3 May 1990",
        "Save 20% on 2 tyres",
    ],
)
def test_not_every_number_is_a_window(text: str) -> None:
    """Publication dates, opening hours, telephone numbers, prices and lengths of time state no window."""
    assert read_window(text, observed_at=SEEN, zone=RIYADH, context="offer") is None


@pytest.mark.hazard("T6")
def test_while_stocks_last_is_open() -> None:
    """Words that limit without a date give an open window, with their text as evidence."""
    for text in ("While stocks last", "حتى نفاد الكمية", "لفترة محدودة"):
        found = read(text).window
        assert (found.validity, found.ranges) == ("open", ((None, None),))
        assert found.evidence[0].text == text


def test_evidence_is_the_exact_text_of_the_source() -> None:
    """Folded digits and letters never reach what is quoted."""
    text = "العرضُ ســاري حتى ٣١ آذار ٢٠٢٧ فقط"
    quoted = read(text).window.evidence[0]
    assert quoted.text in text
    assert "٣١ آذار ٢٠٢٧" in quoted.text
    assert quoted.rule == "text:until-date"


def test_other_text_limits_only_where_it_speaks_of_an_offer() -> None:
    """A chunk is limited by «valid until», not by the history of the company."""
    blocks = [
        Block("paragraph", "Prices valid until 31 March 2027."),
        Block("paragraph", "Until 31 March 1990 our founder worked alone."),
        Block("paragraph", "From 1 July 2026 to 31 July 2026 it may rain."),
        Block("paragraph", "We wash every car by hand."),
    ]
    windows = block_windows(blocks, ReadingRules("s", RIYADH), SEEN)
    assert windows[0] is not None
    assert end_of(windows[0]) == datetime(2027, 3, 31, 21, tzinfo=UTC)
    assert windows[1:] == (None, None, None)


_HIJRI = "محرم|صفر|ربيع الأول|ربيع الآخر|جمادى الأولى|جمادى الآخرة|رجب|شعبان|رمضان|شوال|ذو القعدة|ذو الحجة"
_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.mark.hazard("T3")
@settings(max_examples=150, deadline=None)
@given(st.integers(1446, 1450), st.integers(1, 12), st.integers(1, 30))
def test_a_hijri_day_reads_back_or_is_refused(year: int, month: int, day: int) -> None:
    """Day 30 of a month of 29 days is a finding; every other day is that day of Umm al-Qura."""
    dates = CalendarDay(day, month, year, hijri=True).dates()
    text = f"حتى {day} {_HIJRI.split('|')[month - 1]} {year}هـ".translate(_DIGITS)
    if dates is None:
        assert day == 30
        assert rules_of(read(text)) == {"nonsense-date"}
    else:
        seen = datetime(dates[0].year, dates[0].month, dates[0].day, 9, tzinfo=UTC)
        assert last_day(text, seen=seen) == dates[0].isoformat()
