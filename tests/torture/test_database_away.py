"""PostgreSQL goes away, comes back, loses its answer (HAZARDS B1, B2, K5): all or nothing, and told in a sentence."""

from __future__ import annotations

import json
import os
import signal

import pytest

from pipelines.postgres.checks import run_checks
from tests.postgres import running_cluster
from tests.torture.dump import canonical, difference
from tests.torture.loop import COMMANDS, Rehearsed, fail_at, rehearse
from tests.torture.proxy import wired
from tests.torture.stage import Stage, staged

_SYNC = ["sync", "--json"]


@pytest.fixture(scope="module")
def unharmed(stage: Stage) -> Rehearsed:
    """What a sync leads to when nothing happens."""
    return rehearse(stage, COMMANDS["sync"])


@pytest.mark.hazard("B2")
def test_b2_a_commit_whose_answer_is_lost_publishes_once(stage: Stage, unharmed: Rehearsed) -> None:
    """The run's own record, written by the same transaction, tells that it is done: exit 0, one publication."""
    with stage.base() as database, wired(database) as wire:
        wire.lose_answer_after = b"kb_store.publish("
        ended = stage.run(database, _SYNC, url=wire.url(database))
        assert (wire.cuts, ended.code) == (1, 0), ended.said
        assert [run["state"] for run in json.loads(ended.said)["runs"]] == ["published", "published"]
        with database.connect() as conn:
            assert not difference(canonical(conn), unharmed.wanted)
            assert conn.execute("select count(*) from kb_store.run").fetchone() == (4,)


@pytest.mark.hazard("B2")
@pytest.mark.parametrize(
    "statement", [b"kb_store.publish(", b"kb_store.compare_plan", b"insert into kb_store.embedding"]
)
def test_b2_a_server_that_is_away_for_a_while_is_waited_for(
    stage: Stage, unharmed: Rehearsed, statement: bytes
) -> None:
    """Cut in the middle of a stage, then turned away three times: the same run goes on and publishes."""
    with stage.base() as database, wired(database) as wire:
        wire.cut_at = statement
        wire.turn_away_after_cut = 3
        ended = stage.run(database, _SYNC, url=wire.url(database))
        assert (wire.cuts, ended.code) == (1, 0), ended.said
        with database.connect() as conn:
            assert not difference(canonical(conn), unharmed.wanted)
            assert conn.execute("select count(*) from kb_store.run").fetchone() == (4,)


@pytest.mark.hazard("B2")
def test_b2_a_server_that_is_away_at_the_start_is_said(stage: Stage) -> None:
    """Exit 1, one sentence with the place and the way out, no traceback, no password."""
    with stage.base() as database, wired(database) as wire:
        url, port = wire.url(database), wire.port
        wire.turned_away = 10**6
        ended = stage.run(database, _SYNC, url=url)
    assert ended.code == 1
    assert f"127.0.0.1:{port} cannot be reached" in ended.said
    assert "Traceback" not in ended.said
    assert url.split(":")[2].split("@")[0] not in ended.said


@pytest.mark.hazard("B2")
def test_b2_a_server_that_stays_away_fails_the_run_and_the_next_repairs(stage: Stage, unharmed: Rehearsed) -> None:
    """Patience is bounded; what was served is served still, and no manual step is needed after."""
    with stage.base() as database, wired(database) as wire:
        with database.connect() as conn:
            before = conn.execute("select title from kb.offers() order by 1").fetchall()
        wire.cut_at = b"kb_store.compare_plan"
        wire.turn_away_after_cut = 10**6
        ended = stage.run(database, _SYNC, url=wire.url(database), patience="0.5")
        assert ended.code == 1
        assert "was not back within" in ended.said
        assert "Traceback" not in ended.said
        with database.connect() as conn:
            assert [check.name for check in run_checks(conn) if not check.holds] == []
            assert conn.execute("select title from kb.offers() order by 1").fetchall() == before
        assert stage.run(database, _SYNC).code == 0
        with database.connect() as conn:
            assert not difference(canonical(conn), unharmed.wanted)


@pytest.mark.hazard("B1")
@pytest.mark.parametrize("part", range(2))
def test_b1_a_connection_cut_before_any_statement_costs_nothing(unharmed: Rehearsed, part: int) -> None:
    """The old set or the new, and with the same run or the next the new; a sample over all boundaries."""
    boundaries = len(unharmed.crossed)
    assert fail_at(unharmed, "cut", 1 + (2 * part + 1) * boundaries // 4) == ""


@pytest.mark.hazard("K5")
def test_k5_a_deadlock_is_tried_again(stage: Stage, unharmed: Rehearsed) -> None:
    """Who is chosen as the victim while publishing begins that transaction anew: the same run publishes."""
    at = next(n for n, name in enumerate(unharmed.crossed, 1) if "kb_store.publish(" in name)
    with stage.base() as database:
        ended = stage.run(database, _SYNC, "deadlock", at)
        assert ended.code == 0, ended.said
        with database.connect() as conn:
            assert not difference(canonical(conn), unharmed.wanted)


def test_b2_a_server_that_is_stopped_in_mid_run_and_started_again_is_waited_for() -> None:
    """Stopped for real while the run stands in the middle of its work: it finds the server again and publishes once."""
    with running_cluster() as cluster:
        cluster.make_template()
        with staged(cluster) as stage, stage.base() as database:
            wanted = rehearse(stage, COMMANDS["sync"])
            at = next(n for n, name in enumerate(wanted.crossed, 1) if "kb_store.compare_plan" in name)
            ended = stage.run(database, _SYNC, "stop", at)
            assert ended.stopped
            cluster.restart()
            os.kill(ended.pid, signal.SIGCONT)
            ended = stage.wait(ended.pid)
            assert ended.code == 0, ended.said
            with database.connect() as conn:
                assert not difference(canonical(conn), wanted.wanted)
                assert conn.execute("select count(*) from kb_store.run").fetchone() == (4,)
