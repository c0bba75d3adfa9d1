"""The change feed over HTTP: by pages, and as a stream that resumes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pipelines.database import Connection
from pipelines.settings import Project
from retrieval.http import following
from retrieval.http.app import create_app
from retrieval.http.callers import Doorkeeper
from retrieval.http.pace import Pace
from retrieval.keys import create_key, revoke_key
from tests.postgres import TestDatabase
from tests.retrieval.http.conftest import running
from tests.retrieval.http.test_questions import shut_out
from tests.story import Story, offer


def events(lines: Iterator[str], most: int) -> list[dict[str, Any]]:
    """The next so many events of a stream."""
    found: list[dict[str, Any]] = []
    event: dict[str, Any] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
            continue
        if event:
            found.append(event)
            event = {}
        if len(found) == most:
            break
    return found


def test_pages_of_changes_miss_nothing(http: httpx.Client) -> None:
    """Asked one by one with the last number, the same as all at once."""
    whole = http.get("/v1/changes").json()["changes"]
    one_by_one: list[Any] = []
    while page := http.get(
        "/v1/changes", params={"after": one_by_one[-1]["change_id"] if one_by_one else 0, "max_results": 1}
    ).json()["changes"]:
        one_by_one += page
    assert one_by_one == whole
    assert len(whole) >= 4


def test_a_stream_tells_what_was_and_then_what_comes(http: httpx.Client, story: Story) -> None:
    """An event's id is the cursor, its name the change; what is published meanwhile comes at once."""
    before = http.get("/v1/changes").json()["changes"]
    with http.stream("GET", "/v1/changes/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        told = events(lines, len(before))
        assert [json.loads(event["data"]) for event in told] == before
        assert [(event["id"], event["event"]) for event in told] == [(str(c["change_id"]), c["change"]) for c in before]
        story.sync({"https://shop.test/new": [offer("https://shop.test/new", "Battery check for free")]})
        assert json.loads(events(lines, 1)[0]["data"])["url"] == "https://shop.test/new"


def test_who_asks_for_the_head_of_a_stream_gets_it_and_may_go_on(http: httpx.Client) -> None:
    """On the same connection: a body that nobody reads would hold it for ever."""
    head = http.head("/v1/changes/stream")
    assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert http.get("/v1/status", timeout=5).status_code == 200


def test_a_stream_resumes_where_it_broke_off(http: httpx.Client) -> None:
    """The last event's id, sent as a browser does, skips what was heard."""
    before = http.get("/v1/changes").json()["changes"]
    heard = {"Last-Event-ID": str(before[1]["change_id"])}
    with http.stream("GET", "/v1/changes/stream", headers=heard) as answer:
        assert int(events(answer.iter_lines(), 1)[0]["id"]) == before[2]["change_id"]


def test_a_stream_refuses_what_it_does_not_know(http: httpx.Client) -> None:
    """As every address: a cursor misspelt would be the whole feed from the beginning."""
    assert http.get("/v1/changes/stream", params={"aftr": 3}).status_code == 422


def test_a_stream_costs_its_key_one_question(project: Project, story: Story, db: Connection) -> None:
    """However much it hears: many that listen with one key are not cut for that."""
    headers = {"Authorization": f"Bearer {create_key(db, 'bot', ['read'], None)}"}
    app = create_app(project)
    with running(app) as address:
        app.state.doorkeeper = Doorkeeper(app.state.store, Pace(1e-9, 1))
        with httpx.stream("GET", f"{address}/v1/changes/stream", headers=headers, trust_env=False) as answer:
            lines = answer.iter_lines()
            events(lines, 4)
            for name in ("brakes", "wash", "polish"):
                url = f"https://shop.test/{name}"
                story.sync({url: [offer(url, f"All about {name}")]})
                assert json.loads(events(lines, 1)[0]["data"])["url"] == url
        assert httpx.get(f"{address}/v1/status", headers=headers, trust_env=False).status_code == 429


@pytest.mark.hazard("S9")
def test_one_key_cannot_take_every_stream(http: httpx.Client, db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """S9: it is told so, another is heard, and it has room again once it has closed one."""
    monkeypatch.setattr(following, "_MOST_OF_ONE", 1)
    mine, theirs = ({"Authorization": f"Bearer {create_key(db, name, ['read'], None)}"} for name in ("a", "b"))
    with http.stream("GET", "/v1/changes/stream", headers=mine) as first:
        lines = first.iter_lines()  # dropped, it would close the stream
        events(lines, 1)
        refused = http.get("/v1/changes/stream", headers=mine)
        assert (refused.status_code, refused.json()["detail"]) == (429, "1 streams are open with this key: close one")
        assert int(refused.headers["retry-after"]) > 0
        with http.stream("GET", "/v1/changes/stream", headers=theirs) as other:
            assert other.status_code == 200
    until = time.monotonic() + 30
    while True:
        with http.stream("GET", "/v1/changes/stream", headers=mine) as again:
            if again.status_code == 200:
                break
        assert time.monotonic() < until, "its end was not noticed"


def test_a_stream_ends_quietly_with_its_database(
    http: httpx.Client, database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """Who listens comes back and is told 503: nothing of it is a mistake of ours."""
    with http.stream("GET", "/v1/changes/stream") as answer:
        lines = answer.iter_lines()
        events(lines, 4)
        with shut_out(database):
            assert events(lines, 1) == []
    assert "Traceback" not in caplog.text
    assert "failed" not in caplog.text


def test_a_stream_hears_only_of_granted_sources_and_ends_with_its_key(
    http: httpx.Client, story: Story, db: Connection
) -> None:
    """S6; and a key that is revoked hears nothing more."""
    other = Story(db, source=story.source.model_copy(update={"name": "other"}))
    worn = create_key(db, "bot", ["read"], ["shop"])
    with http.stream("GET", "/v1/changes/stream", headers={"Authorization": f"Bearer {worn}"}) as answer:
        lines = answer.iter_lines()
        events(lines, 4)
        other.sync({"https://other.test/a": [offer("https://other.test/a", "Engine oil secret")]})
        story.sync({"https://shop.test/new": [offer("https://shop.test/new", "Battery check for free")]})
        assert json.loads(events(lines, 1)[0]["data"])["url"] == "https://shop.test/new"
        revoke_key(db, "bot")
        story.sync({"https://shop.test/later": [offer("https://shop.test/later", "Coolant for half the price")]})
        assert events(lines, 1) == []
