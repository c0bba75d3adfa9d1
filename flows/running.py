"""A sync of one source under way: what was asked for, the connection that works now, and what each stage took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from flows.persisting import Line
from flows.progress import Progress
from pipelines.database import Connection
from pipelines.failpoints import failpoint

if TYPE_CHECKING:
    from pipelines.settings import Project, Source

__all__ = ["Options", "Run"]

_Done = TypeVar("_Done")


@dataclass(frozen=True)
class Options:
    """How a person or a schedule asked for a sync."""

    dry_run: bool = False  # stop after the plan
    full: bool = False  # ignore validators and read every page again
    reindex: bool = False  # no network: read stored captures


@dataclass
class Run:
    """A run under way."""

    line: Line
    project: Project
    source: Source
    number: int
    options: Options
    progress: Progress
    schema: bytes | None = None  # what was deployed when it began, by its hash
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
