"""One POST to an address that a person configured, and what the other side said; nothing else may come of it.

The address dialled is judged by the same rule as a crawl's (`spiders.addresses`), whatever the name resolved to. No
redirect is followed, no proxy of the environment asked, no answer's body read, certificates are verified, and all of it
together takes `TIMEOUT` seconds at the most.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from spiders.addresses import RefusedAddress, check_address
from spiders.guard import pin_private

if TYPE_CHECKING:
    import aiohttp

__all__ = ["TIMEOUT", "Poster", "Reply"]

TIMEOUT = 20.0  # seconds, name resolution included
_CONNECT = 10.0  # of these, for one connection


@dataclass(frozen=True)
class Reply:
    """What came of a POST; never a word of the address, which may hold a secret."""

    status: int | None  # None: there was no answer
    said: str  # the status, or why there was none
    retry_after: str | None = None  # the header as it came

    @property
    def accepted(self) -> bool:
        """Whether the other side has taken it."""
        return self.status is not None and 200 <= self.status <= 299


class Poster:
    """Posts to one address; for one thread, which needs no event loop of its own."""

    def __init__(self, url: str, allow_private: Iterable[str]) -> None:
        """`allow_private`: exact host:port pairs that may be dialled although private."""
        self._url = url
        self._exempt = pin_private(allow_private)
        self._runner = asyncio.Runner()
        self._session: aiohttp.ClientSession | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            self._runner.run(self._session.close())
        self._runner.close()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send the body; whatever goes wrong on the way is told in the reply."""
        return self._runner.run(self._posted(body, headers))

    async def _posted(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        import aiohttp  # 0.2 s

        if self._session is None:
            self._session = self._opened()
        try:
            async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                return Reply(answer.status, f"answered {answer.status}", answer.headers.get("Retry-After"))
        except TimeoutError:
            return Reply(None, f"no answer within {TIMEOUT:.0f} s")
        except aiohttp.ClientConnectorCertificateError as error:
            return Reply(None, f"its certificate cannot be trusted: {error.certificate_error}")
        except aiohttp.ClientConnectorError as error:
            return Reply(None, f"not reached: {error.os_error.strerror or error.os_error}")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Reply(None, f"no answer: {type(error).__name__}")

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp

        return aiohttp.ClientSession(
            # a connection that is kept may have been closed by the next message, and to find that out costs a try
            connector=aiohttp.TCPConnector(socket_factory=self._judged, use_dns_cache=False, force_close=True),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT, sock_connect=_CONNECT),
            headers={"User-Agent": f"Freshet/{version('freshet')}", "Content-Type": "application/json"},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    def _judged(self, found: tuple[Any, ...]) -> socket.socket:
        """A socket for the address that is about to be dialled; an OSError is what the connector can pass on."""
        family, kind, protocol, _, address = found
        try:
            check_address(str(address[0]), int(address[1]), self._exempt)
        except RefusedAddress as refused:
            raise PermissionError(errno.EACCES, str(refused)) from None
        return socket.socket(family, kind, protocol)
