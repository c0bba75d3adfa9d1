"""What is pushed carried out: one entry, led through the same way as a look at a site, by a thread for each source.

Whatever a call is told, the next one finds: they are done one after another, each by a run of its own, which holds
the source's lease against syncs and other processes, and is whole or not at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Timer
from time import monotonic, sleep
from typing import TYPE_CHECKING, TypeVar

import psycopg

from flows.comparing import read
from flows.concluding import end_early, end_published
from flows.housekeeping import after_publication
from flows.persisting import Line
from flows.progress import silent
from flows.readiness import deployed_schema
from flows.reports import Report, count_pages, last_change
from flows.running import Options, Run
from flows.serving import served_texts
from pipelines.database import Connection, DatabaseError, connect, explained, is_lost
from pipelines.feeds.items import BadValue
from pipelines.feeds.known import known_bodies
from pipelines.feeds.pushed import captured_item, captured_removal, pushed_url, read_item
from pipelines.records import Capture, Finding, FreshetError
from pipelines.store import deciding, planning, publishing, removing, runs
from pipelines.store.captures import store_captures
from retrieval.http.pushing import BadItem, Busy, Halted, Pushed

if TYPE_CHECKING:
    from flows.texts import Texts
    from pipelines.settings import Project, Source

__all__ = ["Pushes"]

_MOST_WAITING = 200  # calls to one source; more are told to come back
_PATIENCE = 5.0  # seconds that a call waits for another writer
_PAUSE = 0.05  # seconds
_SETTLED = 60.0  # seconds after a push, for others to come with it

_Done = TypeVar("_Done")
_Take = Callable[[datetime, str | None], Capture]  # given now, and the hash of what the key says until now


class Pushes:
    """The Pusher of `freshet serve`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lanes: dict[str, _Lane] = {}
        self._tending: Timer | None = None

    async def put(self, source: str, key: str, item: Mapping[str, str | list[str]]) -> Pushed:
        """Make this what is said of the key. Raises BadItem, Busy, Halted, DatabaseError."""
        lane = self._lane(source)
        pushed = await lane.queue(lambda: lane.put({**item, "key": key}))
        self._tend()
        return pushed

    async def delete(self, source: str, key: str) -> bool:
        """End what is said of the key; False: nothing is. Raises Busy, Halted, DatabaseError."""
        lane = self._lane(source)
        return await lane.queue(lambda: lane.delete(key))

    async def close(self) -> None:
        """Finish what is under way."""
        if self._tending is not None:
            self._tending.cancel()
        await asyncio.gather(*(asyncio.to_thread(lane.close) for lane in self._lanes.values()))

    def _tend(self) -> None:
        """See to it that what a sync does for the answers is done some time after a push as well."""
        if self._tending is None or not self._tending.is_alive():
            self._tending = Timer(_SETTLED, after_publication, [self._project])
            self._tending.daemon = True  # cut short, it is done after the next push
            self._tending.start()

    def _lane(self, source: str) -> _Lane:
        return self._lanes.setdefault(source, _Lane(self._project, self._project.source(source)))


