"""A forward HTTP proxy for the browser, inside the crawl child, so that a page's own requests pass the guard.

Chromium opens its own sockets and would dial whatever a page's scripts name. Started with this
proxy for everything, loopback included, it opens none: it asks us, by CONNECT (https, WebSocket) or
in absolute form (http), and we dial through the guarded reactor, names resolved on our side.

It listens on an ephemeral loopback port and answers only who knows the secret of this run
(RFC 7617 Basic, compared in constant time), so other users of the machine gain nothing by it.
Limits: connections, size of a head, bytes to the browser, seconds idle and in all. No body is
kept or logged. The libraries looked at bring a process of their own that would dial past the
guard (proxy.py, mitmproxy) or know no CONNECT (twisted.web.proxy).
"""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory

from pipelines.records import FreshetError
from spiders.guard import RefusedAddress, is_guarded
from spiders.guard_relay import HEAD_END, HOP_BY_HOP, Origin, Relay, Tunnel, Upstream

__all__ = ["GuardProxy", "ProxyLimits"]

_log = logging.getLogger(__name__)
_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) ([\x21-\x7e]{1,32000}) HTTP/1\.[01]\Z")
_PHRASES = {
    400: b"Bad Request",
    403: b"Refused Address",
    407: b"Proxy Authentication Required",
    431: b"Head Too Large",
    502: b"Bad Gateway",
    503: b"Too Many Connections",
}


@dataclass(frozen=True)
class ProxyLimits:
    """Bounds on what a page's own requests may cost."""

    connections: int = 64  # at once
    head: int = 64 * 2**10  # bytes of a request's or an answer's head
    to_browser: int = 20 * 2**20  # bytes of one answer or tunnel
    connect_seconds: float = 10.0
    idle_seconds: float = 20.0  # without a byte in either direction
    total_seconds: float = 120.0  # of one connection


class GuardProxy:
    """The running proxy of one crawl: where it listens, and the secret that opens it."""

    def __init__(self, reactor: Any, limits: ProxyLimits | None = None) -> None:
        """Listen at once. Raises FreshetError when the reactor is not guarded: it would dial anything."""
        if not is_guarded(reactor):
            raise FreshetError("the browser's proxy dials through the guard only; call guard_reactor first")
        self.reactor = reactor
        self.limits = limits or ProxyLimits()
        self.username = "freshet"
        self.password = secrets.token_urlsafe(32)
        self.clients: set[_Browser] = set()
        self.refused: dict[str, str] = {}  # host:port -> why; the first 100, for the log
        self._expected = b"Basic " + b64encode(f"{self.username}:{self.password}".encode())
        factory: Any = Factory()
        factory.noisy = False
        factory.buildProtocol = self._accept
        self._port = reactor.listenTCP(0, factory, interface="127.0.0.1")

    @property
    def url(self) -> str:
        """Return the proxy's address, without the secret."""
        return f"http://127.0.0.1:{self._port.getHost().port}"

    def stop(self) -> Any:
        """Stop listening and cut what is open; return a Deferred that fires when the port is closed."""
        for client in tuple(self.clients):
            client.end()
        return self._port.stopListening()

    def knows(self, authorization: bytes) -> bool:
        """Return whether a Proxy-Authorization value holds this run's secret."""
        return hmac.compare_digest(authorization, self._expected)

    def note_refusal(self, authority: str, why: str) -> None:
        """Log a refused destination once."""
        if authority not in self.refused and len(self.refused) < 100:
            self.refused[authority] = why
            _log.warning("a page's script asked for %s", why)

    def _accept(self, _: Any) -> _Browser:
        return _Browser(self)


