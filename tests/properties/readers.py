"""Bots that ask while all else goes on, each in its own way, and note between which instants they were answered."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from pipelines.database import Connection
from tests.postgres import TestDatabase
from tests.properties.history import Answer
from tests.serving import command, served

__all__ = ["Readers", "asking"]

_OFFERS = "select url, price::int from kb.offers(max_results => 10000)"
_SEARCH = "select url, price::int from kb.search('autocare', max_results => 100)"
_FOUND = "/v1/search?query=autocare&max_results=100"

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
    """Ten readers: sessions of several zones, an old open transaction, prepared statements, HTTP, the command line."""
    with ExitStack() as opened:
        yield from _asking(database, project, opened)


def _asking(database: TestDatabase, project: Path, opened: ExitStack) -> Iterator[Readers]:
    readers = Readers()
    doors = opened.enter_context(served(project, database.url()))
    http = opened.enter_context(httpx.Client(base_url=doors.address, timeout=30, trust_env=False))

    def session(question: str, *, zone: str = "UTC", autocommit: bool = True, prepare: bool = False) -> Ask:
        conn = opened.enter_context(closing(database.connect("reader", autocommit=autocommit)))
        conn.execute("select set_config('timezone', %s, false)", (zone,))
        return lambda: frozenset(conn.execute(question.encode(), prepare=prepare).fetchall())

    ways: dict[str, Ask] = {
        "offers in Riyadh": session(_OFFERS, zone="Asia/Riyadh"),
        "offers in New York": session(_OFFERS, zone="America/New_York"),
        "offers in an old transaction": session(_OFFERS, autocommit=False),
        "offers, prepared": session(_OFFERS, prepare=True),
        "search": session(_SEARCH),
        "search in an old transaction": session(_SEARCH, autocommit=False, prepare=True),
        "/v1/offers": lambda: _shown(http.get("/v1/offers?max_results=10000").raise_for_status().json()["offers"]),
        "/v1/search": lambda: _shown(http.get(_FOUND).raise_for_status().json()["hits"]),
        "freshet offers": _command(database, project, "offers", "offers"),
        "freshet search": _command(database, project, "hits", "search", "autocare", "--max", "100"),
    }
    clocks = [opened.enter_context(closing(database.connect("reader"))) for _ in ways]
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


def _command(database: TestDatabase, project: Path, rows: str, *arguments: str) -> Ask:
    environment = {**os.environ, "DATABASE_URL": database.url("reader"), "FRESHET_PROJECT": str(project)}

    def ask() -> frozenset[tuple[str, int | None]]:
        ran = subprocess.run(
            command(*arguments, "--json"), env=environment, capture_output=True, text=True, check=False
        )
        if ran.returncode:
            raise RuntimeError(f"exit {ran.returncode}: {ran.stderr}")
        return _shown(json.loads(ran.stdout)[rows])

    return ask


def _shown(rows: list[dict[str, Any]]) -> frozenset[tuple[str, int | None]]:
    return frozenset((row["url"], None if row["price"] is None else int(float(row["price"]))) for row in rows)


def _instant(conn: Connection) -> datetime:
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    instant: datetime = row[0]
    return instant
