"""A run's end: what its plan lacks is embedded, and in one transaction published and recorded; or only recorded."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

from flows.plans import PlannedChange, embedding_seconds, planned_changes
from flows.readiness import refuse_other_schema
from flows.reports import Report, count_chunks, count_entries, count_pages, problems
from flows.running import Run
from flows.serving import served_texts
from flows.texts import Texts
from pipelines.database import Connection
from pipelines.store import forgetting, publishing, runs

__all__ = ["end_early", "end_planned", "end_published"]

_log = logging.getLogger(__name__)
_MEND_SECONDS = 5.0  # for a failed run's end to be recorded; else the next run records it


def end_planned(run: Run, pages: dict[str, Any], reasons: list[str], texts: Texts, model_id: int) -> Report:
    """End a run that only looks: the report carries its plan, nothing is published. Raises LeaseLost."""
    return _conclude(run, "plan", _leave, lambda: _planned(run, pages, reasons, texts, model_id))


def end_published(
    run: Run, pages: dict[str, Any], reasons: list[str], texts: Texts, model_id: int, before: int
) -> Report:
    """Embed what the plan lacks, publish it and end the run; `before`: the last change before it.

    Raises LeaseLost, ModelSwitched when models are switched time and again meanwhile.
    """
    return _embed_and_publish(run, texts, model_id, lambda embedded: _published(run, pages, reasons, embedded, before))


def end_early(run: Run, state: str, message: str) -> Report:
    """Record an early end; a lease already lost, or a database that is away, leaves that to the next run."""
    _log.info("%s: run %s %s: %s", run.source.name, run.number, state, message)
    problem = {"url": "", "outcome": state, "message": message}
    try:
        run.line.mend(_MEND_SECONDS)
        found = count_pages(run.conn, run.number)
        with runs.fenced(run.conn, run.number):
            runs.note(run.conn, run.number, pages=found, seconds=run.seconds, problems=[problem])
            runs.end_run(run.conn, run.number, state)
    except Exception as error:  # whatever else is broken must not hide why the run ended
        # told here: what asks the database next fails with less to say
        _log.error("%s: run %s %s: %s", run.source.name, run.number, state, message)
        _log.warning("%s: the end of run %s could not be recorded: %s", run.source.name, run.number, error)
        found = {}
    return Report(run.number, run.source.name, state, found, seconds=run.seconds, problems=[problem])


def _embed_and_publish(
    run: Run, texts: Texts, model_id: int, tell: Callable[[int], Report], embedded: int = 0, switches: int = 3
) -> Report:
    """Embed what the plan lacks and publish it: anew when another model began to serve meanwhile."""
    try:
        with run.timed("embed"):
            embedded += run.persist(partial(_embed, run, texts, model_id), "embed")
        return _conclude(run, "publish", partial(_publish, run.project.history.retention), partial(tell, embedded))
    except publishing.ModelSwitched as error:
        if not switches:
            raise
        _log.info("%s: run %s: %s", run.source.name, run.number, error)
    texts, model_id = run.persist(lambda conn: served_texts(conn, run.project), "look up the model")
    return _embed_and_publish(run, texts, model_id, tell, embedded, switches - 1)


def _conclude(
    run: Run, stage: str, act: Callable[[Connection, int, Callable[[], None]], None], tell: Callable[[], Report]
) -> Report:
    """The run's last step: `act`, and in the same transaction the record of what came of it, which `tell` gives.

    So a run that was published has ended, also where its process dies or the answer to its commit is lost: then its
    recorded state says that it is done, and it is not done twice.
    """
    told: list[Report] = []
    started = monotonic()

    def record() -> None:
        refuse_other_schema(run.conn, run.schema)
        run.seconds[stage] = round(monotonic() - started, 3)
        told.append(replace(tell(), seconds=run.seconds))
        _record(run, told[-1])

    def attempt(conn: Connection) -> Report:
        if not told or runs.state_of(conn, run.number) != told[-1].state:
            act(conn, run.number, record)
        return told[-1]

    return run.persist(attempt, stage)


def _publish(retention: timedelta, conn: Connection, number: int, record: Callable[[], None]) -> None:
    publishing.expire(conn)
    forgetting.forget(conn, retention)
    publishing.publish(conn, number, record)


def _leave(conn: Connection, number: int, record: Callable[[], None]) -> None:
    """Nothing but the record: the end of a run that is only planned forgets its plan."""
    with runs.fenced(conn, number):
        record()


def _embed(run: Run, texts: Texts, model_id: int, _: Connection) -> int:
    missing = len(publishing.texts_to_embed(run.conn, run.number, model_id))
    with run.progress.stage(f"{run.source.name}: embed", missing) as advance:
        return publishing.embed_missing(run.conn, run.number, model_id, texts.encode, on_progress=advance)


def _planned(run: Run, pages: dict[str, Any], reasons: list[str], texts: Texts, model_id: int) -> Report:
    to_embed = len(publishing.texts_to_embed(run.conn, run.number, model_id))
    chunks = {"to_embed": to_embed, "embed_seconds": embedding_seconds(run.conn, texts, to_embed)}
    plan = planned_changes(run.conn, run.number)
    return Report(
        run.number, run.source.name, "planned", pages, _tally(plan), chunks, run.seconds,
        problems(run.conn, run.number), reasons, plan,
    )  # fmt: skip


def _tally(plan: list[PlannedChange]) -> dict[str, int]:
    return dict(Counter(line.change for line in plan))


def _published(run: Run, pages: dict[str, Any], reasons: list[str], embedded: int, before: int) -> Report:
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


def _record(run: Run, report: Report) -> None:
    runs.note(
        run.conn, run.number, pages=report.pages, entries=report.entries, chunks=report.chunks,
        seconds=report.seconds, problems=report.problems,
    )  # fmt: skip
    runs.end_run(run.conn, run.number, report.state)
