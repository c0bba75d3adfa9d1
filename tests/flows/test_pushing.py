"""Sources that are pushed to, at the command line: there is nothing to look at, and everything else holds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from flows.pushing import Pushes
from pipelines.settings import load_project
from tests.flows.conftest import Run
from tests.flows.test_feeds import day


@pytest.fixture
def till(folder: Path) -> Path:
    """A source to push to, with two entries; its file."""
    file = folder / "sources" / "till.toml"
    file.write_text('kind = "push"\n', encoding="utf-8")

    async def push() -> None:
        pushes = Pushes(load_project(folder))
        await pushes.put("till", "OIL-1", {"title": "Engine oil change", "price": "149 SAR", "valid_until": day(9)})
        await pushes.put("till", "hours", {"title": "Opening hours", "text": "Oil is changed from nine to five."})
        await pushes.close()

    asyncio.run(push())
    return file


def test_a_sync_leaves_it_alone(run: Run, till: Path) -> None:
    """Of all sources it is left out; named, it is said why: exit 2."""
    assert run("sync", "--json").document == {"runs": []}
    ran = run("sync", "till")
    assert (ran.code, "PUT and DELETE" in ran.err) == (2, True)
    assert len(run("offers", "--json").document["offers"]) == 1


def test_a_reindex_reads_it_anew(run: Run, till: Path) -> None:
    """What was pushed is kept: new categories apply to it without another push."""
    till.write_text('kind = "push"\n[categories]\noil = ["engine oil", "oil is changed"]\n', encoding="utf-8")
    ran = run("reindex", "till", "--json")
    assert (ran.code, ran.document["runs"][0]["state"]) == (0, "published"), ran.err
    assert [offer["category"] for offer in run("offers", "--json").document["offers"]] == [["oil"]]
    assert run("search", "when is oil changed", "--kind", "record", "--json").document["hits"]


def test_what_was_pushed_is_told_as_runs(run: Run, till: Path) -> None:
    """Each push is a run that can be undone; the source is as fresh as its last."""
    listed = run("runs", "--source", "till", "--json").document["runs"]
    assert [(one["kind"], one["state"]) for one in listed] == [("push", "published")] * 2
    source = run("status", "--json").document["sources"][0]
    assert (source["live"], source["stale"]) == (2, False)
    assert run("rollback", listed[0]["run"]).code == 0
    assert {hit["title"] for hit in run("search", "oil", "--json").document["hits"]} == {"Engine oil change"}


def test_it_can_be_removed(run: Run, till: Path) -> None:
    """As any other source."""
    assert run("remove", "till").code == 0
    assert run("offers", "--json").document["offers"] == []
