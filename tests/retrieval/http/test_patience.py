"""S9: peers that open connections and say nothing, never end, or take nothing keep nobody else from an answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from time import monotonic

import httpx
import psutil  # type: ignore[import-untyped]  # it has no stubs among the dependencies
import pytest

from pipelines.settings import Project
from retrieval.http.app import create_app
from tests.retrieval.http.conftest import running
from tests.story import Story

CROWD = 300
_HEAD = b"POST /v1/search HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
SLOW = {
    "silent": b"",
    "half a head": _HEAD,
    "half a body": _HEAD + b"content-length: 1000\r\n\r\n{",
    "half a body of what is refused": b"POST /v1/absent HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{",
}


@pytest.fixture
def door(project: Project, story: Story, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the base is served by a server whose patience is short."""
    del story
    for name in ("_HEAD", "_BODY", "_TAKING"):
        monkeypatch.setattr(f"retrieval.http.patience.{name}", 1.0)
    with running(create_app(project)) as address:
        yield address


async def _cut(reader: asyncio.StreamReader) -> bool:
    """Whether the server ends the connection, whatever it says before."""
    try:
        await asyncio.wait_for(reader.read(-1), 30)
    except ConnectionError:
        return True
    return reader.at_eof()


async def _crowd(address: str, says: bytes) -> tuple[list[int], list[bool]]:
    """Statuses of others' questions while a crowd is slow, and whether each of the crowd is cut."""
    url = httpx.URL(address)
    opened = [await asyncio.open_connection(url.host, url.port) for _ in range(CROWD)]
    for _, writer in opened:
        writer.write(says)
    async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as http:
        answers = [(await http.post("/v1/search", json={"query": "oil"})).status_code for _ in range(5)]
    cut = await asyncio.gather(*(_cut(reader) for reader, _ in opened))
    for _, writer in opened:
        writer.close()
    return answers, cut


@pytest.mark.hazard("S9")
@pytest.mark.parametrize("how", SLOW)
def test_s9_a_slow_crowd_stops_nobody_and_is_cut(door: str, how: str) -> None:
    """A few hundred connections that say part of a request, and no more."""
    answers, cut = asyncio.run(_crowd(door, SLOW[how]))
    assert answers == [200] * 5
    assert cut == [True] * CROWD


@pytest.mark.hazard("S9")
def test_s9_who_takes_no_answer_is_cut(door: str) -> None:
    """Asks for more than is buffered on the way and reads next to nothing: the server lets go of it."""
    url = httpx.URL(door)
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect((url.host, url.port))
        peer.sendall(b"GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n" * 400)
        assert peer.recv(1)
        deadline = monotonic() + 60
        while _is_held(*peer.getsockname()):  # the kernel keeps what it was given: only the server's side tells
            assert monotonic() < deadline
    assert httpx.get(f"{door}/v1/offers", trust_env=False).status_code == 200


def _is_held(host: str, port: int) -> bool:
    """Whether the server, which lives in this process, still has the connection of that peer."""
    return any(one.raddr == (host, port) for one in psutil.Process().net_connections("tcp4"))


@pytest.mark.hazard("S9")
def test_s9_many_at_once_are_answered_or_told_to_come_again(door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit 503 with Retry-After as a problem document, and afterwards all is as before."""
    monkeypatch.setattr("retrieval.http.envelope._MOST_AT_ONCE", 20)

    async def at_once() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=door, timeout=60, trust_env=False, limits=limits) as http:
            return await asyncio.gather(*(http.get("/v1/search", params={"query": "oil"}) for _ in range(200)))

    answers = asyncio.run(at_once())
    assert {answer.status_code for answer in answers} == {200, 503}
    busy = next(answer for answer in answers if answer.status_code == 503)
    assert busy.headers["content-type"] == "application/problem+json"
    assert int(busy.headers["retry-after"]) > 0
    assert httpx.get(f"{door}/v1/offers", trust_env=False).status_code == 200
