"""`freshet schedule`: the project's deployments served by the clock, and its webhooks, until somebody stops it.

Prefect's runner starts each flow run in a process of its own. Around it stands what makes it last: the project's
own server is started again when it dies, the runner begins anew when a server was away for too long, and a backlog
of late runs becomes one run a source.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections import defaultdict
from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flows.prefect_server import OwnServer, PrefectServerError, prefect_api
from flows.webhooks import delivering

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.deployments.runner import RunnerDeployment
    from prefect.runner import Runner

    from pipelines.settings import Project

__all__ = ["cancel_backlog", "serve"]

_log = logging.getLogger(__name__)

_LOOK_EVERY = 5.0  # seconds between looks at the server and at late runs
_PAUSE = 5.0  # seconds before a server that was away is tried again
_PAGE = 200  # most runs that Prefect names in one answer


def serve(project: Project) -> None:
    """Serve one deployment a source and the expiry sweep until SIGINT or SIGTERM; then end what was started.

    A source that is added, removed or changed on disk is taken up by the next start. Raises PrefectServerError
    when the project's own server does not come up, SettingsError for a webhook's secret that cannot sign.
    """
    with delivering(project), prefect_api(project) as server:
        if server is not None:
            server.wait_until_healthy()
        from flows.deployments import deployments

        asyncio.run(_serve(_Served(project, server, deployments(project))))


@dataclass(frozen=True)
class _Served:
    """What is served, and on whose server."""

    project: Project
    server: OwnServer | None  # None: the one that PREFECT_API_URL names
    deployments: list[RunnerDeployment]


async def _serve(served: _Served) -> None:
    import httpx

    stop = asyncio.Event()
    while not stop.is_set():
        try:
            await _serve_while_reachable(served, stop)
        except (httpx.HTTPError, RuntimeError, ExceptionGroup, PrefectServerError) as error:
            # Prefect's runner raises these when it has lost its server; the sources are due all the same.
            _log.error("Prefect cannot be reached or gave up, trying again in %.0f s: %s", _PAUSE, _first_line(error))
            _on_signals(stop)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _PAUSE)


async def _serve_while_reachable(served: _Served, stop: asyncio.Event) -> None:
    from prefect.runner import Runner

    if served.server is not None:
        await asyncio.to_thread(served.server.revive)
    runner = Runner(name="freshet", pause_on_shutdown=False)  # what a pause would avoid, cancel_backlog does
    numbers = await _register(runner, served)
    _announce(served)
    work: list[asyncio.Task[Any]] = [
        asyncio.create_task(runner.start()),
        asyncio.create_task(_look_after(served, numbers)),
        asyncio.create_task(stop.wait()),
    ]
    await asyncio.sleep(0)  # the runner has set its own handler by now, which exits without ending its children
    _on_signals(stop)
    try:
        await _first_of(work)
    finally:
        await _end(runner, work)


async def _register(runner: Runner, served: _Served) -> list[UUID]:
    """Make Prefect's deployments equal to the project's sources; what they are called there."""
    from prefect.client.orchestration import get_client

    numbers = [await runner.aadd_deployment(made) for made in served.deployments]
    async with get_client() as client:
        await _remove_others(client, served.project, numbers)
        await cancel_backlog(client, numbers)
    return numbers


async def _remove_others(client: PrefectClient, project: Project, served: Container[UUID]) -> None:
    """Remove deployments of sources that this project has no longer; those of other projects stay."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags

    from flows.deployments import TAG

    ours = await client.read_deployments(deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG])))
    for deployment in ours:
        same_project = deployment.parameters.get("project") == str(project.directory)
        if same_project and deployment.id not in served:
            await client.delete_deployment(deployment.id)


async def cancel_backlog(client: PrefectClient, served: list[UUID]) -> int:
    """Of the runs that are overdue keep the newest of each deployment and cancel the others; how many."""
    from prefect.states import Cancelled
    from prefect.types._datetime import now

    cancelled = 0
    overdue = await _overdue(client, served, now("UTC"))
    for runs in overdue.values():
        *superseded, newest = sorted(runs, key=_scheduled_for)
        state: State[None] = Cancelled(message=f"superseded by the run due at {_scheduled_for(newest).isoformat()}")
        for run in superseded:
            await client.set_flow_run_state(run.id, state)
            cancelled += 1
    return cancelled


async def _overdue(client: PrefectClient, served: list[UUID], at: datetime) -> dict[UUID, list[FlowRun]]:
    """Runs that the clock made and that should have begun before `at`, by deployment."""
    found: dict[UUID, list[FlowRun]] = defaultdict(list)
    for deployment in served:
        runs = await client.get_scheduled_flow_runs_for_deployments([deployment], scheduled_before=at, limit=_PAGE)
        late = [run for run in runs if run.auto_scheduled]
        if len(late) > 1:
            found[deployment] = late
    return found


def _scheduled_for(run: FlowRun) -> datetime:
    assert run.next_scheduled_start_time is not None
    return run.next_scheduled_start_time


async def _look_after(served: _Served, numbers: list[UUID]) -> None:
    """Revive the project's own server when it has died, fold up what became late meanwhile, and show to be alive."""
    import httpx
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            if served.server is not None:
                await asyncio.to_thread(served.server.revive)
            with suppress(httpx.HTTPError):  # away: the runner says so
                await cancel_backlog(client, numbers)
                (served.project.state / "schedule.alive").touch()  # for health checks: how old is it?


async def _first_of(work: Iterable[asyncio.Task[Any]]) -> None:
    done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _end(runner: Runner, work: Iterable[asyncio.Task[Any]]) -> None:
    """Stop taking runs, end those under way (each records that it was cancelled), and wait for all of it."""
    with suppress(Exception):  # not started, or its server is away: what runs is ended below all the same
        await runner.astop()
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)


def _first_line(error: BaseException) -> str:
    """The kind and first line of an error, or of the first that a group holds."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _announce(served: _Served) -> None:
    lines = [f"serving {len(served.deployments)} deployments of {served.project.directory}; Ctrl-C ends it"]
    if served.server is not None:
        lines.append(f"Prefect's pages: {served.server.url} (they ask for the line in {served.server.login_file})")
    lines.append("changes in freshet.toml or sources/ are taken up by the next start")
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()
