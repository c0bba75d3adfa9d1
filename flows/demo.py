"""`freshet demo`: the bundled bilingual example site, served on loopback, synced through the Prefect flow, and asked.

The project is `examples/autocare`; what it keeps lies in its `.freshet/`. The slow starters (Prefect's server and
its imports, PostgreSQL) start side by side, so that a second demonstration ends within seconds.
"""

from __future__ import annotations

import errno
import importlib
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flows.commands.output import say, shown
from flows.commands.telling import tell, tell_hit
from flows.prefect_server import OwnServer, prefect_api
from pipelines.questions import read_questions
from pipelines.records import FreshetError
from pipelines.settings import load_project

if TYPE_CHECKING:
    from flows.reports import Report
    from pipelines.settings import Project

__all__ = ["EXAMPLE", "DemoFailed", "run_demo"]

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "autocare"
_PORT = 8753  # the one that the example's sources name
_SHOWN = 3  # hits a question


class DemoFailed(FreshetError):
    """The example site cannot be served, a source of it failed, or a question got nothing."""


def run_demo(*, once: bool, directory: Path = EXAMPLE, port: int = _PORT) -> None:
    """Serve the example site, sync it, ask it the questions of `questions.jsonl`; go on serving unless `once`.

    Raises DemoFailed when a source failed, a question got nothing, or the site's port is taken.
    """
    project = load_project(directory)
    with _site(port) as url:
        say(f"serving the example site on {url}")
        with prefect_api(project, light=True) as server:
            reports = _synced(project, server)
        for report in reports:
            tell(report, ZoneInfo(project.timezone))
        _judge(reports, _ask(project))
        _suggest(project, url, serving=not once)
        if not once:
            _wait_for_a_signal()


def _wait_for_a_signal() -> None:
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):  # the command line raises it on SIGTERM, too
        threading.Event().wait()


@contextmanager
def _site(port: int) -> Iterator[str]:
    """The example site, served from a thread."""
    root = str(EXAMPLE.parents[1])
    if root not in sys.path:  # Freshet is run from a checkout; the examples are none of its packages
        sys.path.append(root)
    make_server: Callable[..., Any] = importlib.import_module("examples.autocare.server").make_server
    try:
        served = make_server(port, lambda: datetime.now(UTC))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise DemoFailed(
            f"127.0.0.1:{port} is taken by another process: another freshet demo, or examples/autocare/serve.py. "
            "Stop that one first"
        ) from None
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield served.url
    finally:
        served.shutdown()
        served.server_close()
        thread.join()


def _synced(project: Project, server: OwnServer | None) -> list[Report]:
    """What came of the sources, synced by the flow `sync-all`."""
    ready = threading.Thread(target=_warm_up, args=(project,))
    ready.start()
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows import deployments

    ready.join()
    if server is not None:
        server.wait_until_healthy()
    # A flow called in this very process needs no sign of life; ending the thread that gives it would take a second.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        state = deployments.sync_all(str(project.directory), return_state=True)
    say(f"flow sync-all: {state.name}")
    reports = state.result(raise_on_failure=False)
    if not isinstance(reports, list):
        raise DemoFailed(f"the flow ended as {state.name}: {state.message}")
    return reports


def _warm_up(project: Project) -> None:
    """Start the database while Prefect is being imported; what is wrong with it the flow will say."""
    from flows.readiness import make_ready

    try:
        make_ready(project)
    except FreshetError:
        return


def _ask(project: Project) -> list[str]:
    """Ask the example's questions and show what a bot would be given; those that got nothing."""
    from retrieval.client import Client

    zone = ZoneInfo(project.timezone)
    unanswered = []
    with Client(project, connections=1, warn=say) as kb:
        for question in read_questions(EXAMPLE / "questions.jsonl"):
            answer = kb.search(question.text, max_results=_SHOWN, note_demand=False)
            say(f"\n? {shown(question.text)}")
            for hit in answer.hits:
                tell_hit(asdict(hit), zone)
            if not answer.hits and question.answerable:
                unanswered.append(question.text)
            if not answer.answerable:
                say("      weak: a bot had better say that it does not know")
    return unanswered


def _judge(reports: Sequence[Report], unanswered: Sequence[str]) -> None:
    failed = [report.source for report in reports if report.state == "failed"]
    if failed:
        raise DemoFailed(f"failed: {', '.join(failed)}; see above")
    if unanswered:
        raise DemoFailed("nothing found for: " + "; ".join(unanswered))


def _suggest(project: Project, url: str, *, serving: bool) -> None:
    folder = _short(project.directory)
    say(f"\n{'the site stays up until Ctrl-C; ' if serving else ''}the database stays up, so that bots can connect:")
    say(f'  freshet search "oil change" --project {folder}')
    say(f"  freshet offers --language ar --project {folder}")
    say(f"  freshet status --project {folder}")
    say(f"  freshet serve --project {folder}   the same over HTTP, and a page for people")
    say(f'  psql "$(freshet db uri --role reader --project {folder})"')
    if serving:
        say(f"  {url}/en/offers and {url}/ar/offers: the site that was read")
    say(f"  freshet db stop --project {folder}   ends the database")


def _short(directory: Path) -> str:
    here = Path.cwd()
    return str(directory.relative_to(here)) if directory.is_relative_to(here) else str(directory)
