"""The flows: what they end in, what Prefect gets to know, and which deployments there are."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State

import flows.sync
from flows import deployments
from flows.prefect_server import OwnServer
from flows.reports import Report
from flows.schedule import cancel_backlog
from pipelines.database import Connection, connect
from pipelines.settings import Project, load_project
from pipelines.store import runs
from tests.flows.prefect_api import limit_to, running_prefect

_SECRET = "canary-7f3a"


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """One Prefect server for the tests of this module."""
    with running_prefect(tmp_path_factory.mktemp("prefect") / "project") as server:
        yield server


@pytest.fixture
def two_offers(offers_source: Path) -> Path:
    """A source of two pages; its file."""
    limit_to(offers_source, "/en/offers/front-brake-pads", "/en/offers/city-towing")
    return offers_source


def _everything_kept_by(server: OwnServer) -> bytes:
    """All that the server has written: its database with what is not yet merged into it, and its log."""
    return b"".join(path.read_bytes() for path in server.home.glob("*") if path.is_file() and path.name != "login")


def _run_of(state: State[Any]) -> FlowRun:
    number = state.state_details.flow_run_id
    assert number is not None
    with get_client(sync_client=True) as client:
        return client.read_flow_run(number)


def test_sync_source_completes_with_the_run_in_its_message(prefect: OwnServer, folder: Path, two_offers: Path) -> None:
    """A flow does what the command does: the source is published, and the state says which run did it."""
    state: State[Any] = deployments.sync_source(str(folder), "offers", return_state=True)
    assert state.is_completed()
    assert state.name == "Completed"
    [report] = state.result()
    assert report.state == "published"
    assert report.entries["added"] >= 2
    assert state.message is not None
    assert f"offers: run {report.run} published" in state.message


def test_parameters_name_a_folder_and_a_source_and_nothing_else(
    prefect: OwnServer, folder: Path, two_offers: Path
) -> None:
    """What Prefect keeps of a run are names: no setting, no address, no page."""
    state = deployments.sync_source(str(folder), "offers", return_state=True)
    assert _run_of(state).parameters == {"project": str(folder), "source": "offers", "full": False}
    assert b"Front brake pads" not in _everything_kept_by(prefect)


@pytest.mark.hazard("S7")
def test_no_secret_gets_into_prefect(
    prefect: OwnServer, folder: Path, two_offers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a header's secret nor the database's password is in Prefect's database or log, even when all fails."""
    text = two_offers.read_text(encoding="utf-8") + '\n[headers]\nAuthorization = "env:CANARY"\n'
    two_offers.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CANARY", _SECRET)
    assert deployments.sync_source(str(folder), "offers", return_state=True).is_completed()
    monkeypatch.setenv("DATABASE_URL", f"postgresql://freshet:{_SECRET}@127.0.0.1:9/nowhere")
    state = deployments.sync_all(str(folder), return_state=True)
    assert state.is_failed()
    assert "cannot be reached" in (state.message or "")
    assert _SECRET.encode() not in _everything_kept_by(prefect)


def test_a_source_that_cannot_be_read_fails_its_flow_with_the_reason(
    prefect: OwnServer, folder: Path, two_offers: Path
) -> None:
    """Failed is failed in Prefect too, and its message is the one a person gets from the command line."""
    text = two_offers.read_text(encoding="utf-8")
    two_offers.write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", text), encoding="utf-8")
    state = deployments.sync_all(str(folder), return_state=True)
    assert state.is_failed()
    assert "offers: run" in (state.message or "")
    assert "failed" in (state.message or "")


