"""Failing at boundaries in every way: a sample of what `make torture` does at all of them (HAZARDS P1, P2, P3, B4)."""

from __future__ import annotations

import random

import pytest

from tests.torture.loop import COMMANDS, Rehearsed, fail_at, rehearse
from tests.torture.stage import Stage

_rehearsed: dict[str, Rehearsed] = {}


def _of(stage: Stage, command: str) -> Rehearsed:
    if command not in _rehearsed:
        _rehearsed[command] = rehearse(stage, COMMANDS[command])
    return _rehearsed[command]


def _crossing(rehearsed: Rehearsed, name: str, after: str = "") -> int:
    """The number of the first boundary of that name, after the first whose name holds `after`."""
    start = next((n for n, crossed in enumerate(rehearsed.crossed) if after in crossed), 0)
    return next(n for n, crossed in enumerate(rehearsed.crossed, 1) if n > start and name in crossed)


@pytest.mark.hazard("P1")
@pytest.mark.parametrize(
    ("command", "name", "after"),
    [
        ("sync", "lease taken", ""),
        ("sync", "commit", "kb_store.publish("),
        ("sync", "committed", "kb_store.publish("),
        ("switch", "update kb_store.model set active", ""),
        ("sync", "after delete from kb_store.query_piece", ""),
    ],
)
def test_p1_kill_9_leaves_the_invariants_and_the_next_run_repairs(
    stage: Stage, command: str, name: str, after: str
) -> None:
    """At the boundaries that matter most: before and after a publication's commit, in the flip, in housekeeping."""
    rehearsed = _of(stage, command)
    assert fail_at(rehearsed, "kill", _crossing(rehearsed, name, after)) == ""


@pytest.mark.hazard("P1")
@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("sync", "full"),
        ("reindex", "kill"),
        ("switch", "cut"),
        ("sweep", "kill"),
        ("deploy", "kill"),
        ("migrate", "kill"),
    ],
)
def test_p1_failing_anywhere_leaves_no_trace(stage: Stage, command: str, kind: str) -> None:
    """One boundary of each, chosen once for all; `make torture` tries them all."""
    rehearsed = _of(stage, command)
    chosen = random.Random(f"{command} {kind}").randint(1, len(rehearsed.crossed))
    assert fail_at(rehearsed, kind, chosen) == ""


@pytest.mark.hazard("P3")
@pytest.mark.parametrize("name", ["compare", "kb_store.publish("])
def test_p3_a_zombie_is_refused_and_the_newer_result_stays(stage: Stage, name: str) -> None:
    """Stopped past its lease, overtaken, woken: what it writes then is refused by the database, also in mid-write."""
    rehearsed = _of(stage, "sync")
    assert fail_at(rehearsed, "stop", _crossing(rehearsed, name)) == ""


@pytest.mark.hazard("P2")
def test_p2_sigterm_cancels_and_gives_the_lease_back(stage: Stage) -> None:
    """The run ends as cancelled, nothing is half published, and the next run waits for nobody."""
    rehearsed = _of(stage, "sync")
    at = _crossing(rehearsed, "compare")
    with stage.base() as database:
        ended = stage.run(database, ["sync", "--json"], "interrupt", at)
        assert ended.code == 130
        with database.connect() as conn:
            assert conn.execute("select state from kb_store.run order by run_id desc limit 1").fetchone() == (
                "cancelled",
            )
            assert conn.execute("select from kb_store.source where lease_run is not null").fetchall() == []
    assert fail_at(rehearsed, "interrupt", at) == ""
