"""Asking from a program: a pool of connections, queries embedded by the model served, answers typed.

    with Client("postgresql://…") as kb:
        answer = kb.search("how much is an oil change?")
        if answer.answerable:
            print(answer.hits[0].body, answer.hits[0].url, answer.hits[0].valid_until)

`AsyncClient` is the same with `async with` and `await`. What is asked and in which order stands in
`retrieval.dialogue`, once for both.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import psycopg
from pgvector.psycopg import register_vector, register_vector_async
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from pipelines.database import DatabaseError, Role, is_lost, uri
from pipelines.embedding import query_encoders
from pipelines.settings import Project
from retrieval import dialogue
from retrieval.asking import Embed, Question, refused
from retrieval.query_models import Aside, Dialogue, Embedding, QueryModel, QueryModels, Rows
from retrieval.together import Together
from retrieval.turns import Turns

__all__ = ["AsyncClient", "Client", "DatabaseAway"]

_log = logging.getLogger(__name__)

_P = ParamSpec("_P")
_T = TypeVar("_T")

_WAIT = 2.0  # seconds for a connection, or for one that was lost to be made anew
_MOST_ASIDES = 100


class DatabaseAway(DatabaseError):
    """No connection could be had in time: ask again in a moment."""


class _Asking:
    """What both clients know before they are connected."""

    def __init__(
        self,
        where: str | Project,
        *,
        role: Role = "reader",
        connections: int = 4,
        kept: int = 0,
        wait: float = _WAIT,
        embed: Embed | None = None,
        model: str | None = None,
        warn: Callable[[str], None] = _log.warning,
    ) -> None:
        """`where`: a project, or a libpq connection string that says who asks (`role` is then not looked at).

        `connections`: the most held at once, `kept` of them also while nobody asks; `wait`: seconds to wait for one.
        `embed` makes a query's unit vector, (dimensions,) float32, by the model of the identity or name `model`; left
        out, the model served is looked for on this machine, and loaded by the first query. `warn` is told why queries
        go without a vector.
        """
        self._address = uri(where, role) if isinstance(where, Project) else where
        self._pool_settings: dict[str, Any] = {
            "min_size": kept, "max_size": connections, "timeout": wait, "open": False,
            "kwargs": {"autocommit": True, "application_name": "freshet-client"},
        }  # fmt: skip
        project = where if isinstance(where, Project) else None

        def known(served: str) -> Iterator[QueryModel]:
            if embed is not None:
                return iter([QueryModel(embed, model)])
            return (QueryModel(found.encode_query, found.model.identity) for found in query_encoders(served, project))

        self._models = QueryModels(known, warn)


def _waited(steps: Callable[Concatenate[QueryModels, _P], Dialogue[_T]]) -> Callable[Concatenate[Client, _P], _T]:
    @wraps(steps)
    def ask(client: Client, /, *arguments: _P.args, **named: _P.kwargs) -> _T:
        return client._carry_out(steps(client._models, *arguments, **named))

    return ask


def _awaited(
    steps: Callable[Concatenate[QueryModels, _P], Dialogue[_T]],
) -> Callable[Concatenate[AsyncClient, _P], Awaitable[_T]]:
    @wraps(steps)
    async def ask(client: AsyncClient, /, *arguments: _P.args, **named: _P.kwargs) -> _T:
        return await client._carry_out(steps(client._models, *arguments, **named))

    return ask


class Client(_Asking):
    """Asks from any number of threads; open while a `with` lasts."""

    @cached_property
    def _pool(self) -> ConnectionPool[psycopg.Connection[tuple[Any, ...]]]:
        return ConnectionPool(self._address, configure=_configure, **self._pool_settings)

    def __enter__(self) -> Self:
        self._pool.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    search = _waited(dialogue.search)
    offers = _waited(dialogue.offers)
    entry = _waited(dialogue.entry)
    changes = _waited(dialogue.changes)
    explain = _waited(dialogue.explain)
    freshness = _waited(dialogue.freshness)
    active_model = _waited(dialogue.active_model)

    def _carry_out(self, steps: Dialogue[_T]) -> _T:
        try:
            step = next(steps)
            while True:
                try:
                    came = self._do(step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(came)
        except StopIteration as end:
            answer: _T = end.value
            return answer

    def _do(self, step: Question | Embedding | Aside) -> Any:
        if isinstance(step, Embedding):
            return step.embed(step.query)
        if isinstance(step, Aside):
            return self._carry_out(step.steps)
        try:
            try:
                return self._rows(step)
            except psycopg.Error as error:
                if not _may_be_others(error):
                    raise
                self._pool.check()  # the others of the pool may be lost with it
                return self._rows(step)
        except psycopg.Error as error:
            raise _meant(error) from error

    def _rows(self, question: Question) -> Rows:
        with self._pool.connection() as conn:
            return conn.execute(question.statement, question.values).fetchall()


class AsyncClient(_Asking):
    """The same, awaited; open while an `async with` lasts."""

    @cached_property
    def _pool(self) -> AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]:
        return AsyncConnectionPool(self._address, configure=_configure_async, **self._pool_settings)

    @cached_property
    def _turns(self) -> Turns:
        return Turns(self._pool)

    @cached_property
    def _embeddings(self) -> Together[Any]:
        return Together()

    @cached_property
    def _asides(self) -> set[asyncio.Task[None]]:
        return set()

    async def __aenter__(self) -> Self:
        await self._pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*self._asides, return_exceptions=True)
        await self._pool.close()

    def pool_stats(self) -> dict[str, int]:
        """How the pool is used, as psycopg_pool counts it: pool_size, pool_available, requests_waiting, …"""
        return self._pool.get_stats()

    search = _awaited(dialogue.search)
    offers = _awaited(dialogue.offers)
    entry = _awaited(dialogue.entry)
    changes = _awaited(dialogue.changes)
    explain = _awaited(dialogue.explain)
    freshness = _awaited(dialogue.freshness)
    active_model = _awaited(dialogue.active_model)

    async def _carry_out(self, steps: Dialogue[_T]) -> _T:
        try:
            step = next(steps)
            while True:
                try:
                    came = await self._do(step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(came)
        except StopIteration as end:
            answer: _T = end.value
            return answer

    async def _carry_out_aside(self, steps: Dialogue[None]) -> None:
        """Begin what no answer waits for; when too much of it has begun already, wait all the same."""
        if len(self._asides) >= _MOST_ASIDES:
            await self._carry_out(steps)
            return
        task = asyncio.create_task(self._carry_out(steps))
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _do(self, step: Question | Embedding | Aside) -> Any:
        if isinstance(step, Embedding):
            return await self._embeddings.join(step, lambda: asyncio.to_thread(step.embed, step.query))
        if isinstance(step, Aside):
            return await self._carry_out_aside(step.steps)
        try:
            try:
                return await self._turns.rows(step)
            except psycopg.Error as error:
                if not _may_be_others(error):
                    raise
                await self._pool.check()  # the others of the pool may be lost with it
                return await self._turns.rows(step)
        except psycopg.Error as error:
            raise _meant(error) from error


_NO_CONNECTION = (PoolTimeout, TooManyRequests)


def _may_be_others(error: psycopg.Error) -> bool:
    """Whether the connection was lost: one of a pool says nothing of the others, and every question may be repeated."""
    return is_lost(error) and not isinstance(error, (PoolClosed, *_NO_CONNECTION))


def _meant(error: psycopg.Error) -> Exception:
    """A foreign error as what it means to who asked."""
    if isinstance(error, PoolClosed):
        return DatabaseError("the client is not open: ask inside `with Client(…) as kb:`")
    if isinstance(error, _NO_CONNECTION) or is_lost(error):
        return DatabaseAway("no connection to the database could be had in time; ask again, or see whether it runs")
    return refused(error) or error


def _configure(conn: psycopg.Connection[Any]) -> None:
    conn.execute("set timezone = 'UTC'")
    register_vector(conn)


async def _configure_async(conn: psycopg.AsyncConnection[Any]) -> None:
    await conn.execute("set timezone = 'UTC'")
    await register_vector_async(conn)
