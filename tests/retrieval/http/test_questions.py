"""What may be asked over HTTP, and that it is what SQL answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from pipelines.database import Connection
from pipelines.postgres import embedded
from retrieval.as_json import document
from tests.postgres import TestDatabase
from tests.retrieval.http.conftest import FAQ, OIL
from tests.story import Story, offer, stated

_JSON = {"Content-Type": "application/json"}


def rows(conn: Connection, statement: str) -> Any:
    """What SQL answers, as JSON has it."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return json.loads(document(cursor.execute(statement.encode()).fetchall()))


def test_search_answers_with_the_columns_of_the_function(http: httpx.Client, as_reader: Connection) -> None:
    """By GET and by POST the same, in the order and with the names of kb.search."""
    asked = {"query": "oil change", "max_results": 3}
    by_post, by_get = http.post("/v1/search", json=asked).json(), http.get("/v1/search", params=asked).json()
    assert by_post == by_get
    told = rows(as_reader, "select * from kb.search('oil change', max_results => 3)")
    assert by_post["hits"] == told
    assert by_post["answerable"] == any(hit["answerable"] for hit in told)
    assert [list(hit) for hit in by_post["hits"]] == [list(hit) for hit in told]


def test_filters_reach_the_function(http: httpx.Client) -> None:
    """A filter left out is none, one named twice is a list, an empty list matches nothing."""
    urls = lambda answer: [hit["url"] for hit in answer.json()["hits"]]  # noqa: E731
    everything = urls(http.get("/v1/search", params={"query": "oil change"}))
    assert set(everything) >= {OIL, FAQ}
    assert urls(http.get("/v1/search", params={"query": "oil change", "kind": "page"})) == [FAQ]
    assert urls(http.get("/v1/search", params={"query": "oil change", "category": ["oil", "tyres"]}))[0] == OIL
    assert urls(http.post("/v1/search", json={"query": "oil change", "category": []})) == []


def test_an_entry_and_why_it_is_served(http: httpx.Client) -> None:
    """An offer's number leads to the whole of it, and to the reasons."""
    number = next(o["entry_id"] for o in http.get("/v1/offers").json()["offers"] if o["url"] == OIL)
    assert "filter" in http.get(f"/v1/entries/{number}").json()["text"]
    served = http.get(f"/v1/explain/{number}").json()["steps"]
    found = http.get(f"/v1/explain/{number}", params={"query": "engine oil"}).json()["steps"]
    assert all(step["passed"] for step in served)
    assert [step["rule"] for step in found[: len(served)]] == [step["rule"] for step in served]
    assert len(found) > len(served)


def test_what_ended_is_gone_from_every_address(http: httpx.Client, story: Story, db: Connection) -> None:
    """T5: no job runs between the end of a window and the answers."""
    ends = story_now(db) + timedelta(seconds=2)
    story.sync(
        {"https://shop.test/short": [offer("https://shop.test/short", "Wiper blades half price", stated(None, ends))]}
    )
    listed = [o for o in http.get("/v1/offers").json()["offers"] if o["url"].endswith("/short")]
    assert len(listed) == 1
    while story_now(db) < ends:
        db.execute("select pg_sleep(greatest(extract(epoch from %s - clock_timestamp()), 0))", (ends,))
    assert "/short" not in http.get("/v1/offers").text
    assert "/short" not in http.get("/v1/search", params={"query": "wiper blades"}).text
    assert http.get(f"/v1/entries/{listed[0]['entry_id']}").status_code == 404


def story_now(db: Connection) -> datetime:
    """The database's clock."""
    row = db.execute("select clock_timestamp()").fetchone()
    assert row is not None
    now: datetime = row[0]
    return now


