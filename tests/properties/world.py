"""A world that changes under readers' eyes: publications, expiries, decisions, switches, and kills of who writes."""

from __future__ import annotations

import copy
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.database import Connection
from pipelines.records import Outcome
from tests.postgres import TestDatabase
from tests.properties.base import TTL, TTL_PAGES
from tests.properties.history import History, State
from tests.properties.truth import Answer, Ranges, Said, Truth

__all__ = ["World", "world"]

_ROOT = Path(__file__).resolve().parents[2]
_NAMES = ("brakes", "battery", "polish", "wipers", "oil", "tyres", "coolant", "lamps")


@dataclass
class World:
    """What is written, by a process that may be killed, and what is true by that."""

    conn: Connection
    process: subprocess.Popen[str]
    chance: random.Random
    truth: Truth = field(default_factory=lambda: Truth(TTL, TTL_PAGES))
    history: History = field(default_factory=History)
    publications: int = 0
    killed: int = 0
    down: set[str] = field(default_factory=set)
    said: dict[str, Said] = field(default_factory=dict)
    writer: dict[str, int] = field(default_factory=dict)  # its process and its backend

    def begin(self) -> None:
        """The first publication, before anybody asks."""
        self.writer = self._answer()
        self._sync(_NAMES)

    def go_on(self) -> None:
        """One thing more happens."""
        word = self.chance.choices(
            ("sync", "killed sync", "rollback", "withdraw", "restore", "switch", "expire"), (70, 6, 6, 5, 5, 4, 4)
        )[0]
        match word:
            case "sync" | "killed sync":
                self._sync(self.chance.sample(_NAMES, 3), kill=word != "sync")
            case "rollback" if len(self.truth.runs) > 2:
                self._roll_back(self.truth.runs[-1].run)
            case "withdraw":
                self._withdraw(self.chance.choice(_NAMES))
            case "restore" if self.truth.withdrawn:
                self._restore(self.chance.choice(list(self.truth.withdrawn)))
            case "switch" | "expire":
                self._order(word)
            case _:
                pass

    # ---------------------------------------------------------------- what happens

    def _sync(self, changed: Sequence[str], *, kill: bool = False) -> None:
        self.down = set(self.chance.sample(_NAMES, self.chance.randint(0, 2))) if self.said else set()
        for name in changed:
            revision = self.said[name].revision + 1 if name in self.said else 1
            self.said[name] = Said(name, f"https://shop.test/{name}", revision, self._window())
        told: dict[str, Answer] = {
            said.url: Outcome.GONE if name in self.down else (said,) for name, said in self.said.items()
        }
        pages = {said.url: None if name in self.down else [_plain(said)] for name, said in self.said.items()}
        began = self._now()
        run = self._killed("sync", pages) if kill else self._order("sync", pages)
        if run is not None:
            self.truth.publish(run, began, told, complete=True)
            self._remember(began)
            self.publications += 1

    def _roll_back(self, back_to: int) -> None:
        began = self._now()
        self.truth.rollback(self._order("rollback", back_to), back_to)
        self.truth.paused = False
        self._remember(began)

    def _withdraw(self, name: str) -> None:
        began = self._now()
        self._order("withdraw", name)
        self.truth.withdraw(name, None)
        self._remember(began)

    def _restore(self, name: str) -> None:
        began = self._now()
        self._order("restore", name)
        self.truth.restore(name)
        self._remember(began)

    def _window(self) -> Ranges:
        """Without end, or with bounds that pass while readers ask."""
        bounds = sorted(self._now() + timedelta(seconds=self.chance.uniform(-0.2, 4)) for _ in range(4))
        windows: list[Ranges] = [
            ((None, None),),
            ((None, bounds[0]),),
            ((None, bounds[3]),),
            ((bounds[0], None),),
            ((bounds[0], bounds[1]),),
            ((None, bounds[0]), (bounds[1], bounds[2])),
        ]
        return self.chance.choice(windows)

    def _remember(self, began: datetime) -> None:
        self.history.states.append(State(began, self._now(), copy.deepcopy(replace(self.truth, runs=[]))))

    # ---------------------------------------------------------------- who writes

    def _order(self, do: str, *arguments: object) -> Any:
        self._send(do, *arguments)
        return self._answer()["done"]

    def _killed(self, do: str, *arguments: object) -> int | None:
        """The order given to a process that is killed on its way; the run, had it been published by then."""
        last = self._last_published()
        self._send(do, *arguments)
        time.sleep(self.chance.uniform(0, 0.3))
        os.kill(self.writer["pid"], signal.SIGKILL)
        answer = self._answer()
        killed, self.writer = self.writer, self._answer() if "done" in answer else answer
        while self.conn.execute("select from pg_stat_activity where pid = %s", (killed["backend"],)).fetchone():
            time.sleep(0.005)
        self.killed += 1
        run = self._last_published()
        return run if run > last else None

    def _send(self, do: str, *arguments: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, "with": arguments}) + "\n")
        self.process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "who writes ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_published(self) -> int:
        row = self.conn.execute("select max(run_id) from kb_store.run where state = 'published'").fetchone()
        assert row is not None
        return int(row[0])

    def _now(self) -> datetime:
        row = self.conn.execute("select clock_timestamp()").fetchone()
        assert row is not None
        instant: datetime = row[0]
        return instant


def _plain(said: Said) -> tuple[object, ...]:
    ranges = [[bound and bound.isoformat() for bound in pair] for pair in said.ranges]
    return said.name, said.url, said.revision, ranges


@contextmanager
def world(database: TestDatabase, seed: int) -> Iterator[World]:
    """A world on that database, led by chance."""
    command = [sys.executable, "-m", "tests.properties.writer", database.url()]
    with (
        database.connect() as conn,
        subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
    ):
        made = World(conn, process, random.Random(seed))
        try:
            made.begin()
            yield made
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)
