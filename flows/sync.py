"""One source led through its way: crawl, read, plan, judge, embed, publish.

Whatever fails, fails before the one transaction that publishes; until then only captures, readings and vectors
are stored, which the next run finds again by their hashes.
"""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from flows.fetching import Seen, fetch
from flows.looking_again import look_again
from flows.persisting import Line
from flows.plans import PlannedChange, embedding_seconds, planned_changes
from flows.progress import Progress, silent
from flows.reading import reading_recipe, reading_session
from flows.reports import Report, count_chunks, count_entries, count_pages, problems
from flows.serving import model_difference, served_texts
from flows.texts import Texts
from pipelines.database import Connection, DatabaseError, connect, explained
from pipelines.failpoints import failpoint
from pipelines.records import FreshetError
from pipelines.store import deciding, planning, publishing, removing, runs
from pipelines.store.captures import store_captures
from pipelines.store.readings import read_missing

if TYPE_CHECKING:
    from pipelines.settings import Project, Source

__all__ = ["Options", "Stopped", "sync_all", "sync_source"]

_log = logging.getLogger(__name__)
_KEPT_FOLDERS = 20
_CRAWLED = ("site", "sitemap", "urls")
_MEND_SECONDS = 5.0  # for a failed run's end to be recorded; else the next run records it

_Done = TypeVar("_Done")


@dataclass(frozen=True)
class Options:
    """How a person or a schedule asked for a sync."""

    dry_run: bool = False  # stop after the plan
    full: bool = False  # ignore validators and read every page again
    reindex: bool = False  # no network: read stored captures


class Stopped(KeyboardInterrupt):
    """A signal ended the sync; `reports` are of the runs until then, the one cut short among them."""

    def __init__(self, reports: list[Report]) -> None:
        super().__init__()
        self.reports = reports


@dataclass
class _Run:
    """A run under way."""

    line: Line
    project: Project
    source: Source
    number: int
    options: Options
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def conn(self) -> Connection:
        """The connection that works now."""
        return self.line.conn

    def persist(self, work: Callable[[Connection], _Done], stage: str) -> _Done:
        """What `work` returns, which is begun anew when the database went away meanwhile."""
        failpoint(stage)
        return self.line.persist(work, f"{self.source.name}: run {self.number}: {stage}")

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        started = monotonic()
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + monotonic() - started, 3)


def sync_source(project: Project, source: Source, options: Options, progress: Progress = silent) -> Report:
    """Sync one source and report what came of it; a run that fails is reported with state `failed`.

    Raises AlreadyRunning when another run holds the source, Paused when a person's word keeps it from being synced (to
    look at what a sync would do is no sync), DatabaseError when the base cannot be reached.
    """

    def open_line() -> Connection:
        return connect(project, role="writer", autocommit=True)

    line = Line(open_line)
    try:
        _check_model(line.conn, project)
        runs.register_source(line.conn, source)
        if not options.dry_run:
            deciding.refuse_paused(line.conn, source.name)
        kind = "reindex" if options.reindex else "sync"
        number = runs.begin_run(line.conn, source.name, kind=kind, permission=source.permission)
        with runs.Heartbeat(open_line, number):
            return _guarded(_Run(line, project, source, number, options, progress))
    except psycopg.Error as error:
        raise DatabaseError(f"{source.name}: {explained(error)}") from error
    finally:
        line.close()


def _check_model(conn: Connection, project: Project) -> None:
    """Say when the settings name another model than is served; raise OtherModelActive when that one cannot be had.

    Before anything is crawled: without it nothing could be published.
    """
    if publishing.served_model(conn) is None:
        return
    served_texts(conn, project)
    if said := model_difference(conn, project):
        _log.warning("%s", said)


def sync_all(
    project: Project, sources: Sequence[Source], options: Options, progress: Progress = silent
) -> list[Report]:
    """Sync sources one after another; what befalls one leaves the others alone.

    A source that another run holds is reported as failed, naming that run; a paused one as cancelled, with the way out.
    """
    reports: list[Report] = []
    for source in sources:
        try:
            reports.append(_one_of_many(project, source, options, progress))
        except KeyboardInterrupt as stop:
            raise Stopped([*reports, *getattr(stop, "reports", [])]) from stop
    return reports


def _one_of_many(project: Project, source: Source, options: Options, progress: Progress) -> Report:
    try:
        return sync_source(project, source, options, progress)
    except runs.AlreadyRunning as error:
        problem = {"url": "", "outcome": "already_running", "message": str(error)}
        return Report(error.run, source.name, "failed", problems=[problem])
    except deciding.Paused as error:
        problem = {"url": "", "outcome": "paused", "message": str(error)}
        return Report(0, source.name, "cancelled", problems=[problem])


