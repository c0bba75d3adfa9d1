"""A process that writes what it is told to, and may be killed at any moment: another of its kind takes its place.

`python -m tests.properties.writer URL` reads one order a line and answers each with one line. Everything is loaded
once; a fork of it does the work.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from pipelines.database import Connection, connect_uri
from pipelines.records import Outcome
from pipelines.store import deciding
from pipelines.store.publishing import expire
from tests.properties.base import Base
from tests.properties.site import drafted
from tests.properties.truth import Said

__all__ = ["ORDERS"]


@dataclass
class _Wall:
    """The database's own clock."""

    conn: Connection

    @property
    def now(self) -> datetime:
        """What it shows."""
        row = self.conn.execute("select clock_timestamp()").fetchone()
        assert row is not None
        instant: datetime = row[0]
        return instant


def _sync(base: Base, pages: dict[str, list[Any] | None]) -> int | None:
    told = {
        url: Outcome.GONE if says is None else [drafted(_said(*one)) for one in says] for url, says in pages.items()
    }
    return base.sync(told, complete=True, crash=0)


def _said(name: str, url: str, revision: int, ranges: list[list[str | None]]) -> Said:
    pairs = tuple(
        (start and datetime.fromisoformat(start), end and datetime.fromisoformat(end)) for start, end in ranges
    )
    return Said(name, url, revision, pairs)  # type: ignore[arg-type]  # None or an instant


def _rollback(base: Base, back_to: int) -> int:
    run = base.rollback(back_to)
    deciding.resume(base.conn, "shop")
    return run


ORDERS: dict[str, Callable[..., object]] = {
    "sync": _sync,
    "rollback": _rollback,
    "withdraw": lambda base, name: base.withdraw(name, None),
    "restore": Base.restore,
    "switch": lambda base: base.switch(crash=False),
    "expire": lambda base: expire(base.conn),
}


def _work(url: str) -> NoReturn:
    with connect_uri(url, autocommit=True) as conn:
        base = Base(conn, _Wall(conn))
        print(json.dumps({"pid": os.getpid(), "backend": conn.info.backend_pid}), flush=True)
        with open(0, "rb", buffering=0, closefd=False) as orders:  # none is read ahead: the next may be another's
            for line in orders:
                order = json.loads(line)
                print(json.dumps({"done": ORDERS[order["do"]](base, *order["with"])}), flush=True)
    os._exit(0)


def main(url: str) -> None:
    """Let one work until it is told no more; when it is killed, the next."""
    while True:
        child = os.fork()
        if child == 0:
            _work(url)
        if os.waitpid(child, 0)[1] == 0:
            return


if __name__ == "__main__":
    main(sys.argv[1])
