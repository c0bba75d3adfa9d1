"""Freshet's work as Prefect flows, and the deployments that run them by the clock.

The flows are thin: each calls the function that the command line calls. A flow's parameters name a project folder
and a source, nothing else, so that no secret gets into Prefect; pages and vectors stay in the project's database,
and what a flow hands back is counts. That no two runs work on one source is the database's doing (its lease);
the limits given to Prefect here only spare it vain attempts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, State
from prefect.context import FlowRunContext
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.states import Cancelled, Completed, Failed
from prefect.types.entrypoint import EntrypointType

import flows.sync
from flows.housekeeping import after_publication
from flows.readiness import make_ready
from flows.reports import Report
from flows.running import Options
from pipelines.database import connect
from pipelines.records import FreshetError
from pipelines.settings import load_project
from pipelines.store import forgetting, publishing
from pipelines.store.deciding import Paused
from pipelines.store.resting import rests_until
from pipelines.store.runs import AlreadyRunning

if TYPE_CHECKING:
    from pipelines.settings import Project, Source

__all__ = ["TAG", "deployments", "expire", "reindex", "sync_all", "sync_source"]

_log = logging.getLogger(__name__)

TAG = "freshet"  # marks deployments that are ours, and ours to remove
_EVERY_MINUTE = "* * * * *"
_LONGEST_MESSAGE = 1000

# A second run of the same is let go, not queued: the first looks at the same pages. Many late runs become one so, too.
_ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)

Reports = State[list[Report]]


@flow(name="sync-source", flow_run_name="{source}", persist_result=False)
def sync_source(project: str, source: str, full: bool = False) -> Reports:
    """Sync one source of the project in that folder; by the clock only when it does not rest after looks in vain."""

    def work() -> Reports:
        if _is_by_the_clock():
            _require_rested(project, source)
        return _synced(project, [source], Options(full=full))

    return _told(work)


@flow(name="sync-all", persist_result=False)
def sync_all(project: str, full: bool = False) -> Reports:
    """Sync every source of the project in that folder, one task a source; one that fails leaves the others alone."""
    opened = load_project(Path(project))
    sources = flows.sync.looked_at(opened.sources.values(), Options())
    states: list[State[Any]] = [_sync_one(project, source.name, full, return_state=True) for source in sources]
    after_publication(opened)
    reports = [report for state in states for report in _reports_of(state)]
    failed = [state.message or "" for state in states if not state.is_completed()]
    if failed:
        return Failed(message=_cut("; ".join(failed)), data=reports)
    return _state_of(reports)


@flow(name="reindex", persist_result=False)
def reindex(project: str, source: str | None = None) -> Reports:
    """Rebuild chunks and embeddings of one source, or of all, from stored captures."""
    options = Options(full=True, reindex=True)
    return _told(lambda: _synced(project, [source] if source else None, options))


@flow(name="expire", persist_result=False)
def expire(project: str) -> State[int]:
    """Take what has ended out of the index, and forget what is older than the retention.

    Housekeeping: what has ended is not served before either.
    """
    return _told(lambda: _expired(project))


@task(name="source", task_run_name="{source}", persist_result=False, cache_policy=NO_CACHE)
def _sync_one(project: str, source: str, full: bool) -> Reports:
    """What is done for the answers waits until the last of them is synced."""

    def work() -> Reports:
        opened = _opened(project)
        return _state_of([flows.sync.sync_source(opened, opened.source(source), Options(full=full))])

    return _told(work)


def deployments(project: Project) -> list[RunnerDeployment]:
    """One deployment a source, by its cron and zone; the expiry sweep; syncing all and reindexing, by hand."""
    folder = {"project": str(project.directory)}
    of_sources = [_of_source(project, source) for source in flows.sync.looked_at(project.sources.values(), Options())]
    return [
        *of_sources,
        _deployment(expire, "every-minute", folder, schedule=Cron(_EVERY_MINUTE, timezone="UTC")),
        _deployment(sync_all, "by-hand", folder),
        _deployment(reindex, "by-hand", folder),
    ]


def _of_source(project: Project, source: Source) -> RunnerDeployment:
    cron = Cron(source.schedule, timezone=source.timezone) if source.schedule else None
    parameters = {"project": str(project.directory), "source": source.name}
    return _deployment(sync_source, source.name, parameters, schedule=cron)


def _deployment(flow: Any, name: str, parameters: dict[str, str], **more: Any) -> RunnerDeployment:
    made: RunnerDeployment = flow.to_deployment(
        name, parameters=parameters, tags=[TAG], concurrency_limit=_ONE_AT_A_TIME,
        entrypoint_type=EntrypointType.MODULE_PATH,  # found wherever Freshet is installed
        **more,
    )  # fmt: skip
    return made


def _synced(folder: str, names: Sequence[str] | None, options: Options) -> Reports:
    project = _opened(folder)
    everything = flows.sync.looked_at(project.sources.values(), options)
    chosen = everything if names is None else [project.source(name) for name in names]
    if len(chosen) == 1:
        report = flows.sync.sync_source(project, chosen[0], options)
        after_publication(project, anew=options.reindex)
        return _state_of([report])
    return _state_of(flows.sync.sync_all(project, chosen, options))


def _opened(folder: str) -> Project:
    project = load_project(Path(folder))
    make_ready(project)
    return project


def _is_by_the_clock() -> bool:
    """Whether Prefect's schedule asks, not a person."""
    context = FlowRunContext.get()
    return bool(context and context.flow_run and context.flow_run.auto_scheduled)