@dataclass
class _Lane:
    """One source: its thread, its connection, and the model that its texts are embedded with."""

    project: Project
    source: Source
    waiting: int = 0
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "push"))
    _line: Line | None = None
    _served: tuple[Texts, int] | None = None

    async def queue(self, work: Callable[[], _Done]) -> _Done:
        """What `work` returns, once those before it are done."""
        if self.waiting >= _MOST_WAITING:
            raise Busy(f"{self.source.name}: {self.waiting} calls wait already")
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, _told, work)
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """Finish what is under way, and close the connection."""
        self._thread.shutdown()
        if self._line is not None:
            self._line.close()

    # ------------------------------------------------------------ in the thread

    def put(self, item: Mapping[str, str | list[str]]) -> Pushed:
        """Make the item what is said of its key."""
        self._check(item, _now(self._connected().conn))
        url = pushed_url(self.source.name, str(item["key"]))
        known = self._run(url, lambda at, known: captured_item(self.source.name, item, at, known))
        entry, findings = _said(self._connected().conn, self.source.name, url)
        return Pushed(entry, known is None, findings)

    def delete(self, key: str) -> bool:
        """End what is said of the key; whether anything was."""
        url = pushed_url(self.source.name, key)
        if not known_bodies(self._connected().conn, self.source.name, [url]):
            return False
        self._run(url, lambda at, _: captured_removal(self.source.name, key, at))
        return True

    def _check(self, item: Mapping[str, str | list[str]], at: datetime) -> None:
        """Refuse what cannot be read, before anything is written for it."""
        try:
            read_item(item, self.source.rules(), at)
        except BadValue as error:
            raise BadItem(error.field, str(error).removeprefix(f"{error.field}: ")) from error
        except FreshetError as error:  # markup that cannot be read
            raise BadItem("text", str(error)) from error

    def _connected(self) -> Line:
        """The source's connection, made anew when it was lost since the last call."""
        if self._line is None:
            self._line = Line(self._connect)
        try:
            self._line.conn.execute("select")
        except psycopg.Error as error:
            if not is_lost(error):
                raise
            self._line.close()
            self._line = Line(self._connect)
        return self._line

    def _connect(self) -> Connection:
        return connect(self.project, role="writer", autocommit=True, application="freshet serve: push")

    def _run(self, url: str, take: _Take) -> str | None:
        """A run that publishes what `take` makes of the key's page alone; the hash of what that said before."""
        line = self._connected()
        runs.register_source(line.conn, self.source)
        deciding.refuse_paused(line.conn, self.source.name)
        number = _begin(line.conn, self.source)
        run = Run(line, self.project, self.source, number, Options(), silent, deployed_schema(line.conn))
        with runs.Heartbeat(self._connect, number):
            try:
                known = known_bodies(run.conn, self.source.name, [url]).get(url)
                report = self._lead(run, take(_now(run.conn), known))
            except BaseException as error:
                end_early(run, "failed", explained(error) if isinstance(error, psycopg.Error) else str(error))
                raise
        if report.state != "published":
            raise FreshetError(f"{self.source.name}: run {number} {report.state}: {report.problems}")
        return known

    def _lead(self, run: Run, capture: Capture) -> Report:
        before = last_change(run.conn)
        texts, model = self._model(run.conn)
        with run.conn.transaction():  # one commit instead of ten: what it holds serves nothing yet
            self._prepare(run, capture, texts)
        return end_published(run, count_pages(run.conn, run.number), [], texts, model, before)

    def _prepare(self, run: Run, capture: Capture, texts: Texts) -> None:
        """Everything of the run up to its plan."""
        store_captures(run.conn, run.number, [capture])
        read(run)
        chunker = texts.chunker(self.source.rules())
        planning.plan_entries(run.conn, run.number, chunker, languages=self.source.languages)
        planning.withhold_unchanged(run.conn, run.number)
        removing.plan_proven_removals(run.conn, run.number)

    def _model(self, conn: Connection) -> tuple[Texts, int]:
        """The model served, opened once: to load it takes longer than all the rest."""
        served = publishing.served_model(conn)
        if served is None or self._served is None or self._served[1] != served.number:
            self._served = served_texts(conn, self.project)
        return self._served


def _told(work: Callable[[], _Done]) -> _Done:
    """What `work` returns; foreign errors as what they mean to who pushed."""
    try:
        return work()
    except deciding.Paused as error:
        raise Halted(str(error)) from error
    except (runs.AlreadyRunning, runs.LeaseLost) as error:
        raise Busy(str(error)) from error
    except psycopg.Error as error:
        raise DatabaseError(explained(error)) from error


def _begin(conn: Connection, source: Source) -> int:
    """A run of its own, as soon as no other has the source. Raises AlreadyRunning after a while."""
    deadline = monotonic() + _PATIENCE
    while True:
        try:
            return runs.begin_run(conn, source.name, kind="push", permission=source.permission)
        except runs.AlreadyRunning:
            if monotonic() > deadline:
                raise
        sleep(_PAUSE)


def _now(conn: Connection) -> datetime:
    """What was said when is told by the database's clock."""
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    at: datetime = row[0]
    return at


def _said(conn: Connection, source: str, url: str) -> tuple[int, tuple[Finding, ...]]:
    """The entry that the page speaks of, and what was found in reading it."""
    row = conn.execute(
        """
        select d.entry_id, r.findings
        from kb_store.source s
        join kb_store.page p using (source_id)
        join kb_store.reading r using (reading_id)
        join kb_store.draft d using (reading_id)
        where s.name = %s and p.url = %s
        """,
        (source, url),
    ).fetchone()
    assert row is not None, f"{url} was published"
    return row[0], tuple(Finding(**finding) for finding in row[1])
