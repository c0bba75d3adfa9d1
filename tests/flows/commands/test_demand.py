"""`freshet demand`: what was asked and not answered, asked by `freshet search` as by anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.database import Connection
from tests.flows.conftest import Run
from tests.story import Story, page


@pytest.fixture
def base(db: Connection, folder: Path) -> Story:
    """A project with a base of one page."""
    del folder
    story = Story(db)
    story.sync({"https://shop.test/oil": [page("https://shop.test/oil", "Engine oil change")]})
    return story


def test_what_was_asked_is_told(run: Run, base: Story) -> None:
    """In words what was asked three times, as a number what was asked less."""
    del base
    assert "no question was left" in run("demand").out
    for query in ("windscreen chips", "windscreen chips", "chips in a windscreen", "my number is 0551234567"):
        run("search", query)
    told = run("demand").out
    assert "3 x  chips in a windscreen" in told
    assert "1 more, each asked less than three times" in told
    assert "055" not in told
    document = run("demand", "--json").document
    assert [one["asked"] for one in document["questions"]] == [3]
    assert (document["enabled"], document["seldom"]) == (True, 1)
    assert {day["asked"] for day in document["days"]} <= {3, 4, 1}


def test_nothing_is_noted_where_the_settings_say_so(run: Run, folder: Path, base: Story) -> None:
    """From the next command on."""
    file = folder / "freshet.toml"
    told = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(f"{told}\n[demand]\nenabled = false\n", encoding="utf-8")
    run("search", "windscreen chips")
    assert "enabled = false" in run("demand").out
    assert base.count("demand") == 0
