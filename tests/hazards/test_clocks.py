"""Clocks: every process dead, and workers whose own clock is wrong (T5, T10)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import flows.capturing
from pipelines.database import Connection
from tests.flows.conftest import Run
from tests.hazards.garage import Garage
from tests.postgres import TestDatabase

_DAY = timedelta(days=1)


@pytest.mark.hazard("T5")
def test_t5_with_every_process_dead_nothing_is_served_past_its_end(garage: Garage, database: TestDatabase) -> None:
    """All connections of workers are ended, no job ever runs again: SQL and the command line stop at the very end."""
    garage.sync()
    assert len(garage.served()) == 12
    # as if the clock had moved on to two seconds before the end of all of them
    (end,) = garage.db.execute("select clock_timestamp() + interval '2 seconds'").fetchone() or ()
    garage.db.execute(
        "update kb_store.served_entry set valid = tstzmultirange(tstzrange(null, %s)) where kind = 'offer'", (end,)
    )
    garage.db.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    with database.connect("reader", autocommit=False) as bot:
        now = datetime.min.replace(tzinfo=UTC)
        while now < end:
            served = bot.execute("select title from kb.offers()").fetchall()
            (now,) = bot.execute("select clock_timestamp()").fetchone() or ()
            assert len(served) == 12 or now >= end
        assert bot.execute("select title from kb.offers()").fetchall() == []
        assert bot.execute("select title from kb.search('brake pads', kind => '{offer}')").fetchall() == []
    assert garage.run("offers", "--json").document["offers"] == []


@pytest.mark.hazard("T10")
@pytest.mark.parametrize(
    "clock",
    [lambda asked: _DAY, lambda asked: -_DAY, lambda asked: -timedelta(hours=asked)],
    ids=["a day ahead", "a day behind", "set back during the run"],
)
def test_t10_the_clock_of_a_worker_decides_nothing(
    run: Run, folder: Path, db: Connection, monkeypatch: pytest.MonkeyPatch, clock: Callable[[int], timedelta]
) -> None:
    """What was over yesterday and what begins tomorrow stay so: the database's clock alone tells what is live."""
    now = datetime.now(UTC)
    with (folder / "promos.csv").open("w", encoding="utf-8", newline="") as feed:
        writer = csv.writer(feed)
        writer.writerow(["sku", "name", "starts", "ends"])
        for sku, starts, ends in (("over", -5, -0.5), ("live", -1, 0.5), ("next", 0.5, 3)):
            writer.writerow([sku, f"Deal {sku}", (now + starts * _DAY).isoformat(), (now + ends * _DAY).isoformat()])
    fields = '{ key = "sku", title = "name", valid_from = "starts", valid_until = "ends" }'
    settings = f'kind = "feed"\n[feed]\npath = "promos.csv"\nentry = "offer"\nfields = {fields}\n'
    (folder / "sources" / "deals.toml").write_text(settings, encoding="utf-8")
    real, asked = flows.capturing.now, [0]

    def wrong() -> datetime:
        asked[0] += 1
        return real() + clock(asked[0])

    monkeypatch.setattr(flows.capturing, "now", wrong)
    for _ in range(2):
        assert run("sync").code == 0
        assert db.execute("select title from kb.offers()").fetchall() == [("Deal live",)]
        upcoming: Any = db.execute("select title from kb.offers(upcoming => true) order by 1").fetchall()
        assert upcoming == [("Deal live",), ("Deal next",)]
        changes = [change for (change,) in db.execute("select change from kb.changes() order by change_id")]
        assert sorted(changes) == ["added", "added"]
