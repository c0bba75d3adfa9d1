"""Work under way that others may join who want the very same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

__all__ = ["Together"]

_T = TypeVar("_T")


class Together(Generic[_T]):
    """Work of one event loop, each by what it comes to."""

    def __init__(self) -> None:
        self._open: dict[Hashable, asyncio.Task[_T]] = {}

    async def join(self, what: Hashable, begin: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """What comes of the work, begun now unless it is open to be joined. Raises what that raises, in each."""
        if (task := self._open.get(what)) is None:
            task = self._open[what] = asyncio.create_task(begin())
            task.add_done_callback(lambda done: self._ended(what, done))
        return await asyncio.shield(task)  # whoever goes away leaves the others what they wait for

    def close(self, what: Hashable) -> None:
        """Nobody may join it from here on: who wants the same begins anew."""
        self._open.pop(what, None)

    def _ended(self, what: Hashable, task: asyncio.Task[_T]) -> None:
        if self._open.get(what) is task:
            self.close(what)
        if not task.cancelled():
            task.exception()  # an error that nobody stayed to hear is nobody's
