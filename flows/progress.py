"""How far a run has come, shown on a terminal and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

__all__ = ["Progress", "silent"]

Advance = Callable[[int], None]


class Progress(Protocol):
    """Shows the stages of a run."""

    def stage(self, name: str, total: int | None = None) -> AbstractContextManager[Advance]:
        """A stage that begins; what it gives is called with the number of things done since the last call."""


class _Silent:
    def stage(self, name: str, total: int | None = None) -> AbstractContextManager[Advance]:
        del name, total
        return nullcontext(lambda done: None)


silent: Progress = _Silent()