@pytest.mark.hazard("S9")
@pytest.mark.parametrize(
    ("method", "path", "asked", "named"),
    [
        ("POST", "/v1/search", {"json": {}}, "query"),
        ("POST", "/v1/search", {"json": {"query": "x", "limit": 3}}, "limit"),
        ("POST", "/v1/search", {"json": {"query": "x" * 4001}}, "4000"),
        ("POST", "/v1/search", {"json": {"query": "x", "max_results": 101}}, "100"),
        ("POST", "/v1/search", {"json": {"query": "x", "max_results": -1}}, "max_results"),
        ("POST", "/v1/search", {"json": {"query": "x", "max_results": 10**30}}, "max_results"),
        ("POST", "/v1/search", {"json": {"query": "x", "query_embedding": [0.5]}}, "dimensions"),
        ("POST", "/v1/search", {"content": b'{"query": "\xff\xfe"}'}, ""),
        ("POST", "/v1/search", {"content": b"no json"}, ""),
        ("POST", "/v1/search", {"content": b'{"query": "x", "min_score": NaN}', "headers": _JSON}, "JSON"),
        ("POST", "/v1/search", {"content": b"[" * 100_000, "headers": _JSON}, "JSON"),
        ("POST", "/v1/search", {"data": {"query": "oil"}}, "Content-Type: application/json"),
        ("GET", "/v1/offers", {"params": {"max_results": 10_001}}, "10000"),
        ("GET", "/v1/offers", {"params": {"as_of": "2026-01-01T00:00:00"}}, "as_of"),
        ("GET", "/v1/offers", {"params": {"as_of": "2026"}}, "ISO 8601"),
        ("GET", "/v1/offers", {"params": {"language": "en-US"}}, "language"),
        ("GET", "/v1/entries/1", {"params": {"language": "Arabic"}}, "language"),
        ("GET", "/v1/changes", {"params": {"since": 3}}, "since"),
        ("GET", "/v1/status", {"params": {"source": "shop"}}, "source"),
        ("GET", "/v1/entries/x", {}, "entry_id"),
        ("GET", "/v1/entries/0", {}, "entry_id"),
        ("GET", "/v1/entries/99999999999999999999", {}, "entry_id"),
    ],
)  # fmt: skip
def test_a_bad_question_is_a_problem_that_says_what_to_change(
    http: httpx.Client, method: str, path: str, asked: dict[str, Any], named: str
) -> None:
    """S9: never a 500, never a silently different question."""
    answer = http.request(method, path, **asked)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert named in answer.json()["detail"]


def test_an_address_tells_which_methods_it_takes(http: httpx.Client) -> None:
    """All of them, where several routes share it."""
    answer = http.delete("/v1/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/offers", "/"])
def test_an_address_that_can_be_read_can_be_looked_at(http: httpx.Client, path: str) -> None:
    """HEAD, as balancers and `curl -I` send it: the same head, and no body."""
    read, looked = http.get(path), http.head(path)
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers["content-type"] == read.headers["content-type"]


def test_each_question_has_a_name_of_its_own(http: httpx.Client) -> None:
    """Open WebUI and others show a model the `operationId` as a tool's name."""
    told = http.get("/openapi.json").json()["paths"]
    names = [operation["operationId"] for path in told.values() for operation in path.values()]
    assert len(set(names)) == len(names)
    assert {"search", "offers", "entry", "changes"} <= set(names)


def test_the_document_says_how_to_ask_and_what_is_refused(http: httpx.Client) -> None:
    """A key as Bearer, refusals as problem documents, money as numbers: what programs are generated from."""
    told = http.get("/openapi.json").json()
    asking = told["paths"]["/v1/search"]["post"]
    assert asking["security"] == [{"key": []}]
    assert told["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert {"401", "403", "413", "422", "429", "503"} <= set(asking["responses"])
    assert set(asking["responses"]["422"]["content"]) == {"application/problem+json"}
    assert {"type": "number"} in told["components"]["schemas"]["Hit"]["properties"]["price"]["anyOf"]


@pytest.mark.hazard("S4")
@pytest.mark.parametrize(
    "query", ["a\0b", "'; drop table kb_store.entry; --", "%s %(x)s {}", "\u202eoil", "\\", "$.a[*]"]
)
def test_a_hostile_query_is_a_query(http: httpx.Client, query: str) -> None:
    """S4: whatever is asked is data."""
    assert http.post("/v1/search", json={"query": query}).status_code == 200


@contextmanager
def shut_out(database: TestDatabase) -> Iterator[None]:
    """Nobody is connected to the database, and nobody can connect."""
    name = sql.Identifier(database.name)
    with psycopg.connect(embedded.superuser_uri(database.cluster.server, "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("alter database {} allow_connections false").format(name))
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (database.name,))
        try:
            yield
        finally:
            admin.execute(sql.SQL("alter database {} allow_connections true").format(name))


@pytest.mark.hazard("B2")
def test_while_the_database_is_away_nothing_is_answered(http: httpx.Client, database: TestDatabase) -> None:
    """B2: 503 and when to ask again, never what was true a moment ago; the process itself is well."""
    assert http.get("/readyz").status_code == 200
    assert http.get("/v1/offers").status_code == 200
    with shut_out(database):
        for path in ("/v1/offers", "/readyz", "/v1/search?query=oil", "/v1/changes"):
            answer = http.get(path)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
        assert http.get("/healthz").status_code == 200
    assert http.get("/v1/offers").status_code == 200
