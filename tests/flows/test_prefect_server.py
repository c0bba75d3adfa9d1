"""The project's own Prefect server: its door, its death, its end."""

from __future__ import annotations

import os
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from flows.prefect_server import PrefectServerError, prefect_api
from pipelines.settings import load_project
from tests.flows.prefect_api import running_prefect


@pytest.mark.hazard("P4")
def test_the_server_has_a_door_comes_back_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody without the password gets in; a killed server is revived on the same address; at the end it is gone."""
    monkeypatch.setenv("CANARY", "value")
    with running_prefect(tmp_path / "project") as server:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{server.url}/api/admin/version", timeout=10)
        assert server.login_file.stat().st_mode & 0o077 == 0
        assert not server.revive(), "it lives"
        monkeypatch.delenv("PREFECT_API_URL")
        project = load_project(tmp_path / "project")
        with pytest.raises(PrefectServerError, match="has a Prefect server already"), prefect_api(project):
            pass
        pid = _pid_of(server.home)
        assert b"CANARY" not in Path(f"/proc/{pid}/environ").read_bytes()
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert server.revive()
        assert server.alive
        pid = _pid_of(server.home)
    assert not Path(f"/proc/{pid}").exists()
    assert "PREFECT_API_AUTH_STRING" not in os.environ


def test_an_address_in_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PREFECT_API_URL names a server none is started, and Prefect still tells nobody about us."""
    (tmp_path / "sources").mkdir()
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    with prefect_api(load_project(tmp_path)) as server:
        assert server is None
        assert os.environ["DO_NOT_TRACK"] == "1"
    assert not (tmp_path / ".freshet" / "prefect").exists()


def _pid_of(home: Path) -> int:
    """The server that keeps its notes in that folder."""
    needle = f"PREFECT_HOME={home}\0".encode()
    return next(
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if _reads(process / "environ").find(needle) >= 0 and b"flows.prefect_child" in _reads(process / "cmdline")
    )


def _reads(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
