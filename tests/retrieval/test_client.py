"""The clients: typed answers, vectors by the model served, and what is said when something is not to be had."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import threading
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
import pytest

from pipelines.database import Connection, DatabaseError
from pipelines.records import FreshetError
from retrieval import dialogue, query_models, results
from retrieval.asking import BadQuestion, NotAllowed
from retrieval.client import AsyncClient, Client, DatabaseAway
from tests.postgres import TestDatabase
from tests.story import CountingEncoder, Story, offer, page, stated

OIL, FAQ = "https://shop.test/oil", "https://shop.test/faq"
ASKED: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("search", ("oil change",), {"max_results": 3, "category": ["oil"], "min_score": 0.0}),
    ("offers", (), {"language": "en", "upcoming": True}),
    ("entry", (1,), {}),
    ("changes", (), {"after": 1}),
    ("explain", (1, "oil change"), {}),
    ("freshness", (), {}),
    ("active_model", (), {}),
)
_T = TypeVar("_T")


@pytest.fixture
def story(db: Connection) -> Story:
    """A base of an offer and a page."""
    told = Story(db)
    until = told.clock + timedelta(days=9)
    told.sync(
        {
            OIL: [offer(OIL, "Engine oil change with filter", stated(None, until), category=("oil",))],
            FAQ: [page(FAQ, "How long does an oil change take? Half an hour.")],
        }
    )
    return told


@pytest.fixture
def url(story: Story, database: TestDatabase) -> str:
    """Where a bot finds that base."""
    del story
    return database.url("reader")


def awaited(url: str, name: str, *arguments: Any, **named: Any) -> Any:
    """What the client that awaits answers."""

    async def ask() -> Any:
        async with AsyncClient(url, embed=CountingEncoder().vector) as kb:
            return await getattr(kb, name)(*arguments, **named)

    return asyncio.run(ask())


@pytest.mark.parametrize(("name", "arguments", "named"), ASKED, ids=[name for name, *_ in ASKED])
def test_both_clients_answer_the_same(url: str, name: str, arguments: Any, named: Any) -> None:
    """Each method, awaited or waited for; only the clock differs."""
    with Client(url, embed=CountingEncoder().vector) as kb:
        waited = getattr(kb, name)(*arguments, **named)
    assert waited
    for one in (waited, again := awaited(url, name, *arguments, **named)):
        if hasattr(one, "at"):
            assert timedelta() <= datetime.now(UTC) - one.at < timedelta(minutes=5)
    if hasattr(waited, "at"):
        again = dataclasses.replace(again, at=waited.at)
    assert waited == again


def test_both_clients_have_every_dialogue() -> None:
    """Nothing can be asked of one that cannot be asked of the other."""
    told = {
        name
        for name in dialogue.__all__
        if inspect.isgeneratorfunction(getattr(dialogue, name)) and not name.startswith("_")
    }
    assert told == {name for name, *_ in ASKED}
    assert all(callable(getattr(client, name)) for name in told for client in (Client, AsyncClient))


@pytest.mark.parametrize(
    ("function", "result"),
    [
        ("search", results.Hit),
        ("search_as_of", results.Hit),
        ("offers", results.Offer),
        ("offers_as_of", results.Offer),
        ("entry", results.Entry),
        ("changes", results.Change),
        ("freshness", results.Freshness),
        ("explain", results.Step),
        ("active_model", results.Model),
    ],
)
def test_a_result_has_the_columns_of_its_function(db: Connection, function: str, result: Any) -> None:
    """Same names, same order: what is added to a function must be added to its type."""
    (signature,) = db.execute(
        "select p.oid::regprocedure::text from pg_proc p where p.proname = %s and p.pronamespace = 'kb'::regnamespace",
        (function,),
    ).fetchone() or ("none",)
    nulls = ", ".join(f"null::{kind}" for kind in signature.partition("(")[2].rstrip(")").split(",") if kind)
    described = db.execute(f"select * from kb.{function}({nulls}) limit 0".encode()).description
    assert described is not None
    assert [column.name for column in described] == [field.name for field in dataclasses.fields(result)]


def test_a_query_goes_with_the_vector_of_the_model_served(story: Story, url: str) -> None:
    """The model's identity goes along with the vector; where it is another's, words alone decide."""
    with Client(url, embed=story.encoder.vector, model=story.model.identity) as kb:
        assert {hit.url for hit in kb.search("oil change").hits} == {OIL, FAQ}
        assert not kb.search("oil change").degraded
        assert kb.search("oil change").hits[0].vector_score is not None
    with Client(url, embed=story.encoder.vector, model="another model") as kb:
        assert kb.search("oil change").hits[0].vector_score is None
    with Client(url) as kb:  # no model of that name on this machine
        assert kb.search("oil change").hits[0].vector_score is None
        vector = story.encoder.vector("oil change").tolist()
        assert kb.search("oil change", query_embedding=vector).hits[0].vector_score is not None


def test_a_switch_of_models_is_followed(story: Story, url: str) -> None:
    """A query embedded by the model served a moment ago is embedded anew by the one served now."""
    asked: list[str] = []

    def by(name: str) -> query_models.QueryModel:
        def embed(query: str) -> Any:
            asked.append(name)
            return story.encoder.vector(query)

        return query_models.QueryModel(embed, name)

    with Client(url) as kb:
        kb._models = query_models.QueryModels(lambda served: iter([by(served)]))
        assert kb.search("oil").hits
        story.conn.execute("update kb_store.model set name = 'newer', identity = 'newer identity'")
        assert kb.search("oil").hits[0].vector_score is not None
    assert asked == ["counting", "newer"]


def test_a_question_asked_again_is_not_embedded_again(story: Story, url: str) -> None:
    """Its vector is remembered, in another's call too; another question's is not taken for it."""
    encoder = CountingEncoder()

    def embed(query: str) -> Any:
        return encoder([query])[0]

    with Client(url, embed=embed, model=story.model.identity) as kb:
        first = kb.search("oil change").hits
        assert kb.search("oil change").hits == first
        assert kb.search("oil").hits
        assert kb.explain(first[0].entry_id, "oil change")
    assert encoder.texts == ["oil change", "oil"]


def test_a_question_of_several_at_once_is_embedded_once(story: Story, url: str) -> None:
    """Whoever asks while its vector is made waits for that one."""
    encoder, begun, go_on = CountingEncoder(), threading.Event(), threading.Event()

    def embed(query: str) -> Any:
        begun.set()
        assert go_on.wait(30)
        return encoder([query])[0]

    async def ask() -> None:
        async with AsyncClient(url, embed=embed, model=story.model.identity) as kb:
            asked = asyncio.gather(*(kb.search("oil change") for _ in range(3)))
            while not begun.is_set():
                await asyncio.sleep(0)
            for _ in range(100):
                await asyncio.sleep(0)
            go_on.set()
            assert all(answer.hits for answer in await asked)

    asyncio.run(ask())
    assert encoder.texts == ["oil change"]


def test_an_encoder_that_fails_is_no_failed_question(story: Story, url: str) -> None:
    """Whatever becomes of the model, words answer."""

    def fails(query: str) -> Any:
        raise FreshetError(f"no memory for {query!r}")

    with Client(url, embed=fails, model=story.model.identity) as kb:
        assert {hit.url for hit in kb.search("oil change").hits} == {OIL, FAQ}


def test_a_call_is_narrowed_and_the_next_is_not(story: Story, url: str) -> None:
    """`within` holds for one call of one caller; naming nothing sees nothing."""
    Story(story.conn, source=story.source.model_copy(update={"name": "other"})).sync(
        {"https://other.test/": [offer("https://other.test/", "Oil change elsewhere")]}
    )
    with Client(url, connections=1) as kb:
        assert {hit.source for hit in kb.search("oil change", within=["other"]).hits} == {"other"}
        assert kb.offers(within=[]).offers == []
        assert kb.offers(within=["shop,other", "; drop schema kb"]).offers == kb.offers(within=["shop", "other"]).offers
        assert [row.source for row in kb.freshness(within=["shop"])] == ["shop"]
        assert kb.entry(1, within=["other"]) is None
        assert {row.source for row in kb.changes(within=["other"])} == {"other"}
        assert [step.passed for step in kb.explain(1, within=["other"])] == [False]
        assert {row.source for row in kb.offers().offers} == {"shop", "other"}


def test_more_than_a_call_may_ask_is_said(url: str) -> None:
    """The database's own words; and what PostgreSQL cannot store is left out of a question."""
    with Client(url) as kb:
        with pytest.raises(BadQuestion, match="the most is 100"):
            kb.search("oil", max_results=10**6)
        with pytest.raises(BadQuestion, match="4000"):
            kb.search("x" * 4001)
        with pytest.raises(BadQuestion):
            kb.entry(10**30)
        assert kb.search("oil\0 \udc80change", language="e\0n").hits


