"""One source led through its way: crawl, read, plan, judge, embed, publish.

Whatever fails, fails before the one transaction that publishes; until then only captures, readings and vectors
are stored, which the next run finds again by their hashes.
"""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from flows.fetching import Seen, fetch
from flows.progress import Progress, silent
from flows.reading import reading_recipe, reading_session
from flows.reports import PlannedChange, Report, count_chunks, count_entries, count_pages, planned_changes, problems
from flows.texts import Texts
from pipelines.database import Connection, connect
from pipelines.records import FreshetError
from pipelines.store import planning, publishing, runs
from pipelines.store.captures import store_captures
from pipelines.store.readings import read_missing

if TYPE_CHECKING:
    from pipelines.settings import Project, Source

__all__ = ["Options", "Stopped", "sync_all", "sync_source"]

_log = logging.getLogger(__name__)
_KEPT_FOLDERS = 20


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

    conn: Connection
    project: Project
    source: Source
    number: int
    options: Options
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        started = monotonic()
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + monotonic() - started, 3)


def sync_source(project: Project, source: Source, options: Options, progress: Progress = silent) -> Report:
    """Sync one source and report what came of it; a run that fails is reported with state `failed`.

    Raises AlreadyRunning when another run holds the source, DatabaseError when the base cannot be reached.
    """
    with connect(project, role="writer", autocommit=True) as conn:
        runs.register_source(conn, source)
        kind = "reindex" if options.reindex else "sync"
        number = runs.begin_run(conn, source.name, kind=kind, permission=source.permission)
        run = _Run(conn, project, source, number, options, progress)
        with runs.Heartbeat(lambda: connect(project, role="writer", autocommit=True), number):
            return _guarded(run)


def sync_all(
    project: Project, sources: Sequence[Source], options: Options, progress: Progress = silent
) -> list[Report]:
    """Sync sources one after another; what befalls one leaves the others alone.

    A source that another run holds is reported as failed, naming that run.
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


def _guarded(run: _Run) -> Report:
    """Lead the run to an end that is recorded, however it ends."""
    try:
        return _lead(run)
    except FreshetError as error:
        return _ended(run, "failed", str(error))
    except Exception as error:  # the database went away, or a mistake of ours: the other sources still have their turn
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
        found = count_pages(run.conn, run.number)
        runs.note(run.conn, run.number, pages=found, seconds=run.seconds, problems=[problem])
        runs.end_run(run.conn, run.number, state)
    except Exception as error:  # whatever else is broken must not hide why the run ended
        _log.warning("%s: the end of run %s could not be recorded: %s", run.source.name, run.number, error)
        found = {}
    return Report(run.number, run.source.name, state, found, seconds=run.seconds, problems=[problem])


def _lead(run: _Run) -> Report:
    conn, number = run.conn, run.number
    before = _last_change(conn)
    with run.timed("crawl"):
        seen = _capture(run)
    with run.timed("read"):
        _read(run)
    pages = count_pages(conn, number)
    texts = Texts(run.project)
    model_id = publishing.register_model(conn, texts.model)
    with run.timed("read"):
        _plan(run, texts)
        verdict = planning.plan_removals(
            conn, number, run.source.guard,
            complete=seen.complete, incomplete_reason=seen.incomplete_reason,
            attempted=pages["requested"], failed=pages["failed"],
        )  # fmt: skip
    reasons = [*verdict.reasons, *seen.notes]
    runs.note(conn, number, complete=verdict.healthy, verdict=reasons)
    if run.options.dry_run:
        return _planned(run, pages, reasons, model_id)
    with run.timed("embed"):
        embedded = _embed(run, texts, model_id)
    with run.timed("publish"):
        publishing.expire(conn)
        publishing.publish(conn, number)
    return _published(run, pages, reasons, embedded, before)


def _capture(run: _Run) -> Seen:
    directory = _run_directory(run)
    with run.progress.stage(f"{run.source.name}: crawl") as advance:
        seen = fetch(
            run.conn, run.project, run.source, directory, advance, full=run.options.full, stored=run.options.reindex
        )
        skew = timedelta() if run.options.reindex else _clock_skew(run.conn)
        on_time = (replace(capture, fetched_at=capture.fetched_at + skew) for capture in seen.captures())
        store_captures(run.conn, run.number, on_time)
    if seen.failure:
        raise FreshetError(seen.failure)
    shutil.rmtree(directory, ignore_errors=True)
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


def _read(run: _Run) -> None:
    with reading_session(run.source) as read_all, run.progress.stage(f"{run.source.name}: read") as advance:
        read_missing(
            run.conn, run.number, run.source.rules(), reading_recipe(run.source), read_all,
            force=run.options.full, on_progress=advance,
        )  # fmt: skip


def _plan(run: _Run, texts: Texts) -> None:
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


def _embed(run: _Run, texts: Texts, model_id: int) -> int:
    missing = len(publishing.texts_to_embed(run.conn, run.number, model_id))
    with run.progress.stage(f"{run.source.name}: embed", missing) as advance:
        return publishing.embed_missing(run.conn, run.number, model_id, texts.encode, on_progress=advance)


def _planned(run: _Run, pages: dict[str, Any], reasons: list[str], model_id: int) -> Report:
    to_embed = len(publishing.texts_to_embed(run.conn, run.number, model_id))
    plan = planned_changes(run.conn, run.number)
    found = {"to_embed": to_embed}
    run.conn.execute("delete from kb_store.plan_entry where run_id = %s", (run.number,))
    run.conn.execute("delete from kb_store.plan_removal where run_id = %s", (run.number,))
    report = Report(
        run.number, run.source.name, "planned", pages, _tally(plan), found, run.seconds,
        problems(run.conn, run.number), reasons, plan,
    )  # fmt: skip
    return _recorded(run, report)


def _tally(plan: list[PlannedChange]) -> dict[str, int]:
    return dict(Counter(line.change for line in plan))


def _published(run: _Run, pages: dict[str, Any], reasons: list[str], embedded: int, before: int) -> Report:
    entries = count_entries(run.conn, run.number, before)
    chunks = count_chunks(run.conn, run.number, embedded)
    state = _state(pages, entries)
    report = Report(
        run.number, run.source.name, state, pages, entries, chunks, run.seconds, problems(run.conn, run.number), reasons
    )
    return _recorded(run, report)


def _state(pages: dict[str, Any], entries: dict[str, int]) -> str:
    if entries["held"]:
        return "held"
    if pages["failed"] and pages["failed"] == pages["requested"]:
        return "failed"
    return "partial" if pages["failed"] else "published"


def _recorded(run: _Run, report: Report) -> Report:
    runs.note(
        run.conn, run.number, pages=report.pages, entries=report.entries, chunks=report.chunks,
        seconds=report.seconds, problems=report.problems,
    )  # fmt: skip
    runs.end_run(run.conn, run.number, report.state)
    return replace(report, seconds=run.seconds)


def _last_change(conn: Connection) -> int:
    row = conn.execute("select coalesce(max(change_id), 0) from kb_store.change").fetchone()
    assert row is not None
    return int(row[0])
