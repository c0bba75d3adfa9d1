"""A Prefect server of the project's own: on loopback, behind a password, its SQLite under `.freshet/prefect`.

Prefect reads its settings when it is imported, so `prefect_api` comes before any import of it. Whoever may
speak to a Prefect server may have it run code, hence the password: loopback alone is open to every user of the
machine and to every page in their browsers.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipelines.records import FreshetError

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["OwnServer", "PrefectServerError", "prefect_api"]

_log = logging.getLogger(__name__)

_PATIENCE = 120.0  # seconds; the first start makes the database: 5 s alone, ten times that on a busy machine
_LARGEST_LOG = 5_000_000  # bytes; a larger log begins anew at the next start

# What a Prefect server needs of the environment; it must not know the project's secrets.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT")

# For every process that imports Prefect: it tells nobody, and starts no server behind our back.
_QUIET = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false"}

# For a process that tells on its own what it did, and whose server ends with it.
_SILENT = {"PREFECT_LOGGING_LEVEL": "WARNING", "PREFECT_LOGGING_TO_API_ENABLED": "false"}

_SERVER = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",  # no block is used here
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    # Many late runs, each marked as such, keep SQLite locked while the scheduler folds them into one.
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",  # looks after work pools; there are none here
    "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
    "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "60",
    # A sweep a minute makes 1,440 runs a day: a week of them is kept, the base keeps its own runs for good.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(7 * 86400),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P7D",
}


class PrefectServerError(FreshetError):
    """The project's own Prefect server does not come up, or another process has it."""


@dataclass
class OwnServer:
    """A Prefect server as a child of this process; `with prefect_api(project)` makes and ends one."""

    home: Path  # .freshet/prefect
    port: int
    password: str = field(repr=False)
    light: bool = False  # without its web pages and the services that schedule
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where its web pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def login_file(self) -> Path:
        """Holds the password that its web pages ask for; readable by this user alone."""
        return self.home / "login"

    @property
    def alive(self) -> bool:
        """Whether its process runs; it may not answer yet."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process and return at once; `wait_until_healthy` follows."""
        with _log_file(self.home / "server.log") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flows.prefect_child", str(self.port)],
                stdin=subprocess.PIPE,  # never written to: its end tells the child that this process is gone
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment(os.environ),
                start_new_session=True,  # Ctrl-C in the terminal is for us, who then stop it in order
            )

    def wait_until_healthy(self, patience: float = _PATIENCE) -> None:
        """Return as soon as it answers; raises PrefectServerError, naming its log, when it ends or `patience` does."""
        deadline = time.monotonic() + patience
        while not self._answers():
            if not self.alive:
                raise PrefectServerError(f"the project's Prefect server ended at once: see {self.home / 'server.log'}")
            if time.monotonic() > deadline:
                self.stop()
                raise PrefectServerError(
                    f"the project's Prefect server did not answer on {self.url} within {patience:.0f} s: "
                    f"see {self.home / 'server.log'}"
                )
            time.sleep(0.05)

    def revive(self) -> bool:
        """Start it again if its process has ended, and wait for it; whether that was needed."""
        if self.alive:
            return False
        _log.error("the project's Prefect server has ended and is started again: see %s", self.home / "server.log")
        self._forget()
        self.start()
        self.wait_until_healthy()
        return True

    def stop(self) -> None:
        """End the process; returns when it is gone."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._forget()

    def _forget(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def client_environment(self) -> dict[str, str]:
        """What a process needs to speak to it."""
        return {
            **_QUIET,
            **(_SILENT if self.light else {}),
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": f"{self.url}/api",
            "PREFECT_API_AUTH_STRING": self.password,
        }

    def _environment(self, own: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in own.items() if name in _KEPT or name.startswith("PREFECT_SERVER_")}
        told = {
            **_QUIET,
            **_SERVER,
            "PREFECT_HOME": str(self.home),
            "PREFECT_SERVER_API_AUTH_STRING": self.password,
            "PREFECT_SERVER_UI_ENABLED": str(not self.light).lower(),
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(self.home / "pages"),  # not into the installed package
            "PREFECT_UI_API_URL": f"{self.url}/api",
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": self.url,
        }
        # Prefect's own name for a server that only takes reports: no scheduler, no web pages
        return {**kept, **told, **({"PREFECT__SERVER_EPHEMERAL": "1"} if self.light else {})}

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/health", timeout=5) as reply:  # noqa: S310  # loopback
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def prefect_api(project: Project, *, light: bool = False) -> Iterator[OwnServer | None]:
    """See to it that Prefect, imported within, has a server: PREFECT_API_URL's (None), else one of our own.

    The server is started, not waited for. Raises PrefectServerError when another process serves this project.
    """
    if os.environ.get("PREFECT_API_URL"):
        with _environment(_QUIET):
            yield None
        return
    home = project.state / "prefect"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _only_one(home):
        server = OwnServer(home, _free_port(), f"freshet:{secrets.token_urlsafe(24)}", light)
        _write_secret(server.login_file, server.password)
        server.start()
        try:
            with _environment(server.client_environment()):
                yield server
        finally:
            server.stop()


@contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the server's folder; the kernel lets go of it when this process dies, however it dies."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PrefectServerError(
                f"{home.parent.parent} has a Prefect server already: freshet schedule or freshet demo runs there. "
                "Stop that one, or set PREFECT_API_URL to a server that both use"
            ) from None
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")


def _log_file(path: Path) -> BinaryIO:
    """The log, opened to be continued; begun anew where it has grown too long."""
    grown = path.exists() and path.stat().st_size > _LARGEST_LOG
    return path.open("wb" if grown else "ab")