def test_what_is_due_for_the_answers_is_done_once_after_the_last_source(
    prefect: OwnServer, folder: Path, two_offers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fitting to a base pays when it is whole; a source that is pushed to has nothing to sync."""
    text = two_offers.read_text(encoding="utf-8")
    two_offers.with_name("again.toml").write_text(text.replace('name = "offers"', 'name = "again"'), encoding="utf-8")
    two_offers.with_name("till.toml").write_text('kind = "push"\n', encoding="utf-8")
    tended: list[int] = []

    def count(project: Project) -> None:
        with connect(project, role="owner") as conn:
            tended.extend(number for (number,) in conn.execute("select count(*) from kb_store.run"))

    monkeypatch.setattr(deployments, "after_publication", count)
    state: State[Any] = deployments.sync_all(str(folder), return_state=True)
    assert [report.source for report in state.result()] == ["again", "offers"]
    assert tended == [2]


@pytest.mark.hazard("N1")
def test_by_the_clock_a_source_that_did_not_answer_is_left_alone(
    prefect: OwnServer, folder: Path, offers_source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a look in vain the schedule's next is let go, and says until when; a person's goes ahead."""
    told = offers_source.read_text()
    offers_source.write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", told))
    states = [deployments.sync_source(str(folder), "offers", return_state=True) for _ in range(2)]
    assert not any(state.is_cancelled() for state in states)
    monkeypatch.setattr(deployments, "_is_by_the_clock", lambda: True)
    state = deployments.sync_source(str(folder), "offers", return_state=True)
    assert state.is_cancelled()
    assert "2 looks in a row" in (state.message or "")


def test_a_source_under_way_cancels_the_second_run(
    prefect: OwnServer, folder: Path, two_offers: Path, db: Connection
) -> None:
    """The database's lease decides, whoever holds it; the flow says which run that is."""
    runs.register_source(db, load_project(folder).source("offers"))
    number = runs.begin_run(db, "offers")
    state = deployments.sync_source(str(folder), "offers", return_state=True)
    assert state.is_cancelled()
    assert f"run {number}" in (state.message or "")


def test_an_unexpected_error_keeps_its_text_out_of_prefect(
    prefect: OwnServer, folder: Path, two_offers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a mistake of ours says may hold anything; it goes to the log of the process alone."""

    def mistaken(*arguments: object) -> Report:
        raise ValueError(f"postgresql://freshet:other-{_SECRET}@db")

    monkeypatch.setattr(flows.sync, "sync_source", mistaken)
    state = deployments.sync_source(str(folder), "offers", return_state=True)
    assert state.is_failed()
    assert state.message == "ValueError: its traceback is in the log of the process that ran the flow"
    assert f"other-{_SECRET}".encode() not in _everything_kept_by(prefect)


@pytest.mark.parametrize(
    ("ended", "kind", "name"),
    [
        (["published"], "COMPLETED", "Completed"),
        (["published", "partial"], "COMPLETED", "Partial"),
        (["partial", "held"], "COMPLETED", "Held"),
        (["held", "failed"], "FAILED", "Failed"),
    ],
)
def test_the_state_of_a_flow_follows_the_worst_report(
    prefect: OwnServer, folder: Path, two_offers: Path, monkeypatch: pytest.MonkeyPatch,
    ended: list[str], kind: str, name: str,
) -> None:  # fmt: skip
    """Held and partial are done, but named, so that a person can look for them; failed is failed."""
    reports = [Report(number, "offers", state) for number, state in enumerate(ended, 1)]
    second = two_offers.read_text(encoding="utf-8").replace('name = "offers"', 'name = "more"')
    (folder / "sources" / "more.toml").write_text(second, encoding="utf-8")
    monkeypatch.setattr(flows.sync, "sync_all", lambda *arguments: reports)
    state = deployments.reindex(str(folder), return_state=True)
    assert (state.type.value, state.name) == (kind, name)
    assert all(f"run {report.run} {report.state}" in (state.message or "") for report in reports)


def test_the_sweep_is_a_flow(prefect: OwnServer, folder: Path) -> None:
    """Housekeeping by the clock: what the flow did is in its message."""
    state = deployments.expire(str(folder), return_state=True)
    assert state.is_completed()
    assert state.message == "0 entries had ended"


def test_one_deployment_a_source_by_its_cron_and_zone(folder: Path, two_offers: Path) -> None:
    """Every source has its deployment, one run at a time; what is pushed has nothing to look at."""
    (folder / "sources" / "pushed.toml").write_text('kind = "push"\n', encoding="utf-8")
    made = {f"{one.flow_name}/{one.name}": one for one in deployments.deployments(load_project(folder))}
    assert set(made) == {"sync-source/offers", "expire/every-minute", "sync-all/by-hand", "reindex/by-hand"}
    of_source = made["sync-source/offers"]
    assert of_source.parameters == {"project": str(folder), "source": "offers"}
    assert of_source.entrypoint == "flows.deployments.sync_source"
    [schedule] = of_source.schedules or []
    assert (schedule.schedule.cron, schedule.schedule.timezone) == ("*/15 * * * *", "Asia/Riyadh")  # type: ignore[union-attr]
    for one in made.values():
        assert one.concurrency_limit == 1
        assert one.concurrency_options is not None
        assert one.concurrency_options.collision_strategy.value == "CANCEL_NEW"


@pytest.mark.hazard("P4")
def test_a_backlog_becomes_one_run(prefect: OwnServer, folder: Path, two_offers: Path) -> None:
    """Of 50 late runs of a source the newest remains; a run that a person asked for is left alone."""
    remaining = asyncio.run(_fold_up_a_backlog(folder))
    newest, by_hand = remaining
    assert newest.auto_scheduled
    assert not by_hand.auto_scheduled
    due, asked = newest.next_scheduled_start_time, datetime.now(UTC)
    assert due is not None
    assert timedelta() < asked - due < timedelta(minutes=16)


async def _fold_up_a_backlog(folder: Path) -> list[FlowRun]:
    made = await asyncio.to_thread(deployments.deployments, load_project(folder))
    async with get_client() as client:
        number = UUID(str(await made[0].aapply()))
        await client.create_flow_run_from_deployment(number)
        await _make_late(client, number, runs=50)
        assert await cancel_backlog(client, [number]) == 49
        assert await cancel_backlog(client, [number]) == 0
        left = await client.get_scheduled_flow_runs_for_deployments([number], scheduled_before=datetime.now(UTC))
    return sorted(left, key=lambda run: not run.auto_scheduled)


async def _make_late(client: PrefectClient, deployment: UUID, *, runs: int) -> None:
    """Have the clock's runs made for a time that is over, as a scheduler that stood still leaves them."""
    now = datetime.now(UTC)
    start = now - timedelta(minutes=15 * runs)
    span = {"start_time": start.isoformat(), "end_time": now.isoformat(), "min_runs": runs, "max_runs": runs}
    reply = await client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment}, json=span)
    reply.raise_for_status()


@pytest.mark.hazard("P4")
def test_prefect_is_not_imported_where_it_is_not_needed() -> None:
    """`freshet sync` works on a machine where Prefect is broken: nothing on its way imports it."""
    code = "import sys, flows.cli, flows.sync, flows.schedule, flows.demo, spiders; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=dict(os.environ), check=False).returncode == 0
