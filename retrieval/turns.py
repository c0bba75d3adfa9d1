"""Questions that wait for a connection: whoever asks the very same meanwhile is answered along with the one that waits.

People ask the same things, the more so the more of them there are. While a question waits, the database has not
looked yet: it will have looked after each of those answered together asked, so none of them hears anything older
than if it had asked alone. Nothing is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any

from pgvector import Vector
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from retrieval.asking import Question
from retrieval.query_models import Rows

__all__ = ["Turns"]


class Turns:
    """Whose turn it is at the connections of a pool."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]]) -> None:
        self._pool = pool
        self._waiting: dict[Hashable, asyncio.Task[Rows]] = {}

    async def rows(self, question: Question) -> Rows:
        """Its rows, perhaps of the same question of another. Raises psycopg.Error."""
        if question.leaves_note:
            return await self._asked(question, None)
        asked = _identity(question)
        if (waiting := self._waiting.get(asked)) is None:
            waiting = asyncio.create_task(self._asked(question, asked))
            waiting.add_done_callback(_heard)
            self._waiting[asked] = waiting
        return await asyncio.shield(waiting)  # whoever goes away leaves the others their answer

    async def _asked(self, question: Question, asked: Hashable) -> Rows:
        try:
            conn = await self._pool.getconn()
        finally:
            self._waiting.pop(asked, None)  # from here on the database may have looked
        try:
            return await (await conn.execute(question.statement, question.values)).fetchall()
        finally:
            await self._pool.putconn(conn)


def _identity(question: Question) -> Hashable:
    return question.call, tuple(_hashable(value) for value in question.values)


def _hashable(value: object) -> Hashable:
    if isinstance(value, Vector):
        return value.to_binary()
    return tuple(value) if isinstance(value, list) else value


def _heard(task: asyncio.Task[Rows]) -> None:
    """An error that nobody stayed to hear is nobody's."""
    if not task.cancelled():
        task.exception()
