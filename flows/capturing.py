"""What a run fetches and stores: the crawl, and the second look at what it missed.

What was seen when is told by the database's clock, whatever this machine's says.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.fetching import Seen, fetch
from flows.looking_again import look_again
from flows.running import Run
from pipelines.database import Connection
from pipelines.records import FreshetError
from pipelines.store.captures import store_captures

__all__ = ["capture", "looked_again", "now"]

_KEPT_FOLDERS = 20
_CRAWLED = ("site", "sitemap", "urls")


def capture(run: Run) -> Seen:
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


def looked_again(run: Run, seen: Seen) -> bool:
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


def _fetch(run: Run, directory: Path, advance: Callable[[int], None]) -> Seen:
    return fetch(
        run.conn, run.project, run.source, directory, advance, full=run.options.full, stored=run.options.reindex
    )


def _store(run: Run, seen: Seen) -> Seen:
    skew = timedelta() if run.options.reindex else _clock_skew(run.conn)
    on_time = (replace(taken, fetched_at=taken.fetched_at + skew) for taken in seen.captures())
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


def _run_directory(run: Run) -> Path:
    """A new folder for the crawl; of earlier runs only the last few that failed keep theirs, with their logs."""
    runs_folder = run.project.state / "runs"
    for left in runs_folder.glob("[0-9]*"):
        if left.name.isdecimal() and int(left.name) < run.number - _KEPT_FOLDERS:
            shutil.rmtree(left, ignore_errors=True)
    directory = runs_folder / str(run.number)
    directory.mkdir(parents=True, exist_ok=True)
    return directory