def test_what_was_true_then_is_for_auditors(story: Story, url: str, database: TestDatabase) -> None:
    """A reader is told who may ask; an auditor is answered."""
    with Client(url) as kb, pytest.raises(NotAllowed, match="kb_auditor"):
        kb.offers(as_of=story.clock)
    with Client(database.url("auditor")) as kb:
        assert [row.url for row in kb.offers(known_at=datetime.now(UTC)).offers] == [OIL]
        assert kb.offers(as_of=story.clock, known_at=story.clock - timedelta(days=1)).offers == []
        assert {hit.url for hit in kb.search("oil change", as_of=datetime.now(UTC)).hits} == {OIL, FAQ}


def test_lost_connections_are_made_anew(url: str, database: TestDatabase) -> None:
    """Every connection of the pool cut: the next question is answered."""
    with Client(url, connections=3) as kb:
        threads = [threading.Thread(target=kb.offers) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cut = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where application_name = %s"
        with psycopg.connect(database.superuser_url()) as conn:
            (count,) = conn.execute(cut, ("freshet-client",)).fetchone() or (0,)
        assert count
        assert [row.url for row in kb.offers().offers] == [OIL]


def test_a_database_that_is_away_is_said_to_be(database: TestDatabase) -> None:
    """Opening waits for nobody; asking waits a moment, then says so, without the password."""
    nowhere = "postgresql://bot:canary@127.0.0.1:1/kb"
    with Client(nowhere, wait=0.1) as kb, pytest.raises(DatabaseAway) as refused:
        kb.offers()
    assert "canary" not in str(refused.value)

    async def ask() -> None:
        async with AsyncClient(nowhere, wait=0.1) as kb:
            with pytest.raises(DatabaseAway):
                await kb.search("oil")

    asyncio.run(ask())
    del database


def test_a_client_that_is_not_open_says_so(url: str) -> None:
    """Before `with` and after it."""
    kb = Client(url)
    with pytest.raises(DatabaseError, match="not open"):
        kb.offers()
    with kb:
        assert kb.offers().offers
    with pytest.raises(DatabaseError, match="not open"):
        kb.offers()
