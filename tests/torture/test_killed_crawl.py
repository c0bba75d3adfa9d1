"""Killed while its crawl is under way (HAZARDS P1): the child ends with it, the next sync needs no hand and no wait."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.badsite import BadSite, hang
from tests.postgres import TestDatabase
from tests.torture.stage import ROOT

_PATIENCE = 120.0  # seconds; far more than a busy machine takes


@pytest.mark.hazard("P1")
def test_p1_kill_9_in_mid_crawl(tmp_path: Path, database: TestDatabase) -> None:
    """A page hangs, the sync is killed: its crawler is gone soon after; then the page answers and is published."""
    environment = {**os.environ, "DATABASE_URL": database.url(), "FRESHET_PROJECT": str(tmp_path),
                   "FRESHET_EMBEDDING__BACKEND": "onnx"}  # fmt: skip
    with BadSite() as site:
        _write(tmp_path, site)
        assert _freshet(environment, "db", "migrate").wait(_PATIENCE) == 0
        site.script("/a", hang)
        first = _freshet(environment, "sync")
        _until(lambda: bool(site.hits("/a")))
        crawlers = psutil.Process(first.pid).children()
        first.send_signal(signal.SIGKILL)
        first.wait()
        _until(lambda: not any(crawler.is_running() for crawler in crawlers))
        site.reset()
        site.page("/a", "<main><h1>Hours</h1><p>Open from nine to nine on every day but Friday.</p></main>")
        assert _freshet(environment, "sync").wait(_PATIENCE) == 0
    with database.connect() as conn:
        states = conn.execute("select state from kb_store.run order by run_id").fetchall()
    assert [state for (state,) in states] == ["failed", "published"]


def _write(folder: Path, site: BadSite) -> None:
    (folder / "sources").mkdir()
    (folder / "sources" / "shop.toml").write_text(
        f'kind = "urls"\nstart_urls = ["{site.url("/a")}"]\ndelay = 0.01\nallow_private = ["{site.pair}"]\n',
        encoding="utf-8",
    )


def _freshet(environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.cli", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def _until(holds: object) -> None:
    assert callable(holds)
    deadline = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)
