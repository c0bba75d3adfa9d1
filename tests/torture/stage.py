"""A base as it was, and a world that has changed since: what a command of the torture works on."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from pipelines.postgres.checks import run_checks
from tests.postgres import Cluster, TestDatabase

__all__ = ["Ended", "Stage", "staged"]

_MOST_SECONDS = 180.0  # of one command: twice what it waits for a server or a lease; one that hangs costs no more
ROOT = Path(__file__).resolve().parents[2]


def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


_ITEMS = [
    {"sku": "OIL-1", "name": "Oil change", "price": "149", "ends": _day(30), "body": "Full synthetic oil, a filter."},
    {"sku": "TYR-4", "name": "Four tyres for three", "price": "1200", "ends": _day(40), "body": "With balancing."},
    {"sku": "BRK-2", "name": "Brake pads", "price": "299", "ends": _day(50), "body": "Ceramic, with a warranty."},
    {"sku": "WSH-1", "name": "غسيل مجاني", "price": "0", "ends": "", "body": "مع كل صيانة في جميع الفروع."},
    {"sku": "BAT-7", "name": "Battery check", "price": "20", "ends": _day(20), "body": "Free with a battery."},
]
# another price, another end, another text, one gone, one new
_CHANGED = [
    _ITEMS[0] | {"price": "129"},
    _ITEMS[1] | {"ends": _day(60)},
    _ITEMS[2] | {"body": "Ceramic, now with two years of warranty."},
    _ITEMS[3],
    {"sku": "AC-1", "name": "Air conditioning", "price": "99", "ends": _day(25), "body": "Gas refill and leak test."},
]


def _html(title: str, *paragraphs: str) -> str:
    said = "".join(f"<p>{text}</p>" for text in paragraphs)
    head = f"<head><title>{title}</title></head>"
    return f"<!doctype html><html lang='en'>{head}<body><main><h1>{title}</h1>{said}</main></body></html>\n"


_WALK_IN = "Our branches in the north and in the east of the city take customers without an appointment, every day."
_INVOICE = "Bring the invoice and the car to the branch that did the work; a claim is decided on the same day."
_PAGES = {
    "hours.html": _html("Hours", "Open from nine to nine, closed on Friday mornings.", _WALK_IN),
    "warranty.html": _html(
        "Warranty", "Brake pads are under warranty for twelve months from the day they were fitted.", _INVOICE
    ),
    "towing.html": _html("Towing", "We tow within the city at any hour of day and night.", _WALK_IN),
}
_CHANGED_PAGES = {
    "hours.html": _html("Hours", "Open from eight to ten, closed on Friday mornings.", _WALK_IN),
    "warranty.html": _PAGES["warranty.html"],
    "parts.html": _html("Parts", "Original parts for all makes are kept in the store of every branch.", _INVOICE),
}
_SOURCES = {
    "offers": 'kind = "feed"\n[feed]\npath = "promos.csv"\nentry = "offer"\n'
    'fields = { key = "sku", title = "name", price = "price", valid_until = "ends", text = "body" }\n',
    "docs": 'kind = "files"\npaths = ["docs"]\n',
}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int  # as `waitpid` gives it
    said: str
    crossed: tuple[str, ...]  # boundaries, in order; empty when it was killed
    pid: int
    hung: bool = False  # it was killed since it did not end by itself

    @property
    def code(self) -> int | None:
        """Its exit code; None when a signal ended or stopped it."""
        return os.WEXITSTATUS(self.status) if os.WIFEXITED(self.status) else None

    @property
    def stopped(self) -> bool:
        """Whether it stands still."""
        return os.WIFSTOPPED(self.status)


@dataclass
class Stage:
    """A project, the base as it was, and a worker to run commands."""

    cluster: Cluster
    folder: Path
    worker: subprocess.Popen[str]
    before: str = ""  # name of the database that each case is cloned from
    _numbers: Iterator[int] = field(default_factory=count)
    _outputs: dict[int, Path] = field(default_factory=dict)

    @contextmanager
    def base(self) -> Iterator[TestDatabase]:
        """The base as it was before the world changed, for one case."""
        with self.cluster.database(template=self.before) as made:
            yield made

    def run(
        self, database: TestDatabase, arguments: list[str], kind: str = "raise", at: int = 0, *,
        url: str = "", **more: str
    ) -> Ended:  # fmt: skip
        """Run `freshet ARGUMENTS…` on that database, failing in this way at that crossing; until it ends or stops."""
        out = self.folder / f"out-{next(self._numbers)}"
        order = {
            "arguments": arguments, "kind": kind, "at": at, "out": str(out), **more,
            "environment": {"DATABASE_URL": url or database.url(), "FRESHET_PROJECT": str(self.folder)},
        }  # fmt: skip
        assert self.worker.stdin is not None
        self.worker.stdin.write(json.dumps(order) + "\n")
        self.worker.stdin.flush()
        pid = self._answer("pid")
        self._outputs[pid] = out
        return self._ended(pid)

    def wait(self, pid: int) -> Ended:
        """How a command ended that stood still and was woken."""
        assert self.worker.stdin is not None
        self.worker.stdin.write(json.dumps({"wait": pid}) + "\n")
        self.worker.stdin.flush()
        return self._ended(pid)

    def _ended(self, pid: int) -> Ended:
        hung = threading.Event()
        limit = threading.Timer(_MOST_SECONDS, _end_hung, (pid, hung))
        limit.start()
        status, out = self._answer("status"), self._outputs[pid]
        limit.cancel()
        crossed = out.with_suffix(".crossed")
        told = crossed.read_text().splitlines() if crossed.exists() else []
        return Ended(status, out.read_text(), tuple(told), pid, hung.is_set())

    def _answer(self, name: str) -> int:
        assert self.worker.stdout is not None
        line = self.worker.stdout.readline()
        assert line, "the worker died"
        return int(json.loads(line)[name])


def _end_hung(pid: int, hung: threading.Event) -> None:
    hung.set()
    os.kill(pid, signal.SIGKILL)


@contextmanager
def staged(cluster: Cluster) -> Iterator[Stage]:
    """A stage on that server: the base is synced with the world as it was, then the world changes."""
    with tempfile.TemporaryDirectory(prefix="freshet-torture-") as directory, _worker() as worker:
        folder = Path(directory)
        stage = Stage(cluster, folder, worker)
        _write(folder, _ITEMS, _PAGES)
        with cluster.database() as before:
            first = stage.run(before, ["db", "migrate"])
            first = stage.run(before, ["sync", "--json"]) if first.code == 0 else first
            assert first.code == 0, first.said
            with before.connect() as conn:
                assert all(check.holds for check in run_checks(conn))
            _write(folder, _CHANGED, _CHANGED_PAGES)
            stage.before = before.name
            yield stage


@contextmanager
def _worker() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.torture.worker"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)


def _write(folder: Path, items: list[dict[str, str]], pages: dict[str, str]) -> None:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "sources").mkdir(exist_ok=True)
    for name, text in _SOURCES.items():
        (folder / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")
    for file in (folder / "docs").glob("*"):
        file.unlink()
    for name, text in pages.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    with (folder / "promos.csv").open("w", encoding="utf-8", newline="") as feed:
        writer = csv.DictWriter(feed, list(items[0]))
        writer.writeheader()
        writer.writerows(items)
