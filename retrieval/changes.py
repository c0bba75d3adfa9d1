"""The change feed from Python: what became of which entry, all of it in order, and what comes next as it comes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pipelines.database import Connection, DatabaseError

__all__ = ["changes", "follow"]

_log = logging.getLogger(__name__)

_PAGE = 500
# A word may be lost with its connection, or sent before anybody listened: look at least this often, in seconds.
_LOOK_EVERY = 30.0
_PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0)  # seconds before another try at a database that is away

Row = dict[str, Any]


def changes(conn: Connection, after: int = 0) -> Iterator[Row]:
    """Every change with a higher number than `after`, in order: columns of kb.changes."""
    while True:
        with conn.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute("select * from kb.changes(%s, %s)", (after, _PAGE)).fetchall()
        yield from rows
        if len(rows) < _PAGE:
            return
        after = rows[-1]["change_id"]


def follow(connect: Callable[[], Connection], after: int = 0) -> Generator[Row, None, None]:
    """Every change after that number, then those to come, each once; never ends by itself.

    `connect` gives a connection in autocommit; one that is lost is made again, and nothing is missed meanwhile.
    Raises DatabaseError when the very first one cannot be had.
    """
    conn: Connection | None = connect()
    tries = 0
    while True:
        try:
            conn = conn or connect()
            with closing(conn):
                for row in _heard(conn, after):
                    tries, after = 0, row["change_id"]
                    yield row
        except (psycopg.OperationalError, psycopg.InterfaceError, DatabaseError) as error:
            pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
            _log.warning("the database is away, trying again in %.1f s: %s", pause, " ".join(str(error).split()))
            conn, tries = None, tries + 1
            time.sleep(pause)


def _heard(conn: Connection, after: int) -> Iterator[Row]:
    """What is there, then what comes, for as long as the connection lasts."""
    conn.execute("listen kb_change")
    while True:
        for row in changes(conn, after):
            after = row["change_id"]
            yield row
        for _ in conn.notifies(timeout=_LOOK_EVERY, stop_after=1):
            pass
