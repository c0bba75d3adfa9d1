"""How long a peer may take: who opens a connection and says nothing, or takes nothing, must not use up the server.

A request's head has to come within `_HEAD` seconds of its first byte (of the connection's opening, for the first one),
its body within `_BODY` of that, and of an answer some has to be taken within `_TAKING`; else the connection is cut.
Between requests uvicorn itself closes what is silent.
"""

from __future__ import annotations

import asyncio
import resource

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["Patience", "allow_connections"]

_HEAD = 10.0  # seconds
_BODY = 30.0  # seconds
_TAKING = 30.0  # seconds
_MOST_FILES = 65_536  # more than connections there can be


class Patience(HttpToolsProtocol):
    """uvicorn's protocol, with an end to its waiting."""

    _until: asyncio.TimerHandle | None = None  # what is awaited has to be here
    _taken: asyncio.TimerHandle | None = None  # some of the answer has to be taken

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """A connection is there; its first request has to come."""
        super().connection_made(transport)
        self._await(_HEAD)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._await(_HEAD)

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._await(_BODY)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """And so is its body, if it has one."""
        self._forget()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The peer is behind in taking what was sent."""
        super().pause_writing()
        self._taken = self.loop.call_later(_TAKING, self.transport.abort)

    def resume_writing(self) -> None:
        """It has caught up."""
        if self._taken is not None:
            self._taken.cancel()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._forget()
        if self._taken is not None:
            self._taken.cancel()
        super().connection_lost(exc)

    def _await(self, seconds: float) -> None:
        self._forget()
        self._until = self.loop.call_later(seconds, self.transport.abort)

    def _forget(self) -> None:
        if self._until is not None:
            self._until.cancel()


def allow_connections() -> None:
    """Let this process hold as many files as the system allows it: the usual 1,024 are few for connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(_MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
