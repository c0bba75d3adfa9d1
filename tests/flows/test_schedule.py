"""`freshet schedule` as a process: it runs what is due and ends with all it started."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pipelines.database import Connection
from tests.flows.prefect_api import furnish, limit_to
from tests.receiver import SECRET, Receiver, receiver

_PATIENCE = 240.0  # seconds; far more than a busy machine takes


@pytest.fixture
def two_offers(offers_source: Path) -> Path:
    """A source of two pages, due once a year: a run of its cron would take the place of the one asked for; its file."""
    limit_to(offers_source, "/en/offers/front-brake-pads", "/en/offers/city-towing")
    text = offers_source.read_text(encoding="utf-8")
    assert '"*/15 * * * *"' in text
    offers_source.write_text(text.replace('"*/15 * * * *"', '"0 0 1 1 *"'), encoding="utf-8")
    return offers_source


@pytest.fixture
def bot(folder: Path) -> Iterator[Receiver]:
    """A webhook of the project."""
    with receiver() as started:
        (folder / "freshet.toml").write_text(
            f'[[webhook]]\nurl = "{started.address}"\nsecret = "{SECRET}"\nallow_private = ["{started.pair}"]\n'
        )
        yield started


@contextmanager
def _scheduling(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    environment.pop("PREFECT_API_URL", None)
    with log.open("wb") as output:
        command = [sys.executable, "-c", "from flows.cli import main; main()", "schedule"]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def test_what_is_due_runs_and_a_signal_ends_it_all(
    folder: Path, two_offers: Path, bot: Receiver, db: Connection
) -> None:
    """A run asked for is led by a process of its own, recorded, and told; SIGTERM ends scheduler and server, exit 0."""
    furnish(folder)
    log = folder / "schedule.log"
    with _scheduling(log) as process:
        url = _said(log, r"Prefect's pages: (\S+)", process)
        user, password = (folder / ".freshet" / "prefect" / "login").read_text().strip().split(":")
        with httpx.Client(base_url=f"{url}/api", auth=(user, password), timeout=30) as api:
            deployment = api.get("/deployments/name/sync-source/offers").raise_for_status().json()["id"]
            run = api.post(f"/deployments/{deployment}/create_flow_run", json={}).raise_for_status().json()["id"]
            state = _final_state(api, run, process)
        assert state["type"] == "COMPLETED", log.read_text()
        assert bot.wait_for(1)[0].told["type"] == "added"
        process.send_signal(signal.SIGTERM)
        assert process.wait(_PATIENCE) == 0
    assert db.execute("select state from kb_store.run").fetchall() == [("published",)]
    with httpx.Client() as client, _refused():
        client.get(f"{url}/api/health")


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except httpx.ConnectError:
        return
    raise AssertionError("the server still answers")


def _said(log: Path, pattern: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(pattern, log.read_text()):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _final_state(api: httpx.Client, run: str, process: subprocess.Popen[bytes]) -> dict[str, str]:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        state: dict[str, str] = api.get(f"/flow_runs/{run}").raise_for_status().json()["state"]
        if state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
            return state
        time.sleep(0.2)
    raise AssertionError("the run did not end")
