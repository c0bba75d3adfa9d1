"""Questions that wait for a connection: who is answered together, and that nobody hears anything older for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from pgvector import Vector
from pgvector.psycopg import register_vector_async
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from pipelines.database import Connection
from retrieval.asking import Question, ask_note_demand
from retrieval.query_models import Rows
from retrieval.turns import Turns
from tests.postgres import TestDatabase

_COUNTED = """
create sequence asked;
create function count_asked(text, text[], vector) returns bigint language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(7);
    return nextval('asked');
end
$$
"""
_LOCKED_OUT = "select count(*) from pg_locks where locktype = 'advisory' and not granted"


@pytest.fixture
def counted(db: Connection) -> Connection:
    """A base with a function that tells how often it was called, and waits for whoever holds lock 7."""
    db.execute(_COUNTED)
    return db


def _question(text: str, *filters: str, vector: Vector | None = None, within: list[str] | None = None) -> Question:
    return Question("count_asked(%s::text, %s::text[], %s::vector)", (text, list(filters), vector), within)


@asynccontextmanager
async def _pool(database: TestDatabase, size: int = 1, wait: float = 30) -> AsyncIterator[AsyncConnectionPool[Any]]:
    async with AsyncConnectionPool(
        database.url(), min_size=size, max_size=size, timeout=wait, open=False, kwargs={"autocommit": True},
        configure=register_vector_async,
    ) as pool:  # fmt: skip
        yield pool


async def _together(pool: AsyncConnectionPool[Any], *questions: Question) -> list[int]:
    """What each of them hears when all wait for the one connection."""
    turns = Turns(pool)
    async with pool.connection():
        asked = [asyncio.create_task(turns.rows(question)) for question in questions]
        while pool.get_stats().get("requests_waiting", 0) < 1:
            await asyncio.sleep(0)
    return [_heard(rows) for rows in await asyncio.gather(*asked)]


def _heard(rows: Rows) -> int:
    heard: int = rows[0][1]
    return heard


def _run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 20))


def test_who_waits_to_ask_the_same_is_answered_together(counted: Connection, database: TestDatabase) -> None:
    """Five ask the same and one asks something else: the database is asked twice."""

    async def test() -> None:
        async with _pool(database) as pool:
            same, other = _question("oil", "a", vector=Vector([1, 2])), _question("tyres")
            assert await _together(pool, same, same, other, same, same, same) == [1, 1, 2, 1, 1, 1]

    _run(test())


@pytest.mark.parametrize(
    "other",
    [
        _question("oil!", "a", vector=Vector([1, 2]), within=["x"]),
        _question("oil", "b", vector=Vector([1, 2]), within=["x"]),
        _question("oil", vector=Vector([1, 2]), within=["x"]),
        _question("oil", "a", vector=Vector([2, 1]), within=["x"]),
        _question("oil", "a", within=["x"]),
        _question("oil", "a", vector=Vector([1, 2]), within=["y"]),
        _question("oil", "a", vector=Vector([1, 2])),
        replace(_question("oil", "a", vector=Vector([1, 2]), within=["x"]), model="m"),
    ],
    ids=["text", "filter", "no filter", "vector", "no vector", "source", "all sources", "model"],
)
def test_what_differs_is_asked_apart(counted: Connection, database: TestDatabase, other: Question) -> None:
    """In its words, a filter, its vector, the model of that, or the sources it may see."""

    async def test() -> None:
        async with _pool(database) as pool:
            heard = await _together(pool, _question("oil", "a", vector=Vector([1, 2]), within=["x"]), other)
            assert heard == [1, 2]

    _run(test())


def test_nobody_hears_what_was_looked_up_before_it_asked(counted: Connection, database: TestDatabase) -> None:
    """The same question, asked while the database is at it, is asked anew: something may have ended in between."""

    async def test() -> None:
        async with _pool(database, size=2) as pool:
            turns = Turns(pool)
            counted.execute("select pg_advisory_lock(7)")
            before = asyncio.create_task(turns.rows(_question("oil")))
            while counted.execute(_LOCKED_OUT).fetchone() != (1,):
                await asyncio.sleep(0)
            after = asyncio.create_task(turns.rows(_question("oil")))
            while counted.execute(_LOCKED_OUT).fetchone() != (2,):
                await asyncio.sleep(0)
            counted.execute("select pg_advisory_unlock(7)")
            assert {_heard(await before), _heard(await after)} == {1, 2}

    _run(test())


def test_who_goes_away_leaves_the_others_their_answer(counted: Connection, database: TestDatabase) -> None:
    """Also the one who came first."""

    async def test() -> None:
        async with _pool(database) as pool:
            turns = Turns(pool)
            async with pool.connection():
                first, second = (asyncio.create_task(turns.rows(_question("oil"))) for _ in range(2))
                while not pool.get_stats().get("requests_waiting"):
                    await asyncio.sleep(0)
                first.cancel()
                await asyncio.wait([first])
            assert (first.cancelled(), _heard(await second)) == (True, 1)

    _run(test())


def test_each_hears_of_an_error(counted: Connection, database: TestDatabase) -> None:
    """Of the question, or that no connection was to be had."""

    async def test() -> None:
        async with _pool(database, wait=0.2) as pool:
            turns = Turns(pool)
            wrong = Question("count_asked(%s::text, %s::text[], %s::vector)", ("oil", [], "[]"))
            failed = await asyncio.gather(*(turns.rows(wrong) for _ in range(2)), return_exceptions=True)
            assert [type(error) for error in failed] == [psycopg.errors.DataException] * 2
            async with pool.connection():
                late = await asyncio.gather(*(turns.rows(_question("oil")) for _ in range(2)), return_exceptions=True)
            assert [type(error) for error in late] == [PoolTimeout] * 2
            assert _heard(await turns.rows(_question("oil"))) == 1

    _run(test())


def test_a_note_is_left_each_time(db: Connection, database: TestDatabase) -> None:
    """What was asked in vain is counted as often as it was asked."""

    async def test() -> None:
        async with _pool(database) as pool:
            turns = Turns(pool)
            async with pool.connection():
                asked = [asyncio.create_task(turns.rows(ask_note_demand("winter tyres"))) for _ in range(3)]
                await asyncio.sleep(0)
            await asyncio.gather(*asked)

    _run(test())
    assert db.execute("select sum(asked) from kb_store.demand").fetchone() == (3,)