def _guarded(run: _Run) -> Report:
    """Lead the run to an end that is recorded, however it ends."""
    try:
        return _lead(run)
    except FreshetError as error:
        return _ended(run, "failed", str(error))
    except psycopg.Error as error:
        _log.info("run %s", run.number, exc_info=True)
        return _ended(run, "failed", explained(error))
    except Exception as error:  # a mistake of ours: the other sources still have their turn
        _log.info("run %s", run.number, exc_info=True)
        return _ended(run, "failed", f"{type(error).__name__}: {error}; run with --verbose, and report it if it stays")
    except KeyboardInterrupt as stop:
        raise Stopped([_ended(run, "cancelled", "stopped by a signal")]) from stop
    except BaseException:  # an exit, and what Prefect raises on SIGTERM
        _ended(run, "cancelled", "stopped by a signal")
        raise


def _ended(run: _Run, state: str, message: str) -> Report:
    """Record an early end; a lease already lost, or a database that is away, leaves that to the next run."""
    _log.error("%s: run %s %s: %s", run.source.name, run.number, state, message)
    problem = {"url": "", "outcome": state, "message": message}
    try:
        run.line.mend(_MEND_SECONDS)
        found = count_pages(run.conn, run.number)
        with runs.fenced(run.conn, run.number):
            runs.note(run.conn, run.number, pages=found, seconds=run.seconds, problems=[problem])
            runs.end_run(run.conn, run.number, state)
    except Exception as error:  # whatever else is broken must not hide why the run ended
        _log.warning("%s: the end of run %s could not be recorded: %s", run.source.name, run.number, error)
        found = {}
    return Report(run.number, run.source.name, state, found, seconds=run.seconds, problems=[problem])


def _lead(run: _Run) -> Report:
    before = run.persist(_last_change, "start")
    with run.timed("crawl"):
        seen = _capture(run)
    with run.timed("read"):
        run.persist(lambda _: _read(run), "read")
    pages = run.persist(lambda conn: count_pages(conn, run.number), "count pages")
    texts, model_id = run.persist(lambda conn: served_texts(conn, run.project), "look up the model")
    with run.timed("read"):
        reasons = run.persist(lambda _: _plan(run, texts, seen, pages), "compare")
    if _looked_again(run, seen):
        with run.timed("read"):
            run.persist(lambda _: _read(run), "read")
            pages = run.persist(lambda conn: count_pages(conn, run.number), "count pages")
            reasons = run.persist(lambda _: _plan(run, texts, seen, pages), "compare")
    if run.options.dry_run:
        return _conclude(run, "plan", _leave, lambda: _planned(run, pages, reasons, texts, model_id))
    return _embed_and_publish(run, texts, model_id, lambda embedded: _published(run, pages, reasons, embedded, before))


def _embed_and_publish(
    run: _Run, texts: Texts, model_id: int, tell: Callable[[int], Report], embedded: int = 0, switches: int = 3
) -> Report:
    """Embed what the plan lacks and publish it: anew when another model began to serve meanwhile."""
    try:
        with run.timed("embed"):
            embedded += run.persist(partial(_embed, run, texts, model_id), "embed")
        return _conclude(run, "publish", _publish, partial(tell, embedded))
    except publishing.ModelSwitched as error:
        if not switches:
            raise
        _log.info("%s: run %s: %s", run.source.name, run.number, error)
    texts, model_id = run.persist(lambda conn: served_texts(conn, run.project), "look up the model")
    return _embed_and_publish(run, texts, model_id, tell, embedded, switches - 1)


def _conclude(
    run: _Run, stage: str, act: Callable[[Connection, int, Callable[[], None]], None], tell: Callable[[], Report]
) -> Report:
    """The run's last step: `act`, and in the same transaction the record of what came of it, which `tell` gives.

    So a run that was published has ended, also where its process dies or the answer to its commit is lost: then its
    recorded state says that it is done, and it is not done twice.
    """
    told: list[Report] = []
    started = monotonic()

    def record() -> None:
        run.seconds[stage] = round(monotonic() - started, 3)
        told.append(replace(tell(), seconds=run.seconds))
        _record(run, told[-1])

    def attempt(conn: Connection) -> Report:
        if not told or runs.state_of(conn, run.number) != told[-1].state:
            act(conn, run.number, record)
        return told[-1]

    return run.persist(attempt, stage)


def _publish(conn: Connection, number: int, record: Callable[[], None]) -> None:
    publishing.expire(conn)
    publishing.publish(conn, number, record)


def _leave(conn: Connection, number: int, record: Callable[[], None]) -> None:
    """Nothing but the record: the end of a run that is only planned forgets its plan."""
    with runs.fenced(conn, number):
        record()


def _capture(run: _Run) -> Seen:
    """Fetch and store; a site is asked once, however often its answers must be stored."""
    directory = _run_directory(run)
    with run.progress.stage(f"{run.source.name}: crawl") as advance:
        if run.source.kind in _CRAWLED and not run.options.reindex:
            crawled = run.persist(lambda _: _fetch(run, directory, advance), "crawl")
            seen = run.persist(lambda _: _store(run, crawled), "store what was crawled")
        else:
            seen = run.persist(lambda _: _store(run, _fetch(run, directory, advance)), "look")
    if seen.failure:
        raise FreshetError(seen.failure)
    shutil.rmtree(directory, ignore_errors=True)
    return seen


