"""One source led through its way: crawl, read, plan, judge, embed, publish.

Whatever fails, fails before the one transaction that publishes; until then only captures, readings and vectors
are stored, which the next run finds again by their hashes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import psycopg

from flows.capturing import capture, looked_again
from flows.comparing import plan, read
from flows.concluding import end_early, end_planned, end_published
from flows.housekeeping import after_publication
from flows.persisting import Line
from flows.progress import Progress, silent
from flows.readiness import deployed_schema
from flows.reports import Report, count_pages, last_change
from flows.running import Options, Run
from flows.serving import model_difference, served_texts
from pipelines.database import Connection, DatabaseError, connect, explained
from pipelines.records import FreshetError
from pipelines.store import deciding, publishing, runs

if TYPE_CHECKING:
    from pipelines.settings import Project, Source

__all__ = ["Stopped", "looked_at", "sync_all", "sync_source"]

_log = logging.getLogger(__name__)


class Stopped(KeyboardInterrupt):
    """A signal ended the sync; `reports` are of the runs until then, the one cut short among them."""

    def __init__(self, reports: list[Report]) -> None:
        super().__init__()
        self.reports = reports


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
            return _guarded(Run(line, project, source, number, options, progress, deployed_schema(line.conn)))
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


def looked_at(sources: Iterable[Source], options: Options) -> list[Source]:
    """Those of the sources that a sync has something to look at of: what is pushed comes by itself."""
    return [source for source in sources if options.reindex or source.kind != "push"]


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
    if not options.dry_run:
        after_publication(project, anew=options.reindex, progress=progress)
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


def _guarded(run: Run) -> Report:
    """Lead the run to an end that is recorded, however it ends."""
    try:
        return _lead(run)
    except FreshetError as error:
        return end_early(run, "failed", str(error))
    except psycopg.Error as error:
        _log.info("run %s", run.number, exc_info=True)
        return end_early(run, "failed", explained(error))
    except MemoryError:
        said = "not enough memory; nothing was published, and what was fetched, read and embedded is kept: sync again"
        return end_early(run, "failed", f"{said} when there is more")
    except Exception as error:  # a mistake of ours: the other sources still have their turn
        _log.info("run %s", run.number, exc_info=True)
        return end_early(
            run, "failed", f"{type(error).__name__}: {error}; run with --verbose, and report it if it stays"
        )
    except KeyboardInterrupt as stop:
        raise Stopped([end_early(run, "cancelled", "stopped by a signal")]) from stop
    except BaseException:  # an exit, and what Prefect raises on SIGTERM
        end_early(run, "cancelled", "stopped by a signal")
        raise


def _lead(run: Run) -> Report:
    before = run.persist(last_change, "start")
    with run.timed("crawl"):
        seen = capture(run)
    with run.timed("read"):
        run.persist(lambda _: read(run), "read")
    pages = run.persist(lambda conn: count_pages(conn, run.number), "count pages")
    texts, model_id = run.persist(lambda conn: served_texts(conn, run.project), "look up the model")
    with run.timed("read"):
        reasons = run.persist(lambda _: plan(run, texts, seen, pages), "compare")
    if looked_again(run, seen):
        with run.timed("read"):
            run.persist(lambda _: read(run), "read")
            pages = run.persist(lambda conn: count_pages(conn, run.number), "count pages")
            reasons = run.persist(lambda _: plan(run, texts, seen, pages), "compare")
    if run.options.dry_run:
        return end_planned(run, pages, reasons, texts, model_id)
    return end_published(run, pages, reasons, texts, model_id, before)
