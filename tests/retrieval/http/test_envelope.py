"""Around every request: its number, its size, what the log has of it, and what a failure shows."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from retrieval.http.envelope import LARGEST_BODY, Envelope, JsonLines
from retrieval.http.problems import answer_problems

SECRET = "canary-4711"


@pytest.fixture
def app() -> FastAPI:
    """A small application in its envelope."""
    app = FastAPI()
    answer_problems(app)
    app.add_middleware(Envelope)

    @app.post("/echo")
    async def echo(body: dict[str, Any]) -> int:
        return len(body)

    @app.get("/fail/{what}")
    async def fail(what: str) -> None:
        raise RuntimeError(f"{SECRET} {what}")

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"one"
            raise RuntimeError(SECRET)

        return StreamingResponse(parts())

    @app.get("/number")
    async def number(request: Request) -> str:
        return str(request.state.number)

    return app


def ask(app: FastAPI, method: str, path: str, **more: Any) -> httpx.Response:
    """One request to the application, in this process."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asked())


def test_every_answer_has_its_number_and_is_protected(app: FastAPI) -> None:
    """The number in the answer is the one the application knows; errors are no exception."""
    answer = ask(app, "GET", "/number")
    assert answer.json() == answer.headers["x-request-id"]
    for path in ("/number", "/nowhere", "/fail/now"):
        headers = ask(app, "GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_a_failure_shows_nothing_but_its_number(app: FastAPI) -> None:
    """No traceback, no text of the error; the log has both."""
    answer = ask(app, "GET", "/fail/now")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
    assert answer.json()["instance"] == f"urn:request:{answer.headers['x-request-id']}"


def test_a_stream_that_fails_half_way_is_cut_not_completed(app: FastAPI) -> None:
    """An answer of which half is out cannot become another; it must not look whole either."""

    async def asked() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            await client.get("/half")

    with pytest.raises((RuntimeError, httpx.HTTPError)):
        asyncio.run(asked())


@pytest.mark.hazard("S9")
def test_a_body_beyond_the_limit_is_refused(app: FastAPI) -> None:
    """S9: counted as it comes, whatever length was claimed."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 1000 + 2):
            yield b" " * 1000

    answer = ask(app, "POST", "/echo", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert str(LARGEST_BODY) in answer.json()["detail"]


def test_unknown_addresses_and_methods_are_problems_with_a_way_out(app: FastAPI) -> None:
    """RFC 9457, and where to look."""
    for method, path, status in (("GET", "/nowhere", 404), ("DELETE", "/echo", 405)):
        answer = ask(app, method, path)
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert "/openapi.json" in answer.json()["detail"]


def test_the_log_has_the_address_as_declared_and_nothing_that_was_asked(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """What a customer asks, a key, or an address of somebody's making stand in no line."""
    with caplog.at_level(logging.INFO, "freshet.http"):
        ask(app, "GET", f"/number?query={SECRET}", headers={"Authorization": f"Bearer {SECRET}"})
        ask(app, "GET", f"/{SECRET}")
    lines = [JsonLines().format(record) for record in caplog.records]
    assert [json.loads(line)["path"] for line in lines] == ["/number", "other"]
    assert not any(SECRET in line for line in lines)
