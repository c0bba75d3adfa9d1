"""Bots that ask while all else goes on, each in its own way, and note between which instants they were answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.database import Connection
from tests.postgres import TestDatabase
from tests.properties.history import Answer

__all__ = ["Readers", "asking"]

_OFFERS = "select url, price::int from kb.offers(max_results => 10000)"
_SEARCH = "select url, price::int from kb.search('autocare', max_results => 100)"
_ENTRY = "select e.url, e.price::int from generate_series(1, 12) n cross join lateral kb.entry(n) e"

Ask = Callable[[], frozenset[tuple[str, int | None]]]


@dataclass
class Readers:
    """What all of them were told, and what failed."""

    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def read(self, name: str, clock: Connection, ask: Ask) -> None:
        """Ask until it is over, leaving who writes his share of the machine."""
        while not self.stop.wait(0.005):
            try:
                asked = _instant(clock)
                shown = ask()
                self.answers.append(Answer(name, asked, _instant(clock), shown))
            except Exception as error:  # no reader may ever fail
                self.failures.append(f"{name}: {error}")


@contextmanager
def asking(database: TestDatabase, project: Path) -> Iterator[Readers]:
    """Eight readers: sessions of several zones, an old open transaction, prepared statements, the command line."""
    readers, opened = Readers(), list[Connection]()

    def session(question: str, *, zone: str = "UTC", autocommit: bool = True, prepare: bool = False) -> Ask:
        conn = database.connect("reader", autocommit=autocommit)
        opened.append(conn)
        conn.execute("select set_config('timezone', %s, false)", (zone,))
        return lambda: frozenset(conn.execute(question.encode(), prepare=prepare).fetchall())

    ways: dict[str, Ask] = {
        "offers in Riyadh": session(_OFFERS, zone="Asia/Riyadh"),
        "offers in New York": session(_OFFERS, zone="America/New_York"),
        "offers in an old transaction": session(_OFFERS, autocommit=False),
        "offers, prepared": session(_OFFERS, prepare=True),
        "search": session(_SEARCH),
        "search in an old transaction": session(_SEARCH, autocommit=False, prepare=True),
        "freshet offers": _command(database, project, "offers", "offers"),
        "freshet search": _command(database, project, "hits", "search", "autocare", "--max", "100"),
    }
    clocks = [database.connect("reader") for _ in ways]
    opened += clocks
    threads = [
        threading.Thread(target=readers.read, args=(name, clock, ask))
        for (name, ask), clock in zip(ways.items(), clocks, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield readers
    finally:
        readers.stop.set()
        for thread in threads:
            thread.join()
        for conn in opened:
            conn.close()


def _command(database: TestDatabase, project: Path, rows: str, *arguments: str) -> Ask:
    environment = {**os.environ, "DATABASE_URL": database.url("reader"), "FRESHET_PROJECT": str(project)}
    command = [sys.executable, "-c", "from flows.cli import main; main()", *arguments, "--json"]

    def ask() -> frozenset[tuple[str, int | None]]:
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise RuntimeError(f"exit {ran.returncode}: {ran.stderr}")
        found = json.loads(ran.stdout)[rows]
        return frozenset((row["url"], None if row["price"] is None else int(float(row["price"]))) for row in found)

    return ask


def _instant(conn: Connection) -> datetime:
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    instant: datetime = row[0]
    return instant
