"""Runs and their leases: one writer a source, and no write without the lease.

The lease is a row, not a lock: a lock is lost with its connection, a row is not. Each writing transaction
begins with `fenced`, in which the database compares the run's generation with the source's; a worker that
stood still past its lease is refused when it wakes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from pipelines.database import Connection
from pipelines.failpoints import failpoint
from pipelines.records import FreshetError
from pipelines.store.processes import has_died, machine

if TYPE_CHECKING:
    from pipelines.settings import Source

__all__ = [
    "AlreadyRunning",
    "Heartbeat",
    "LeaseLost",
    "begin_run",
    "end_run",
    "fenced",
    "note",
    "register_source",
    "state_of",
]

LEASE_SECONDS = 90.0
_ALREADY_RUNNING = "KB002"
_LEASE_LOST = "KB001"


class AlreadyRunning(FreshetError):
    """Another run is at work on the source."""

    run: int = 0  # its number


class LeaseLost(FreshetError):
    """The run no longer holds its source, or has ended; nothing of the transaction was written."""


def register_source(conn: Connection, source: Source) -> None:
    """Make the database's copy of a source's settings equal to its file; what it serves follows at once."""
    settings = {
        "name": source.name,
        "kind": source.kind,
        "zone": source.timezone,
        "freshness": source.freshness.total_seconds(),
        "ttl": source.ttl.total_seconds(),
        "ttl_pages": source.ttl_pages.total_seconds(),
    }
    # looked at first: to write is to wait for whoever publishes, or hangs, with the row in hand
    if conn.execute(_SAME_SETTINGS, settings).fetchone() is not None:
        return
    with conn.transaction():
        conn.execute(_REGISTER, settings)
        conn.execute("select kb_store.apply_ttl(%s)", (source.name,))


_SAME_SETTINGS = """
select from kb_store.source
where name = %(name)s and kind = %(kind)s and zone = %(zone)s
    and freshness = make_interval(secs => %(freshness)s) and ttl = make_interval(secs => %(ttl)s)
    and ttl_pages = make_interval(secs => %(ttl_pages)s)
"""

_REGISTER = """
insert into kb_store.source (name, kind, zone, freshness, ttl, ttl_pages)
values (%(name)s, %(kind)s, %(zone)s, make_interval(secs => %(freshness)s), make_interval(secs => %(ttl)s),
        make_interval(secs => %(ttl_pages)s))
on conflict (name) do update
set kind = excluded.kind, zone = excluded.zone, freshness = excluded.freshness, ttl = excluded.ttl,
    ttl_pages = excluded.ttl_pages
"""


def begin_run(conn: Connection, source: str, *, kind: str = "sync", permission: str | None = None) -> int:
    """A new run holding the source's lease; its number.

    Raises AlreadyRunning, naming the run that holds it, while another run's lease has not lapsed. A run whose process
    is known to be dead does not hold it.
    """
    failpoint("take lease")
    asked = (source, kind, machine(), os.getpid(), LEASE_SECONDS, permission)
    try:
        taken = _take_lease(conn, asked)
    except AlreadyRunning as refused:
        if not _freed_from_the_dead(conn, refused.run):
            raise
        taken = _take_lease(conn, asked)
    failpoint("lease taken")
    return taken


def _take_lease(conn: Connection, asked: tuple[object, ...]) -> int:
    try:
        row = conn.execute("select kb_store.take_lease(%s, %s, %s, %s, %s, %s)", asked).fetchone()
    except psycopg.Error as error:
        if error.sqlstate == _ALREADY_RUNNING:
            refused = AlreadyRunning(f"{error.diag.message_primary}. {error.diag.message_hint}")
            refused.run = int(error.diag.message_detail or 0)
            raise refused from error
        raise
    assert row is not None
    return int(row[0])


def _freed_from_the_dead(conn: Connection, run: int) -> bool:
    """Let the lease of that run lapse if its process is dead; whether there is something to be had now."""
    row = conn.execute(
        """
        select r.host, r.pid, extract(epoch from clock_timestamp() - r.started_at)::float8
        from kb_store.run r
        where r.run_id = %s and r.state = 'running'
        """,
        (run,),
    ).fetchone()
    if row is not None and not has_died(*row):
        return False
    conn.execute("update kb_store.source set lease_until = clock_timestamp() where lease_run = %s", (run,))
    return True


@contextmanager
def fenced(conn: Connection, run: int) -> Iterator[None]:
    """A transaction in which the run is known to hold its lease; raises LeaseLost when it does not."""
    with _lease_errors():
        with conn.transaction():
            conn.execute("select kb_store.hold_lease(%s)", (run,))
            yield
            failpoint("commit")
        failpoint("committed")


def end_run(conn: Connection, run: int, state: str) -> None:
    """End the run in one of its final states and give its lease back; raises LeaseLost."""
    with _lease_errors(), conn.transaction():
        conn.execute("select kb_store.end_run(%s, %s)", (run, state))


def note(conn: Connection, run: int, **facts: object) -> None:
    """Record facts of a run: `complete`, or JSON for pages, entries, chunks, seconds, problems, verdict, judged.

    Raises LeaseLost.
    """
    allowed = {"complete", "pages", "entries", "chunks", "seconds", "problems", "verdict", "judged"}
    with fenced(conn, run):
        for name, value in facts.items():
            assert name in allowed, name
            conn.execute(
                sql.SQL("update kb_store.run set {} = %s where run_id = %s").format(sql.Identifier(name)),
                (value if name == "complete" else Jsonb(value), run),
            )


def state_of(conn: Connection, run: int) -> str:
    """The run's state as recorded: by it a commit whose answer was lost is known to have been made."""
    row = conn.execute("select state from kb_store.run where run_id = %s", (run,)).fetchone()
    assert row is not None, f"no run {run}"
    return str(row[0])


@contextmanager
def _lease_errors() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate == _LEASE_LOST:
            raise LeaseLost(f"{error.diag.message_primary}. {error.diag.message_hint or ''}".strip()) from error
        raise


class Heartbeat:
    """Renews a run's lease from a thread of its own while the work goes on.

    `connect` gives the thread its own connection. A lost lease is not raised here: the next `fenced` finds it.
    """

    def __init__(self, connect: Callable[[], Connection], run: int, every: float = LEASE_SECONDS / 4) -> None:
        self._connect = connect
        self._run = run
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease of run {run}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(self._every):
            try:
                failpoint("renew lease")
                with self._connect() as conn:
                    conn.autocommit = True
                    conn.execute("select kb_store.renew_lease(%s, %s)", (self._run, LEASE_SECONDS))
            except psycopg.Error as error:
                if error.sqlstate == _LEASE_LOST:
                    return
            except FreshetError:
                continue  # the database is away: try again, the lease may outlast it
