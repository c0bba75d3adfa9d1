"""Progress bars on a terminal; silence elsewhere, so that logs and pipes stay clean."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flows.progress import Progress, silent

if TYPE_CHECKING:
    import rich.progress

__all__ = ["bars"]


class _Bars:
    def __init__(self, shown: rich.progress.Progress) -> None:
        self._shown = shown

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        task = self._shown.add_task(name, total=total)
        try:
            yield lambda done: self._shown.advance(task, done)
        finally:
            finished = self._shown.tasks[task].completed
            self._shown.update(task, total=finished, completed=finished)


@contextmanager
def bars() -> Iterator[Progress]:
    """Bars on stderr while a run goes on, when stderr is a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield _Bars(shown)
