"""The ends of a connection that the browser's proxy passes on: bytes one way, bytes the other, at the slower's pace."""

from __future__ import annotations

import re
from typing import Any

from twisted.internet.protocol import Protocol

__all__ = ["HEAD_END", "HOP_BY_HOP", "Origin", "Relay", "Tunnel", "Upstream"]

HEAD_END = b"\r\n\r\n"
HOP_BY_HOP = re.compile(
    rb"(?im)^(?:connection|keep-alive|proxy-[\w-]+|te|upgrade)[ \t]*:[^\r\n]*(?:\r\n|\Z)"
)  # RFC 9110 section 7.6.1


class Relay(Protocol):
    """One end of a connection passed on: bytes go to the other end, at the pace that end can take."""

    transport: Any = None  # Twisted's interfaces are written for zope, not for a type checker
    other: Relay | None = None

    def pair(self, other: Relay) -> None:
        """Let the other end's speed decide how fast this one is read."""
        self.other = other
        self.transport.registerProducer(other.transport, True)

    def pass_on(self, data: bytes) -> None:
        """Send bytes to the other end, when there is one."""
        if self.other is not None:
            self.other.transport.write(data)

    def connectionLost(self, reason: Any = None) -> None:
        """End the other end too, once what it still holds is sent; a registered producer would keep it open."""
        if self.other is not None:
            self.transport.unregisterProducer()
            self.other.transport.unregisterProducer()
            self.other.transport.loseConnection()


class Upstream(Relay):
    """The dialled server's end."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def start(self, early: bytes) -> None:
        """Begin to relay; `early` is what the browser sent before the connection stood."""
        raise NotImplementedError

    def dataReceived(self, data: bytes) -> None:
        self.browser.give(data)


class Tunnel(Upstream):
    """What CONNECT asked for: bytes, unread, both ways."""

    def start(self, early: bytes) -> None:
        self.browser.transport.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        self.transport.write(early)


class Origin(Upstream):
    """An answer to a plain http request: its head is rewritten so that the browser asks no second one here."""

    def __init__(self, browser: Any, head: bytes) -> None:
        super().__init__(browser)
        self._request = head
        self._answer: bytearray | None = bytearray()

    def start(self, early: bytes) -> None:
        self.transport.write(self._request + early)

    def dataReceived(self, data: bytes) -> None:
        if self._answer is None:
            self.browser.give(data)
            return
        self._answer += data
        end = self._answer.find(HEAD_END)
        if end < 0:
            if len(self._answer) > self.browser.proxy.limits.head:
                self.browser.end()
            return
        self._pass_head(bytes(self._answer[: end + 2]), bytes(self._answer[end + len(HEAD_END) :]))

    def _pass_head(self, head: bytes, rest: bytes) -> None:
        interim = re.match(rb"HTTP/1\.[01] 1\d\d", head) is not None
        kept = HOP_BY_HOP.sub(b"", head)
        self.browser.give(kept + (b"\r\n" if interim else b"Connection: close\r\n\r\n"))
        self._answer = bytearray() if interim else None
        if rest:
            self.dataReceived(rest)
