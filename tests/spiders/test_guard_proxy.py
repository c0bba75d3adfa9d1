"""The browser's proxy passes on what the guard lets through, to who knows the run's secret, within limits."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.records import FreshetError
from spiders.guard import guard_reactor
from spiders.guard_proxy import GuardProxy, ProxyLimits
from tests.spiders.pages import Answer, Pages, serving
from tests.spiders.reactors import ScriptedNames, in_thread, listening, run_in_reactor

_PAGES = {
    "/": Answer("hello", headers={"Keep-Alive": "timeout=5", "X-Kept": "yes"}),
    "/big": Answer(b"x" * 300_000, "application/octet-stream"),
}


def _exchange(proxy: GuardProxy, request: bytes) -> bytes:
    """Send bytes to the proxy as any program could, and read until it closes."""
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), timeout=10) as sock:
        sock.sendall(request)
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
        return answer


def _login(proxy: GuardProxy) -> bytes:
    secret = b64encode(f"{proxy.username}:{proxy.password}".encode())
    return b"Proxy-Authorization: Basic " + secret + b"\r\n"


def _ask(
    make: Callable[[GuardProxy], bytes],
    allowed: int = 0,
    names: ScriptedNames | None = None,
    limits: ProxyLimits | None = None,
) -> bytes:
    """The bytes a proxy with `allowed` as its one exemption answers to a request."""

    async def work(reactor: Any) -> bytes:
        if names:
            reactor.installNameResolver(names)
        guard_reactor(reactor, (f"127.0.0.1:{allowed}",) if allowed else ())
        proxy = GuardProxy(reactor, limits)
        try:
            return await in_thread(reactor, lambda: _exchange(proxy, make(proxy)))
        except ConnectionResetError:
            return b"reset"
        finally:
            await proxy.stop()

    return run_in_reactor(work)


def _get(url: str, extra: bytes = b"") -> Callable[[GuardProxy], bytes]:
    return lambda proxy: f"GET {url} HTTP/1.1\r\nHost: any\r\n".encode() + _login(proxy) + extra + b"\r\n"


def _connect(authority: str, early: bytes = b"") -> Callable[[GuardProxy], bytes]:
    return lambda proxy: f"CONNECT {authority} HTTP/1.1\r\nHost: any\r\n".encode() + _login(proxy) + b"\r\n" + early


def test_a_plain_request_is_passed_on_without_what_was_meant_for_us() -> None:
    """The origin sees its own form of the request and no secret; the browser sees one closed connection."""
    with serving(_PAGES) as site:
        url = f"http://127.0.0.1:{site.port}/?q=1#part"
        site.paths["/?q=1"] = _PAGES["/"]
        answer = _ask(_get(url, b"Proxy-Connection: keep-alive\r\nX-Mine: 1\r\n"), site.port)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.0 200")
        assert body == b"hello"
        assert b"X-Kept: yes" in head
        assert b"Keep-Alive" not in head
        assert head.count(b"Connection: close") == 1
        ((_, path, headers),) = site.journal
        assert path == "/?q=1"
        assert headers["X-Mine"] == "1"
        assert not [name for name in headers if name.lower().startswith("proxy-")]


def test_a_tunnel_carries_bytes_both_ways() -> None:
    """CONNECT: what the browser sent early and what it sends later reach the server, answers come back."""
    with serving(_PAGES) as site:
        early = b"GET /big HTTP/1.0\r\n\r\n"
        answer = _ask(_connect(f"127.0.0.1:{site.port}", early), site.port)
        assert answer.startswith(b"HTTP/1.1 200 Connected\r\n\r\n")
        assert answer.endswith(b"x" * 300_000)


@pytest.mark.parametrize("how", [_get, _connect])
@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "[::ffff:127.0.0.1]", "inner.example"])
def test_a_forbidden_destination_is_refused_undialled(host: str, how: Callable[[str], Any]) -> None:
    """Both forms of request end in 403 when the address, or what the name resolves to, may not be dialled."""
    answers = ("127.1", "2130706433", "inner.example")
    to_us: dict[str, Any] = {name.replace(".", "_"): [["127.0.0.1"]] for name in answers}
    names = ScriptedNames(**to_us)
    with listening() as internal:
        target = f"{host}:{internal.port}"
        answer = _ask(how(f"http://{target}/" if how is _get else target), names=names)
        assert answer.startswith(b"HTTP/1.1 403 Refused Address")
        assert internal.contacts() == 0


def test_who_does_not_know_the_secret_gets_nothing() -> None:
    """Another program of this machine cannot use the proxy, nor guess its secret twice in one request."""
    wrong = b"Proxy-Authorization: Basic " + b64encode(b"freshet:guess") + b"\r\n"
    with serving(_PAGES) as site:
        for login in (b"", wrong):
            answer = _ask(lambda _, add=login: _line(site, add), site.port)  # type: ignore[misc]
            assert answer.startswith(b"HTTP/1.1 407")
        answer = _ask(lambda proxy: _line(site, wrong + _login(proxy)), site.port)
        assert answer.startswith(b"HTTP/1.1 407")
        assert site.journal == []


def _line(site: Pages, login: bytes) -> bytes:
    return f"GET {site.url}/ HTTP/1.1\r\n".encode() + login + b"\r\n"


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1",
        b"GET https://127.0.0.1/ HTTP/1.1",
        b"GET ftp://127.0.0.1/ HTTP/1.1",
        b"GET http://user@127.0.0.1/ HTTP/1.1",
        b"GET http:/// HTTP/1.1",
        b"GET http://127.0.0.1:99999/ HTTP/1.1",
        b"CONNECT a b HTTP/1.1",
        b"\x16\x03\x01 hello",
        b"GET http://127.0.0.1/ HTTP/9.9",
    ],
)
def test_what_is_no_proxy_request_is_a_bad_request(line: bytes) -> None:
    """Everything but the two forms of request is answered 400 and closed."""
    assert _ask(lambda proxy: line + b"\r\n" + _login(proxy) + b"\r\n").startswith(b"HTTP/1.1 400")


def test_a_server_that_does_not_answer_is_a_bad_gateway() -> None:
    """An allowed port where nobody listens, and a name that does not exist, are 502."""
    with listening() as gone:
        port = gone.port
    assert _ask(_get(f"http://127.0.0.1:{port}/"), port).startswith(b"HTTP/1.1 502")
    assert _ask(_connect("nowhere.example:443"), names=ScriptedNames()).startswith(b"HTTP/1.1 502")


def test_limits_cut_what_is_too_much() -> None:
    """A head without end, an answer over the limit and a silent peer are each ended."""
    small = ProxyLimits(head=1000, to_browser=100_000, idle_seconds=0.2)
    assert _ask(lambda _: b"GET http://a/ HTTP/1.1\r\nX: " + b"x" * 2000, limits=small).startswith(b"HTTP/1.1 431")
    with serving(_PAGES) as site:
        assert (
            len(_ask(_connect(f"127.0.0.1:{site.port}", b"GET /big HTTP/1.0\r\n\r\n"), site.port, limits=small))
            <= 100_100
        )
    assert _ask(lambda _: b"GET ", limits=small) in (b"", b"reset")
    with listening() as silent:
        assert _ask(_connect(f"127.0.0.1:{silent.port}"), silent.port, limits=small) in (
            b"reset",
            b"HTTP/1.1 200 Connected\r\n\r\n",
        )


def test_more_connections_than_allowed_are_turned_away() -> None:
    """The proxy holds a bounded number of connections."""
    with serving(_PAGES) as site:
        answer = _ask(_get(f"{site.url}/"), site.port, limits=ProxyLimits(connections=0))
        assert answer.startswith(b"HTTP/1.1 503")
        assert site.journal == []


def test_without_the_guard_there_is_no_proxy() -> None:
    """A reactor that dials anything gets no proxy at all."""

    async def work(reactor: Any) -> None:
        GuardProxy(reactor)

    with pytest.raises(FreshetError, match="guard_reactor first"):
        run_in_reactor(work)
