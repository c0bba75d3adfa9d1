"""Several places that speak of one thing: which of them decides."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.records import Window
from pipelines.windows.sets import WindowReading, combine, end_of
from pipelines.windows.stated import read_window

ZONE = ZoneInfo("Asia/Riyadh")
SEEN = datetime(2026, 11, 22, 9, tzinfo=UTC)


def _declared(end: datetime) -> WindowReading:
    return WindowReading(Window(((None, end),), "declared"))


@pytest.mark.parametrize(
    ("declared", "served"),
    [
        (datetime(2026, 12, 3, 21, tzinfo=UTC), datetime(2026, 12, 3, 21, tzinfo=UTC)),  # day first, as declared
        (datetime(2026, 3, 12, 21, tzinfo=UTC), datetime(2026, 3, 12, 21, tzinfo=UTC)),  # month first
        (datetime(2026, 12, 9, 21, tzinfo=UTC), datetime(2026, 3, 12, 21, tzinfo=UTC)),  # neither: both must agree
    ],
)
def test_a_certain_end_settles_an_ambiguous_one(declared: datetime, served: datetime) -> None:
    """«3/12/2026» beside a declared 3 December is 3 December without doubt; beside another day it stays in doubt."""
    stated = read_window("Valid until 3/12/2026", observed_at=SEEN, zone=ZONE)
    assert stated is not None
    assert stated.window.validity == "ambiguous"
    for places in ([_declared(declared), stated], [stated, _declared(declared)]):
        both = combine(places)
        assert end_of(both.window) == served
        assert any(finding.rule == "ambiguous-date" for finding in both.findings) == (declared.day == 9)


def test_two_ambiguous_dates_do_not_settle_each_other() -> None:
    """Nothing certain is said: served only while all readings agree."""
    stated = read_window("Valid until 3/12/2026", observed_at=SEEN, zone=ZONE)
    assert stated is not None
    both = combine([stated, stated])
    assert both.window.validity == "ambiguous"
    assert end_of(both.window) == datetime(2026, 3, 12, 21, tzinfo=UTC)
