"""How a source's captures are had: from a crawl, from files, or from what was captured before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pipelines.database import Connection
from pipelines.records import Capture, CrawlLimits, FreshetError
from pipelines.store.captures import known_pages, stored_captures

if TYPE_CHECKING:
    from pipelines.settings import Project, Source

__all__ = ["Seen", "fetch"]


class Seen(Protocol):
    """What a look at a source brought."""

    @property
    def complete(self) -> bool: ...

    @property
    def incomplete_reason(self) -> str: ...

    @property
    def notes(self) -> tuple[str, ...]: ...

    @property
    def failure(self) -> str: ...

    def captures(self) -> Iterator[Capture]: ...


@dataclass(frozen=True)
class _Listed:
    """Captures that come without a crawl."""

    listed: Iterator[Capture]
    complete: bool = True
    incomplete_reason: str = ""
    notes: tuple[str, ...] = ()
    failure: str = ""

    def captures(self) -> Iterator[Capture]:
        return self.listed


def fetch(
    conn: Connection,
    project: Project,
    source: Source,
    directory: Path,
    advance: Callable[[int], None],
    *,
    full: bool = False,
    stored: bool = False,
) -> Seen:
    """Look at the source: crawl it into `directory`, list its files, or (`stored`) take what is kept of it.

    `full` asks for everything whole. Raises FreshetError when the look itself is not possible.
    """
    if stored:
        return _Listed(_counted(stored_captures(conn, source.name), advance), False, "read from stored captures")
    known = list(known_pages(conn, source.name)) if source.kind == "files" else known_pages(conn, source.name)
    if source.kind == "files":
        from spiders.files import scan

        limits = CrawlLimits()
        return _Listed(_counted(scan(source.paths, project.directory, known, limits=limits, full=full), advance))
    if source.kind == "feed":
        from flows.feeds import look_at_feed

        return look_at_feed(conn, project, source, directory, advance, full=full)
    if source.kind == "push":
        raise FreshetError(f"{source.name} is changed by PUT and DELETE alone: there is nothing to look at")
    from spiders import crawl

    return crawl(source.crawl_job(directory, full=full), known, on_progress=_steps(advance))


def _steps(advance: Callable[[int], None]) -> Callable[[int], None]:
    """Turns a running total into what came since the last call."""
    told = 0

    def total(captures: int) -> None:
        nonlocal told
        advance(captures - told)
        told = captures

    return total


def _counted(captures: Iterator[Capture], advance: Callable[[int], None]) -> Iterator[Capture]:
    for capture in captures:
        advance(1)
        yield capture