def _require_rested(folder: str, source: str) -> None:
    with connect(_opened(folder), role="writer", autocommit=True) as conn:
        rest = rests_until(conn, source)
    if rest is not None:
        until, looks = rest
        raise _Resting(
            f"{source}: left alone until {until:%Y-%m-%d %H:%M} UTC, since {looks} looks in a row were not answered; "
            f"freshet sync {source} looks now"
        )


class _Resting(FreshetError):
    """A source that did not answer is not to be asked again yet."""


def _expired(folder: str) -> State[int]:
    project = _opened(folder)
    with connect(project, role="writer", autocommit=True) as conn:
        ended = publishing.expire(conn)
        forgetting.forget(conn, project.history.retention)
    return Completed(message=f"{ended} entries had ended", data=ended)


def _told(work: Callable[[], State[Any]]) -> State[Any]:
    """The state that `work` ends in, whatever happens; a message never holds what could hold a secret."""
    try:
        return work()
    except (AlreadyRunning, Paused, _Resting) as error:
        return Cancelled(message=_cut(str(error)))
    except FreshetError as error:
        return Failed(message=_cut(str(error)), data=[])
    except Exception as error:
        # Prefect would keep the message and the traceback for everyone who may look at its pages.
        _log.exception("a flow ended by an error that is a mistake in Freshet")
        kind = type(error).__name__
        return Failed(message=f"{kind}: its traceback is in the log of the process that ran the flow", data=[])


def _state_of(reports: list[Report]) -> Reports:
    message = _cut("; ".join(map(_summary, reports)))
    states = {report.state for report in reports}
    if states & {"failed", "cancelled"}:
        return Failed(message=message, data=reports)
    waiting = next((state for state in ("held", "partial") if state in states), None)
    return Completed(name=waiting.capitalize() if waiting else "Completed", message=message, data=reports)


def _summary(report: Report) -> str:
    said = f"{report.source}: run {report.run} {report.state}"
    if report.state == "failed" and report.problems:
        return f"{said}: {report.problems[0]['message']}"
    counts = ", ".join(f"{count} {name}" for name, count in report.entries.items() if count)
    return f"{said}: {counts}" if counts else said


def _reports_of(state: State[Any]) -> list[Report]:
    told = None if state.is_cancelled() else state.result(raise_on_failure=False)
    return told if isinstance(told, list) else []


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1] + "…"
