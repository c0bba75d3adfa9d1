"""A person's word by the command line: the plan beforehand, what waits, and what is said of it afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import Run

_NAMES = ("oil", "tyre", "brake", "battery", "wash")


@pytest.fixture
def feed(folder: Path) -> Path:
    """Five offers in a feed of the project."""
    file = folder / "offers.json"
    _write(file, dict.fromkeys(_NAMES, 100))
    (folder / "sources" / "shop.toml").write_text(
        'kind = "feed"\n[feed]\npath = "offers.json"\nentry = "offer"\n'
        'fields = { key = "id", title = "name", price = "price", url = "link", text = "text" }\n',
        encoding="utf-8",
    )
    return file


def _write(file: Path, prices: dict[str, int]) -> None:
    items = [
        {"id": name, "name": f"{name} service", "price": price, "link": f"https://shop.test/{name}",
         "text": f"The {name} service of the season"}
        for name, price in prices.items()
    ]  # fmt: skip
    file.write_text(json.dumps(items), encoding="utf-8")


def _titles(run: Run) -> set[str]:
    return {offer["title"] for offer in run("offers", "--json").document["offers"]}


def _synced(run: Run, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = run("sync", *options, "--json").document["runs"][0]
    return found


def test_a_dry_run_tells_each_field_as_it_is_and_as_it_would_be(run: Run, feed: Path) -> None:
    """Prices side by side, new entries, what goes and why; texts to embed and how long that takes."""
    assert _synced(run)["state"] == "published"
    _write(feed, {"oil": 80, "tyre": 100, "brake": 100, "battery": 100, "polish": 50})
    plan = _synced(run, "--dry-run")
    lines = {line["title"]: line for line in plan["plan"]}
    assert lines["oil service"]["change"] == "changed"
    assert lines["oil service"]["differs"]["price"] == [100, 80]
    assert lines["polish service"]["change"] == "added"
    assert (lines["wash service"]["change"], lines["wash service"]["reason"]) == ("withdrawn", "gone")
    assert plan["entries"] == {"changed": 1, "added": 1, "withdrawn": 1}
    assert plan["chunks"]["to_embed"] == 1
    assert plan["chunks"]["embed_seconds"] is not None
    said = run("sync", "--dry-run").out
    assert "price: 100 → 80" in said
    assert "to embed 1 texts, about" in said
    assert _titles(run) == {f"{name} service" for name in _NAMES}


def test_what_is_held_is_listed_approved_and_undone(run: Run, feed: Path) -> None:
    """Exit 3, status and the run say what waits and why; approve publishes it; rollback brings it back and pauses."""
    run("sync")
    _write(feed, {"oil": 100, "polish": 50})
    held = run("sync", "--json")
    assert held.code == 3
    report = held.document["runs"][0]
    assert (report["state"], report["entries"]["held"], report["entries"]["added"]) == ("held", 4, 1)
    assert len(_titles(run)) == 6
    shown = run("runs", "show", report["run"])
    assert "4 of 5 entries (80 %) would go: more than half" in shown.out
    assert f"freshet approve {report['run']}" in shown.out
    assert "tyre service" in shown.out
    assert "HELD: 4 removals wait" in run("status").out

    approval = run("approve", report["run"], "--json").document
    assert (len(approval["removed"]), approval["stayed"]) == (4, [])
    assert _titles(run) == {"oil service", "polish service"}
    assert run("status", "--json").document["sources"][0]["held"] == 0
    assert run("approve", report["run"]).code == 1

    undone = run("rollback", report["run"], "--json").document
    assert (undone["embedded"], undone["paused"]) == (0, True)
    assert _titles(run) == {f"{name} service" for name in _NAMES}
    assert "PAUSED" in run("status").out
    refused = run("sync")
    assert refused.code == 1
    assert "freshet resume shop" in refused.out
    assert _synced(run, "--dry-run")["state"] == "planned"
    assert run("resume", "shop").code == 0
    _write(feed, dict.fromkeys(_NAMES, 100))
    assert _synced(run)["chunks"]["embedded"] == 0
    assert run("db", "check").code == 0
    kinds = [one["kind"] for one in run("runs", "--json").document["runs"]]
    assert {"approve", "rollback"} <= set(kinds)
    assert "rollback" in run("runs").out


@pytest.mark.usefixtures("feed")
def test_withdrawn_restored_removed(run: Run) -> None:
    """By URL or number, until a day; wrong words are told."""
    run("sync")
    assert run("withdraw", "https://shop.test/oil", "--until", "2999-01-01", "--json").document["withdrawn"]
    assert "oil service" not in _titles(run)
    run("sync", "--full")
    assert "oil service" not in _titles(run)
    assert "withdrawn by a person: 1" in run("status").out
    assert "a person withdrew it" in run("explain", "https://shop.test/oil").out
    assert run("restore", "https://shop.test/oil").code == 0
    assert "oil service" in _titles(run)
    told = run("history", "https://shop.test/oil", "--json").document["entries"][0]["decisions"]
    assert [bool(one["decided_by"] and one["revoked_by"]) for one in told] == [True]
    assert "taken back" in run("history", "https://shop.test/oil").out
    assert run("withdraw", "https://shop.test/oil", "--until", "soon").code == 2
    assert run("withdraw", "https://shop.test/oil", "--until", "2001-01-01").code == 2
    assert run("withdraw", "999").code == 1
    assert run("remove", "nobody").code == 1
    removed = run("remove", "shop", "--json").document
    assert len(removed["entries"]) == 5
    assert _titles(run) == set()
    assert run("sync").code == 1
    assert run("rollback", removed["run"]).code == 0
    assert len(_titles(run)) == 5
