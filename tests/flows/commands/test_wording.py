"""What commands say to a person: days as people count them, and what to do next."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.commands.output import first_day, last_day
from pipelines.database import Connection
from pipelines.source_settings import SourceSettings
from tests.flows.conftest import Run
from tests.story import Story, offer

RIYADH = ZoneInfo("Asia/Riyadh")


@pytest.mark.parametrize(
    ("instant", "first", "last"),
    [
        (datetime(2027, 6, 30, 21, tzinfo=UTC), "2027-07-01", "2027-06-30"),  # midnight in Riyadh
        (datetime(2027, 6, 30, 18, 30, tzinfo=UTC), "2027-06-30 21:30", "2027-06-30 21:30"),
    ],
)
def test_an_end_at_midnight_is_the_day_before(instant: datetime, first: str, last: str) -> None:
    """«Until the end of June» is told as 30 June, though the bound is 1 July; a time within a day is told as it is."""
    assert (first_day(instant, RIYADH), last_day(instant, RIYADH)) == (first, last)


def test_a_new_projects_example_is_left_out_with_a_word(folder: Path, run: Run) -> None:
    """A sync of all sources does not ask example.com, and says why; with nothing else to do that is no error."""
    assert run("init", folder).code == 0
    ran = run("sync")
    assert (ran.code, "example.toml: still the example" in ran.err) == (0, True)


@pytest.mark.parametrize(
    ("url", "example"),
    [
        ("https://www.example.com/offers", True),
        ("https://example.org/", True),
        ("https://example.com.sa/", False),
        ("https://notexample.com/", False),
    ],
)
def test_only_reserved_hosts_are_examples(url: str, example: bool) -> None:
    """RFC 2606 keeps example.com, .net and .org and what lies below them; no other name."""
    settings = SourceSettings(name="shop", kind="site", start_urls=(url,))
    assert settings.is_example is example


def test_offers_are_told_with_their_number(folder: Path, db: Connection, run: Run) -> None:
    """So that one can go on to explain or withdraw them; and a source whose file is gone is named in status."""
    del folder
    Story(db).sync({"https://shop.test/oil": [offer("https://shop.test/oil", "Engine oil")]})
    row = db.execute("select entry_id from kb.offers()").fetchone()
    assert row is not None
    assert f"{row[0]}  Engine oil" in run("offers").out
    assert "freshet remove shop" in run("status").out