class _Browser(Relay):
    """The browser's end: reads one request's head, checks the secret, dials, then relays."""

    def __init__(self, proxy: GuardProxy) -> None:
        self.proxy = proxy
        self._head = bytearray()
        self._sent = 0
        self._asked = False
        self._timers: list[Any] = []

    def connectionMade(self) -> None:
        limits, clock = self.proxy.limits, self.proxy.reactor
        self._timers = [clock.callLater(limits.idle_seconds, self.end), clock.callLater(limits.total_seconds, self.end)]
        self.proxy.clients.add(self)
        if len(self.proxy.clients) > limits.connections:
            self.answer(503)

    def dataReceived(self, data: bytes) -> None:
        self.stir()
        if self.other is not None:
            self.pass_on(data)
            return
        self._head += data
        if not self._asked:
            self._read_head()
        elif len(self._head) > self.proxy.limits.head:
            self.transport.pauseProducing()  # until the other end is there

    def connectionLost(self, reason: Any = None) -> None:
        self.proxy.clients.discard(self)
        for timer in self._timers:
            if timer.active():
                timer.cancel()
        super().connectionLost(reason)

    def stir(self) -> None:
        """A byte went by: the idle clock starts again."""
        if self._timers[0].active():
            self._timers[0].reset(self.proxy.limits.idle_seconds)

    def give(self, data: bytes) -> None:
        """Pass an answer's bytes to the browser, up to the limit."""
        self.stir()
        self._sent += len(data)
        if self._sent > self.proxy.limits.to_browser:
            self.end()
        else:
            self.transport.write(data)

    def end(self) -> None:
        """Cut both ends at once."""
        self.transport.abortConnection()

    def answer(self, status: int, extra: bytes = b"") -> None:
        """Answer for ourselves and close."""
        self._asked = True
        head = b"HTTP/1.1 %d %s\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n"
        self.transport.write(head % (status, _PHRASES[status], extra))
        self.transport.loseConnection()

    def _read_head(self) -> None:
        end = self._head.find(HEAD_END)
        if max(end, len(self._head) if end < 0 else 0) > self.proxy.limits.head:
            self.answer(431)
        elif end >= 0:
            self._asked = True
            head = bytes(self._head[: end + 2])
            del self._head[: end + len(HEAD_END)]
            self._ask(head)

    def _ask(self, head: bytes) -> None:
        line, _, fields = head.partition(b"\r\n")
        request = _REQUEST_LINE.match(line)
        if not request:
            self.answer(400)
        elif not self.proxy.knows(_field(fields, b"proxy-authorization")):
            self.answer(407, b'Proxy-Authenticate: Basic realm="freshet"\r\n')
        elif request[1] == b"CONNECT":
            self._dial(f"//{request[2].decode('ascii')}", Tunnel(self))
        else:
            self._forward(request[1], request[2].decode("ascii"), fields)

    def _forward(self, method: bytes, target: str, fields: bytes) -> None:
        """Ask the origin in its own form, one request a connection, without the headers meant for us."""
        if not target.startswith("http://"):
            self.answer(400)
            return
        path = re.sub(r"^[^/?#]*", "", target.removeprefix("http://")).partition("#")[0]
        origin_form = path if path.startswith("/") else f"/{path}"
        kept = HOP_BY_HOP.sub(b"", fields)
        head = b"%s %s HTTP/1.1\r\n%sConnection: close\r\n\r\n" % (method, origin_form.encode("ascii"), kept)
        self._dial(target, Origin(self, head))

    def _dial(self, url: str, upstream: Upstream) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or 80
        except ValueError:
            host, port = None, 0
        if not host or "@" in parts.netloc:
            self.answer(400)
            return
        factory: Any = Factory()
        factory.noisy = False
        factory.buildProtocol = lambda _: upstream
        endpoint: Any = HostnameEndpoint(self.proxy.reactor, host, port, timeout=self.proxy.limits.connect_seconds)
        endpoint.connect(factory).addCallbacks(self._connected, self._failed, errbackArgs=(f"{host}:{port}",))

    def _connected(self, upstream: Upstream) -> None:
        if self not in self.proxy.clients:  # the browser left meanwhile
            upstream.transport.loseConnection()
            return
        upstream.pair(self)
        self.pair(upstream)
        upstream.start(bytes(self._head))
        self._head.clear()
        self.transport.resumeProducing()

    def _failed(self, failure: Any, authority: str) -> None:
        if failure.check(RefusedAddress):
            self.proxy.note_refusal(authority, f"{authority}: {failure.value}")
            self.answer(403)
        else:
            self.answer(502)


def _field(fields: bytes, name: bytes) -> bytes:
    """The value of a header field; empty when it is not there exactly once."""
    values = re.findall(rb"(?im)^" + re.escape(name) + rb"[ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?$", fields)
    return values[0] if len(values) == 1 else b""
