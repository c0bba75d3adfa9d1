"""What one answer leaves out is looked for again within the run, before it is suspected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.badsite import BadSite, html
from tests.flows.conftest import Run

_END = datetime.now(UTC) + timedelta(days=60)
_CARDS = {
    "oil": "Engine oil change with filter",
    "tyre": "Four tyres fitted and balanced",
    "brake": "Brake pads for the front axle",
}


def _list_page(*names: str) -> str:
    cards = "".join(
        f'<article class="card"><h3>{_CARDS[name]}</h3><p>{len(name)}9 SAR, valid until {_END:%d %B %Y}</p></article>'
        for name in names
    )
    return f"<html><head><title>Offers</title></head><body><h1>Offers</h1>{cards}</body></html>"


@pytest.fixture
def badsite() -> Iterator[BadSite]:
    """A scripted server."""
    with BadSite() as started:
        yield started


@pytest.fixture
def source(folder: Path, badsite: BadSite) -> BadSite:
    """A list of three cards as a source of the project."""
    (folder / "sources" / "shop.toml").write_text(
        f'kind = "urls"\nstart_urls = ["{badsite.url("/offers")}"]\nallow_private = ["{badsite.pair}"]\ndelay = 0.0\n'
        '[offers]\nitem = ".card"\ntitle = "h3"\nvalidity = "p"\n',
        encoding="utf-8",
    )
    return badsite


def test_a_card_that_one_answer_left_out_is_no_suspect(run: Run, source: BadSite) -> None:
    """The second request within the run finds it: nothing is suspect, nothing changes."""
    source.page("/offers", _list_page(*_CARDS))
    assert run("sync", "--json").document["runs"][0]["entries"]["added"] >= 3
    source.script("/offers", html(_list_page("oil", "tyre")), html(_list_page(*_CARDS)))
    report = run("sync", "--json").document["runs"][0]
    assert (report["entries"]["suspect"], report["entries"]["withdrawn"]) == (0, 0)
    assert len(run("offers", "--json").document["offers"]) == 3


def test_a_card_that_neither_answer_has_is_suspect_and_goes_with_the_next_run(run: Run, source: BadSite) -> None:
    """Suspect at once and still served; withdrawn by the second complete run."""
    source.page("/offers", _list_page(*_CARDS))
    run("sync")
    source.page("/offers", _list_page("oil", "tyre"))
    first = run("sync", "--json").document["runs"][0]
    assert (first["entries"]["suspect"], first["entries"]["withdrawn"]) == (1, 0)
    assert len(run("offers", "--json").document["offers"]) == 3
    plan = run("sync", "--dry-run", "--json").document["runs"][0]["plan"]
    assert [(line["change"], line["title"]) for line in plan] == [("withdrawn", _CARDS["brake"])]
    second = run("sync", "--json").document["runs"][0]
    assert second["entries"]["withdrawn"] == 1
    assert len(run("offers", "--json").document["offers"]) == 2
