"""Two writers of one source (HAZARDS K1): one works, the other says which run does; the dead hold nothing."""

from __future__ import annotations

import os
import signal

import pytest

from tests.torture.stage import Stage

_SYNC = ["sync", "offers", "--json"]


def _compare(stage: Stage) -> int:
    """The crossing at which a sync of offers begins to compare: no transaction is open there."""
    with stage.base() as database:
        return stage.run(database, _SYNC).crossed.index("compare") + 1


@pytest.mark.hazard("K1")
def test_k1_a_second_sync_says_which_run_is_at_work_and_leaves_it_alone(stage: Stage) -> None:
    """While the first stands still within its lease: exit 1, naming the run; the first then ends as if alone."""
    at = _compare(stage)
    with stage.base() as database:
        first = stage.run(database, _SYNC, "stop", at)
        assert first.stopped
        try:
            with database.connect() as conn:
                row = conn.execute("select max(run_id) from kb_store.run").fetchone()
            second = stage.run(database, _SYNC)
        finally:
            os.kill(first.pid, signal.SIGCONT)
        woken = stage.wait(first.pid)
        assert row is not None
        assert second.code == 1
        assert f"run {row[0]} is at work on it" in second.said
        assert woken.code == 0, woken.said
        with database.connect() as conn:
            assert conn.execute("select state from kb_store.run where run_id >= %s", row).fetchall() == [("published",)]


@pytest.mark.hazard("K1")
def test_k1_the_lease_of_a_dead_process_is_not_waited_for(stage: Stage) -> None:
    """Killed a moment ago, on this machine: the next sync takes over at once and says what became of the first."""
    at = _compare(stage)
    with stage.base() as database:
        assert stage.run(database, _SYNC, "kill", at).code is None
        assert stage.run(database, _SYNC).code == 0
        with database.connect() as conn:
            rows = conn.execute("select state, verdict from kb_store.run order by run_id desc limit 2").fetchall()
        assert [state for state, _ in rows] == ["published", "failed"]
        assert "died" in rows[1][1][-1]
