"""Suggestions in a proposed source: what a person may take up."""

from __future__ import annotations

from flows.adding.suggesting import date_order_settings
from pipelines.records import Finding

DOUBT = Finding("ambiguous-date", "reads day first or month first", "until 03/04/2026")


def test_date_order_is_suggested_as_the_page_s_other_dates_have_it() -> None:
    """A day above twelve tells, in any digits; without one the day is first, and nothing is ever decided."""
    for texts, order, why in (
        (["12/25/2026 open"], "MDY", "12/25/2026"),
        (["من ٢٥/١٢/٢٠٢٦"], "DMY", "٢٥/١٢/٢٠٢٦"),
        (["5.13.26", "13.5.26"], "MDY", "5.13.26"),
        (["1/2/2026", "99/99/2026", "1.2.3.4"], "DMY", "or MDY"),
    ):
        (setting,) = date_order_settings([DOUBT], texts)
        assert (setting.value, setting.active) == (order, False)
        assert why in setting.remark
        assert "03/04/2026" in setting.remark


def test_without_doubt_nothing_is_suggested() -> None:
    """The key stays out of the file."""
    assert list(date_order_settings([Finding("no-category", "x")], ["25/12/2026"])) == []
