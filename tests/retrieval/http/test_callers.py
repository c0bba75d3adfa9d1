"""Who is answered over HTTP, and what they may."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from pipelines.database import Connection
from retrieval.keys import create_key, keys, revoke_key
from tests.story import Story, offer


def bearer(key: str) -> dict[str, str]:
    """The header a caller shows a key in."""
    return {"Authorization": f"Bearer {key}"}


def test_without_a_key_this_machine_is_answered(http: httpx.Client) -> None:
    """As long as no key was ever made, loopback needs none."""
    assert http.get("/v1/offers").status_code == 200


@pytest.mark.hazard("S9")
@pytest.mark.parametrize(
    "host", ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "192.168.0.7", "", "[::", "0.0.0.0"]
)
def test_without_a_key_only_a_name_of_this_machine_will_do(http: httpx.Client, host: str) -> None:
    """S9: a page of the web that resolves its own name to 127.0.0.1 is not this machine's user."""
    answer = http.get("/v1/offers", headers={"Host": host})
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost", "LOCALHOST:8642", "[::1]:8642"])
def test_names_of_this_machine(http: httpx.Client, host: str) -> None:
    """Any name and port of loopback will do: a tunnel may have another."""
    assert http.get("/v1/offers", headers={"Host": host}).status_code == 200


@pytest.mark.hazard("S9")
@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"])
def test_without_a_key_nobody_is_answered_through_a_proxy(http: httpx.Client, header: str, db: Connection) -> None:
    """It stands on this machine and may name it as the host: behind it is the whole world."""
    through = {header: "203.0.113.7"}
    refused = http.get("/v1/offers", headers=through)
    assert refused.status_code == 403
    assert "through no proxy" in refused.json()["detail"]
    worn = create_key(db, "bot", ["read"], None)
    assert http.get("/v1/offers", headers={**through, **bearer(worn)}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/offers/", "/mcp/", "/sources/"])
def test_nobody_is_led_elsewhere_with_a_key_in_hand(http: httpx.Client, path: str) -> None:
    """Where TLS ends before us, an address of ours named whole would be one without it."""
    answer = http.get(path)
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


@pytest.mark.hazard("S9")
def test_once_a_key_was_made_every_call_needs_one(http: httpx.Client, db: Connection) -> None:
    """Also after it was revoked: what was closed does not open by itself."""
    worn = create_key(db, "bot", ["read"], None)
    refused = http.get("/v1/offers")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert "freshet key create" in refused.json()["detail"]
    assert http.get("/v1/offers", headers=bearer(worn)).status_code == 200
    revoke_key(db, "bot")
    assert http.get("/v1/offers", headers=bearer(worn)).status_code == 401
    assert http.get("/v1/offers").status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [lambda k: k[:-1], lambda k: k[:-1] + ("A" if k[-1] != "A" else "B"), str.upper, lambda k: k + "x"],
)
def test_a_key_that_is_not_quite_right_is_none(http: httpx.Client, db: Connection, spoil: Callable[[str], str]) -> None:
    """Every character counts."""
    worn = create_key(db, "bot", ["read"], None)
    assert http.get("/v1/offers", headers=bearer(spoil(worn))).status_code == 401


def test_a_wrong_key_is_refused_even_where_none_is_needed(http: httpx.Client) -> None:
    """Whoever shows a key means it: a typing error must not pass for rights."""
    assert http.get("/v1/offers", headers=bearer("wrong")).status_code == 401


def test_the_base_keeps_no_key(db: Connection) -> None:
    """What is kept cannot be shown to the door."""
    worn = create_key(db, "bot", ["read"], None)
    row = db.execute("select k::text from kb_store.api_key k").fetchone()
    assert row is not None
    assert worn not in row[0]
    assert worn.rsplit("_", 1)[-1] not in row[0]


def test_the_last_use_is_shown(http: httpx.Client, db: Connection) -> None:
    """A key that nobody uses can be told from one that somebody does; a wrong one is no use."""
    worn = create_key(db, "bot", ["read"], None)
    http.get("/v1/offers", headers=bearer(worn[:-4] + "AAAA"))
    assert keys(db)[0].last_used is None
    http.get("/v1/offers", headers=bearer(worn))
    assert keys(db)[0].last_used is not None


@pytest.mark.hazard("S6")
def test_a_key_of_one_source_sees_nothing_of_another(http: httpx.Client, story: Story, db: Connection) -> None:
    """S6: through every address; another's number is as one that never was."""
    other = Story(db, source=story.source.model_copy(update={"name": "other"}))
    other.sync({"https://other.test/a": [offer("https://other.test/a", "Engine oil secret")]})
    mine = bearer(create_key(db, "bot", ["read", "audit"], ["shop"]))
    theirs = [
        o["entry_id"]
        for o in http.get("/v1/offers", headers=bearer(create_key(db, "all", ["read"], None))).json()["offers"]
        if o["source"] == "other"
    ]
    assert len(theirs) == 1
    for answer in (
        http.get("/v1/offers", headers=mine),
        http.get("/v1/offers", params={"source": "other"}, headers=mine),
        http.get("/v1/offers", params={"source": ["other", "shop"]}, headers=mine),
        http.post("/v1/search", json={"query": "engine oil secret"}, headers=mine),
        http.post("/v1/search", json={"query": "engine oil secret", "source": ["other"]}, headers=mine),
        http.get("/v1/changes", headers=mine),
        http.get("/v1/status", headers=mine),
    ):
        assert answer.status_code == 200
        assert "other.test" not in answer.text
        assert '"other"' not in answer.text
    for address in ("/v1/entries/{}", "/v1/explain/{}"):
        hidden, absent = (http.get(address.format(one), headers=mine) for one in (theirs[0], 999_999))
        assert hidden.status_code == absent.status_code
        told = [a.json() | {"instance": ""} for a in (hidden, absent)]
        told[0] = json.loads(json.dumps(told[0]).replace(str(theirs[0]), "999999"))
        assert told[0] == told[1]


def test_what_was_needs_scope_audit(http: httpx.Client, db: Connection) -> None:
    """A bot may not ask about the past."""
    asked = {"as_of": "2026-01-01T00:00:00Z"}
    assert (
        http.get("/v1/offers", params=asked, headers=bearer(create_key(db, "bot", ["read"], None))).status_code == 403
    )
    assert (
        http.get(
            "/v1/offers", params=asked, headers=bearer(create_key(db, "auditor", ["read", "audit"], None))
        ).status_code
        == 200
    )
