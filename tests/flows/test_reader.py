"""A source's own reader, `sources/<name>.py`, stands in for selectors and is run as the project's own code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.conftest import Run

_READER = """
from pipelines.records import OPEN, Block, Draft
from pipelines.soup import visible_soup


def read(page):
    soup = visible_soup(page)
    for card in soup.select(".offer-card"):
        title = card.select_one(".offer-title").get_text(" ", strip=True)
        key = f"{page.url}#{title}"
        yield Draft(key, "offer", page.url, title, (Block("paragraph", card.get_text(" ", strip=True)),), "en", OPEN)
"""


def test_a_reader_of_the_source_s_own_gives_its_offers(run: Run, few_offers: Path) -> None:
    """What it yields is what is served; hidden text is not in what it is given."""
    few_offers.with_suffix(".py").write_text(_READER, encoding="utf-8")
    assert run("sync").code == 0
    offers = run("offers", "--json").document["offers"]
    assert len(offers) > 20
    assert {offer["validity"] for offer in offers} == {"open"}
    assert not any("99 %" in offer["title"] for offer in offers)


@pytest.mark.parametrize("code", ["def other(page): ...", "syntax error", "raise ValueError('own mistake')"])
def test_a_broken_reader_is_named_and_nothing_is_removed(run: Run, few_offers: Path, code: str) -> None:
    """The file and the mistake; the run fails before it reads anything."""
    few_offers.with_suffix(".py").write_text(code, encoding="utf-8")
    ran = run("sync", "--json")
    assert ran.code == 1
    assert "offers.py" in ran.document["runs"][0]["problems"][0]["message"]