def _fetch(run: _Run, directory: Path, advance: Callable[[int], None]) -> Seen:
    return fetch(
        run.conn, run.project, run.source, directory, advance, full=run.options.full, stored=run.options.reindex
    )


def _store(run: _Run, seen: Seen) -> Seen:
    skew = timedelta() if run.options.reindex else _clock_skew(run.conn)
    on_time = (replace(capture, fetched_at=capture.fetched_at + skew) for capture in seen.captures())
    store_captures(run.conn, run.number, on_time)
    return seen


def now() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)


def _clock_skew(conn: Connection) -> timedelta:
    """How far the database's clock is ahead of this machine's: what was seen when is told by the database's alone."""
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    ahead: timedelta = row[0] - now()
    return ahead


def _run_directory(run: _Run) -> Path:
    """A new folder for the crawl; of earlier runs only the last few that failed keep theirs, with their logs."""
    runs_folder = run.project.state / "runs"
    for left in runs_folder.glob("[0-9]*"):
        if left.name.isdecimal() and int(left.name) < run.number - _KEPT_FOLDERS:
            shutil.rmtree(left, ignore_errors=True)
    directory = runs_folder / str(run.number)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _looked_again(run: _Run, seen: Seen) -> bool:
    """Whether what the first look had missed stands there after all, at a second one."""
    if run.options.reindex or not seen.complete:
        return False
    directory = _run_directory(run)
    with run.timed("crawl"):
        found = run.persist(
            lambda conn: look_again(conn, run.source, run.number, directory, _clock_skew(conn)), "look again"
        )
    shutil.rmtree(directory, ignore_errors=True)
    return bool(found)


def _read(run: _Run) -> None:
    with reading_session(run.source) as read_all, run.progress.stage(f"{run.source.name}: read") as advance:
        read_missing(
            run.conn, run.number, run.source.rules(), reading_recipe(run.source), read_all,
            force=run.options.full, starts=run.source.starts(), on_progress=advance,
        )  # fmt: skip


def _plan(run: _Run, texts: Texts, seen: Seen, pages: dict[str, Any]) -> list[str]:
    """Lay what was read beside what is believed; why the run may, or may not, remove anything."""
    with run.progress.stage(f"{run.source.name}: compare") as advance:
        planning.plan_entries(
            run.conn,
            run.number,
            texts.chunker(run.source.rules()),
            languages=run.source.languages,
            force=run.options.reindex,
            on_progress=advance,
        )
    planning.withhold_unchanged(run.conn, run.number)
    verdict = removing.plan_removals(
        run.conn, run.number, run.source.guard,
        complete=seen.complete, incomplete_reason=seen.incomplete_reason,
        attempted=pages["requested"], failed=pages["failed"],
    )  # fmt: skip
    reasons = [*verdict.reasons, *seen.notes]
    runs.note(run.conn, run.number, complete=verdict.healthy, verdict=reasons)
    return reasons


def _embed(run: _Run, texts: Texts, model_id: int, _: Connection) -> int:
    missing = len(publishing.texts_to_embed(run.conn, run.number, model_id))
    with run.progress.stage(f"{run.source.name}: embed", missing) as advance:
        return publishing.embed_missing(run.conn, run.number, model_id, texts.encode, on_progress=advance)


def _planned(run: _Run, pages: dict[str, Any], reasons: list[str], texts: Texts, model_id: int) -> Report:
    to_embed = len(publishing.texts_to_embed(run.conn, run.number, model_id))
    chunks = {"to_embed": to_embed, "embed_seconds": embedding_seconds(run.conn, texts, to_embed)}
    plan = planned_changes(run.conn, run.number)
    return Report(
        run.number, run.source.name, "planned", pages, _tally(plan), chunks, run.seconds,
        problems(run.conn, run.number), reasons, plan,
    )  # fmt: skip


def _tally(plan: list[PlannedChange]) -> dict[str, int]:
    return dict(Counter(line.change for line in plan))


def _published(run: _Run, pages: dict[str, Any], reasons: list[str], embedded: int, before: int) -> Report:
    entries = count_entries(run.conn, run.number, before)
    chunks = count_chunks(run.conn, run.number, embedded)
    found = problems(run.conn, run.number)
    state = _state(pages, entries)
    return Report(run.number, run.source.name, state, pages, entries, chunks, run.seconds, found, reasons)


def _state(pages: dict[str, Any], entries: dict[str, int]) -> str:
    if entries["held"]:
        return "held"
    if pages["failed"] and pages["failed"] == pages["requested"]:
        return "failed"
    return "partial" if pages["failed"] else "published"


def _record(run: _Run, report: Report) -> None:
    runs.note(
        run.conn, run.number, pages=report.pages, entries=report.entries, chunks=report.chunks,
        seconds=report.seconds, problems=report.problems,
    )  # fmt: skip
    runs.end_run(run.conn, run.number, report.state)


def _last_change(conn: Connection) -> int:
    row = conn.execute("select coalesce(max(change_id), 0) from kb_store.change").fetchone()
    assert row is not None
    return int(row[0])
