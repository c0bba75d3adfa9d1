"""Retrieval as chat platforms ask for it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pipelines.database import Connection
from pipelines.source_settings import Source
from retrieval.keys import create_key
from tests.retrieval.http.conftest import OIL
from tests.story import Story


def ask(http: httpx.Client, knowledge: str = "shop", query: str = "engine oil change", **more: Any) -> httpx.Response:
    """Dify's question."""
    setting = {"top_k": 2, "score_threshold": 0.0}
    return http.post(
        "/dify/retrieval", json={"knowledge_id": knowledge, "query": query, "retrieval_setting": setting, **more}
    )


def condition(name: str, operator: str, value: object) -> dict[str, Any]:
    """One condition on the metadata."""
    return {"metadata_condition": {"conditions": [{"name": [name], "comparison_operator": operator, "value": value}]}}


@pytest.mark.parametrize("knowledge", ["shop", "*", "all"])
def test_dify_gets_records_with_source_and_window(http: httpx.Client, knowledge: str) -> None:
    """A knowledge is a source, or all of them; metadata are an object, as Dify demands."""
    records = ask(http, knowledge).json()["records"]
    assert 1 <= len(records) <= 2
    assert records[0]["metadata"]["url"] == OIL
    assert {"content", "score", "title", "metadata"} == set(records[0])
    assert {"valid_until", "verified_at"} <= set(records[0]["metadata"])


def test_dify_gets_nothing_rather_than_what_does_not_answer(http: httpx.Client) -> None:
    """It has no word for `answerable`: a record is something to answer from."""
    assert ask(http, query="zebra migration").json() == {"records": []}


def test_a_threshold_is_kept(http: httpx.Client) -> None:
    """No record scores lower than was asked for."""
    answer = http.post(
        "/dify/retrieval",
        json={"knowledge_id": "*", "query": "oil", "retrieval_setting": {"top_k": 9, "score_threshold": 1.01}},
    )
    assert answer.json()["records"] == []


def test_an_unknown_knowledge_is_said_to_be_none(http: httpx.Client, db: Connection) -> None:
    """By Dify's own number; one that a key does not see is as one that never was."""
    Story(db, source=Source(name="hidden", kind="site", start_urls=("https://h.test/",))).sync({})
    http.headers["Authorization"] = f"Bearer {create_key(db, 'dify', ['read'], ['shop'])}"
    for name in ("hidden", "absent"):
        answer = ask(http, name)
        assert (answer.status_code, answer.json()["error_code"]) == (404, 2001)


def test_dify_is_told_of_a_key_that_does_not_hold_as_it_understands(http: httpx.Client, db: Connection) -> None:
    """When a key is entered there Dify posts nothing at all, and takes any status but 403, 404 and 502 for success."""
    good = create_key(db, "dify", ["read"], None)
    writer = create_key(db, "writer", ["write"], None)
    empty = [http.post("/dify/retrieval", headers={"Authorization": f"Bearer {key}"}) for key in (good, "x", writer)]
    assert [answer.status_code for answer in empty] == [422, 403, 403]
    assert empty[1].json()["error_code"] == 1002
    assert "freshet key create" in empty[1].json()["error_msg"]


def test_dify_may_send_null_for_what_was_never_set(http: httpx.Client) -> None:
    """A knowledge without settings of its own, a chat without conditions: as left out."""
    nothing = {"retrieval_setting": {"top_k": None, "score_threshold": None}, "metadata_condition": None}
    assert http.post("/dify/retrieval", json={"knowledge_id": "shop", "query": "oil", **nothing}).json()["records"]
    open_ = {"logical_operator": None, "conditions": None}
    assert ask(http, metadata_condition=open_).json()["records"]


def test_conditions_on_metadata_are_filters(http: httpx.Client) -> None:
    """Those that a filter can say."""
    urls = lambda answer: [one["metadata"]["url"] for one in answer.json()["records"]]  # noqa: E731
    assert urls(ask(http, **condition("category", "contains", "oil")))[0] == OIL
    assert urls(ask(http, **condition("category", "in", ["nothing"]))) == []
    assert urls(ask(http, **condition("source", "is", "other"))) == []


@pytest.mark.parametrize(
    "told",
    [condition("price", ">", 3), condition("category", "not in", ["oil"]), condition("language", "in", ["en", "ar"])],
)
def test_a_condition_that_no_filter_can_say_is_refused(http: httpx.Client, told: dict[str, Any]) -> None:
    """Left out it would return what was not wanted."""
    answer = ask(http, **told)
    assert answer.status_code == 422
    assert "metadata_condition" in answer.json()["detail"]


def test_open_webui_gets_links_with_snippets(http: httpx.Client) -> None:
    """Its form of a hit."""
    hits = http.post("/openwebui/search", json={"query": "engine oil change", "count": 1}).json()
    assert [set(hit) for hit in hits] == [{"link", "title", "snippet"}]
    assert hits[0]["link"] == OIL
