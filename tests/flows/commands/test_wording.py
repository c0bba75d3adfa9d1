"""What commands say to a person: days as people count them, and what to do next."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from examples.autocare.server import SiteServer
from flows.commands.output import first_day, last_day
from flows.commands.telling import tell
from flows.reports import Report
from pipelines.database import Connection
from pipelines.records import Window
from pipelines.source_settings import SourceSettings
from tests.flows.conftest import Run
from tests.story import Story, offer, page

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
    assert (ran.code, "holds the example alone: freshet add URL" in ran.err) == (0, True)


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


def test_an_offer_is_told_with_what_it_saves(folder: Path, db: Connection, run: Run) -> None:
    """The former price, the discount, the code and the categories stand beside the window."""
    del folder
    key = "https://shop.test/oil"
    saving = offer(key, price=Decimal(80), price_before=Decimal(100), code="OIL20", category=("oil", "زيت"))
    Story(db).sync({key: [saving]})
    said = run("offers").out
    assert "was 100 · " in said
    assert "code OIL20 · oil, زيت · " in said
    assert said.endswith("1 offer\n")


def test_before_the_first_sync_nothing_is_an_error(folder: Path, run: Run) -> None:
    """A base without a model has nothing to find: each command says so in a sentence, and none fails."""
    del folder
    said = {name: run(name, *more) for name, *more in (("search", "oil"), ("runs",), ("changes",), ("offers",))}
    assert {ran.code for ran in said.values()} == {0}
    assert said["search"].out == "nothing that is true now answers this; nothing synced yet: freshet sync\n"
    assert (said["runs"].out, said["changes"].out) == (
        "nothing synced yet: freshet sync\n",
        "no change yet: freshet sync\n",
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("search", " "), "it is empty"),
        (("search", "oil", "--kind", "bogus"), "'document'"),
        (("search", "oil", "--max", "0"), "--max"),
        (("search", "oil", "--max", "101"), "--max"),
        (("withdraw", "1", "--until", "2020-01-01"), "is past"),
        (("withdraw", "1", "--until", "soon"), "is no date"),
        (("sync", "nope"), "no source 'nope'"),
    ],
)
def test_wrong_usage_is_exit_2_with_one_word_for_it(
    folder: Path, run: Run, arguments: tuple[str, ...], named: str
) -> None:
    """What the command line can tell to be wrong is refused as usage, on stderr, stdout kept clean for --json."""
    del folder
    ran = run(*arguments, "--json")
    assert (ran.code, ran.out, named in ran.err) == (2, "", True)


@pytest.mark.parametrize("command", [("offers",), ("search", "oil"), ("runs",)])
def test_a_filter_by_a_source_that_is_none_is_said(folder: Path, run: Run, command: tuple[str, ...]) -> None:
    """It finds nothing, which is no error; that the name is unknown stands on stderr."""
    del folder
    ran = run(*command, "--source", "nope", "--json")
    assert (ran.code, "no source 'nope'" in ran.err) == (0, True)


def test_a_page_without_a_window_lacks_nothing(folder: Path, db: Connection, run: Run) -> None:
    """The feed of changes says «no end stated» of offers alone."""
    del folder
    address = "https://shop.test/about"
    Story(db).sync({address: [page(address, "Open daily.")], "https://shop.test/oil": [offer("https://shop.test/oil")]})
    lines = run("changes").out.splitlines()
    told = {"page": False, "offer": False}
    for line in lines:
        kind = line.split()[0]
        if kind in told:
            told[kind] = "no end stated" in line
    assert told == {"page": False, "offer": True}


def test_no_categories_at_all_is_said_once(folder: Path, db: Connection, run: Run) -> None:
    """Where the source's file names no category, status counts the offers without one and names the file."""
    (folder / "sources" / "shop.toml").write_text(
        'kind = "urls"\nstart_urls = ["https://shop.test/oil"]\n', encoding="utf-8"
    )
    keys = [f"https://shop.test/{name}" for name in ("oil", "tyre", "wash")]
    Story(db).sync({key: [offer(key, key[-4:])] for key in keys})
    assert "no-category: 3, found without a category only: shop.toml has no [categories]" in run("status").out
    assert run("status", "--findings").out.count("no category: found without") == 3


def test_history_tells_differences_as_the_plan_does(folder: Path, db: Connection, run: Run) -> None:
    """Lists as words, nothing as «none», ends in the project's zone; of a text the lines that went and came."""
    del folder
    key, end = "https://shop.test/oil", datetime(2027, 6, 30, 21, tzinfo=UTC)
    story = Story(db)
    story.sync({key: [offer(key, "Engine oil. Old words.", category=("oil", "زيت"))]})
    story.sync({key: [offer(key, "Engine oil. New words.", Window(((None, end),), "stated"))]})
    said = run("history", key).out
    assert "category: oil, زيت → none" in said
    assert "valid_until: none → 2027-07-01 00:00" in said
    assert "- Engine oil. Old words.\n        + Engine oil. New words." in said


def test_a_site_that_is_away_is_said_once_and_stays_in_status(run: Run, offers_source: Path, site: SiteServer) -> None:
    """One cause, one line beside the first few pages; status names the run that failed until one succeeds."""
    site.shutdown()
    site.server_close()
    ran = run("sync")
    assert ran.code == 1
    assert 1 <= ran.out.count("network: http") <= 3
    assert ", FAILED: freshet runs show 1" in run("status").out
    assert run("status", "--json").document["sources"][0]["last_state"] == "failed"


def test_problems_in_the_same_words_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """Sixty-eight pages behind one refusal are three lines and a number."""
    lines = [{"url": f"https://shop.test/{n}", "outcome": "network", "message": "refused"} for n in range(68)]
    other = {"url": "https://shop.test/x", "outcome": "gone", "message": "answered 410"}
    tell(Report(7, "shop", "failed", problems=[*lines, other]), RIYADH)
    said = capsys.readouterr().out
    assert said.count("network: https://") == 3
    assert "network: 65 more in the same words: freshet runs show 7" in said
    assert "gone: https://shop.test/x answered 410" in said
