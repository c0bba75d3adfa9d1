"""`freshet serve` as a process of its own on a free loopback port, to be asked and to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import httpx

from flows.readiness import migrate_project
from pipelines.settings import Project, load_project

__all__ = ["Serving", "command", "served"]


@dataclass(frozen=True)
class Serving:
    """The process, and where it answers."""

    process: subprocess.Popen[bytes]
    address: str

    def kill(self) -> None:
        """As when the machine ends it: nothing of it is asked first."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def command(*arguments: str) -> list[str]:
    """What starts `freshet ARGUMENTS…`."""
    return [sys.executable, "-c", "from flows.cli import main; main()", *arguments]


@contextmanager
def served(folder: Path, url: str) -> Iterator[Serving]:
    """The project of the folder, its database at `url` for the owner; ready to answer, killed at the end."""
    project = _migrated(folder, url)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": url}
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            command("--project", str(project.directory), "serve", "--port", str(port)), env=environment, stderr=log
        )
    serving = Serving(process, f"http://127.0.0.1:{port}")
    try:
        while not _is_ready(serving.address):
            assert process.poll() is None, (folder / "serve.log").read_text()
            sleep(0.05)
        yield serving
    finally:
        serving.kill()


def _migrated(folder: Path, url: str) -> Project:
    """Checked before it is served: whoever changed the schema meanwhile would keep the process from starting."""
    project = load_project(folder, environment={"DATABASE_URL": url})
    migrate_project(project)
    return project


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=30, trust_env=False).is_success
    except httpx.TransportError:
        return False
