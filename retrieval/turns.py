"""Questions that wait for a connection: whoever asks the very same meanwhile is answered along with the one that waits.

People ask the same things, the more so the more of them there are. While a question waits, the database has not
looked yet: it will have looked after each of those answered together asked, so none of them hears anything older
than if it had asked alone. Nothing is kept.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from pgvector import Vector
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from retrieval.asking import Question
from retrieval.query_models import Rows
from retrieval.together import Together

__all__ = ["Turns"]


class Turns:
    """Whose turn it is at the connections of a pool."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]]) -> None:
        self._pool = pool
        self._waiting = Together[Rows]()

    async def rows(self, question: Question) -> Rows:
        """Its rows, perhaps of the same question of another. Raises psycopg.Error."""
        asked = _identity(question)
        if question.leaves_note:
            return await self._asked(question, asked)
        return await self._waiting.join(asked, lambda: self._asked(question, asked))

    async def _asked(self, question: Question, asked: Hashable) -> Rows:
        conn = await self._pool.getconn()
        try:
            self._waiting.close(asked)  # from here on the database may have looked
            return await (await conn.execute(question.statement, question.values)).fetchall()
        finally:
            await self._pool.putconn(conn)


def _identity(question: Question) -> Hashable:
    return question.call, tuple(_hashable(value) for value in question.values)


def _hashable(value: object) -> Hashable:
    if isinstance(value, Vector):
        return value.to_binary()
    return tuple(value) if isinstance(value, list) else value
