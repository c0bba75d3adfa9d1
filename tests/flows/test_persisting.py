"""A run goes on through what passes, for so long, and stops at once at what does not."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from flows import persisting
from flows.persisting import Line
from pipelines.database import Connection, DatabaseError
from tests.postgres import TestDatabase


@pytest.fixture
def line(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A line to the test's own database whose pauses take no time."""
    monkeypatch.setattr(persisting.time, "sleep", lambda seconds: None)
    made = Line(lambda: database.connect("writer"))
    yield made
    made.close()


def test_what_stands_in_the_way_five_times_fails_by_name(line: Line) -> None:
    """Bounded: the message names what was tried, and the server's own word for it."""
    tried = []

    def work(conn: Connection) -> None:
        tried.append(conn)
        raise psycopg.errors.DeadlockDetected("deadlock detected")

    with pytest.raises(DatabaseError, match=r"publish was tried 5 times.*deadlock detected"):
        line.persist(work, "publish")
    assert len(tried) == 5


@pytest.mark.parametrize("error", [ValueError("ours"), psycopg.errors.UndefinedTable("no such table")])
def test_what_would_fail_again_is_not_tried_again(line: Line, error: Exception) -> None:
    """A mistake is raised as it is, at once."""
    tried = []

    def work(conn: Connection) -> None:
        tried.append(conn)
        raise error

    with pytest.raises(type(error)):
        line.persist(work, "publish")
    assert len(tried) == 1


def test_a_session_ended_by_an_administrator_is_replaced(line: Line, database: TestDatabase) -> None:
    """The work gets a new connection, and what it asked is answered."""

    def work(conn: Connection) -> int:
        if conn is first:
            with psycopg.connect(database.superuser_url(), autocommit=True) as administrator:
                administrator.execute("select pg_terminate_backend(%s)", (conn.info.backend_pid,))
        row = conn.execute("select 17").fetchone()
        assert row is not None
        return int(row[0])

    first = line.conn
    assert line.persist(work, "ask") == 17
    assert line.conn is not first
