"""One request, one answer: Scrapy's engine does the asking, every way it can fail becomes an outcome."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy import Request, signals
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    StopDownload,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError
from twisted.python.failure import Failure

from pipelines.records import Outcome
from spiders.guard import RefusedAddress
from spiders.robots import host_of
from spiders.transport import certificate_problem

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

__all__ = ["Answer", "Fetcher"]

_LOG = logging.getLogger("freshet.crawl")
_UNREACHABLE = (DownloadConnectionRefusedError, CannotResolveHostError, ConnectError)


@dataclass(frozen=True)
class Answer:
    """What came back for one request, before anyone judged what it means."""

    url: str  # as asked; in a browser, where its own redirects led
    seconds: float
    status: int | None = None  # None: no answer; then `problem` says why
    headers: Mapping[str, tuple[str, ...]] | None = None  # lower-case names
    body: bytes = b""  # as received, content encodings still on it
    problem: tuple[Outcome, str] | None = None
    unreachable: bool = False  # no connection came about: the host's trouble, not the page's

    def header(self, name: str) -> str | None:
        """Return a header's first value, None when it is not there."""
        values = (self.headers or {}).get(name, ())
        return values[0].strip() if values else None


class Fetcher:
    """Asks for one URL at a time through the engine of a running crawl; never follows, never retries."""

    def __init__(self, crawler: Crawler, max_bytes: int) -> None:
        self._crawler = crawler
        self._max_bytes = max_bytes
        crawler.signals.connect(self._bytes_received, signals.bytes_received)
        self._kept: dict[Request, int] = {}  # requests of which only the start is wanted -> bytes still to come

    async def get(
        self,
        url: str,
        headers: Mapping[str, str],
        timeout: float,
        *,
        keep: int = 0,
        meta: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Return the answer to a GET, whole within `timeout` seconds, connecting included.

        `keep`: stop after so many bytes and call that the body; 0: all of it, up to the crawl's limit.
        """
        request = _request(url, headers, timeout, 0 if keep else self._max_bytes, meta)
        started = monotonic()
        if keep:
            self._kept[request] = keep
        try:
            response = await self._engine.download_async(request)
        except Exception as error:
            problem = self._problem(error, url, timeout)
            return Answer(url, monotonic() - started, problem=problem, unreachable=isinstance(error, _UNREACHABLE))
        finally:
            self._kept.pop(request, None)
        return _answer(response, monotonic() - started)

    @property
    def _engine(self) -> Any:
        return self._crawler.engine

    def _bytes_received(self, data: bytes, request: Request) -> None:
        if request in self._kept:
            self._kept[request] -= len(data)
            if self._kept[request] <= 0:
                raise StopDownload(fail=False)

    def _problem(self, error: Exception, url: str, timeout: float) -> tuple[Outcome, str]:
        known = _known_problem(error, url, timeout, self._max_bytes)
        if known is None:
            _LOG.warning("%s on %s: %s", type(error).__name__, host_of(url), error, exc_info=error)
            return Outcome.NETWORK, f"the request failed: {type(error).__name__}: {error}"
        return known


def _request(
    url: str, headers: Mapping[str, str], timeout: float, maxsize: int, meta: Mapping[str, Any] | None
) -> Request:
    return Request(
        url,
        headers=dict(headers),
        meta={**(meta or {}), "download_timeout": max(0.05, timeout), "download_maxsize": maxsize},
        dont_filter=True,
    )


def _answer(response: Response, seconds: float) -> Answer:
    headers = {name.decode("latin-1").lower(): tuple(map(_text, values)) for name, values in response.headers.items()}
    return Answer(response.url, seconds, response.status, headers, response.body)


def _text(value: bytes) -> str:
    """A header's value: UTF-8, as servers write Arabic addresses in Location, or what HTTP once said it is."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _known_problem(error: Exception, url: str, timeout: float, max_bytes: int) -> tuple[Outcome, str] | None:
    if isinstance(error, RefusedAddress):
        return Outcome.REFUSED_ADDRESS, str(error)
    if isinstance(error, UnsupportedURLSchemeError):
        return Outcome.REFUSED_ADDRESS, f"only http and https are spoken ({error})"
    if isinstance(error, ResponseDataLossError):
        return Outcome.TRUNCATED, "the connection ended before the body did; what arrived was thrown away"
    if isinstance(error, DownloadCancelledError):
        return Outcome.TOO_LARGE, _own_words(error) or f"more than {max_bytes} bytes; raise the limit if it is worth it"
    if isinstance(error, DownloadTimeoutError):
        return Outcome.NETWORK, _own_words(error) or f"no whole answer within {timeout:.1f} s"
    if isinstance(error, CannotResolveHostError):
        return Outcome.NETWORK, f"the name {host_of(url)} does not resolve now"
    if isinstance(error, DownloadConnectionRefusedError):
        return Outcome.NETWORK, f"{host_of(url)} refuses the connection; nothing listens there"
    return _connection_problem(error, url)


def _connection_problem(error: Exception, url: str) -> tuple[Outcome, str] | None:
    reasons = list(_reasons(error))
    if any(isinstance(reason, RefusedAddress) for reason in reasons):
        return Outcome.REFUSED_ADDRESS, str(next(r for r in reasons if isinstance(r, RefusedAddress)))
    if any(isinstance(reason, SSL.Error) for reason in reasons) or "VerificationError" in map(_name, reasons):
        parts = urlsplit(url)
        why = certificate_problem(parts.hostname or "", parts.port or 443) or "the TLS handshake failed"
        way_out = "Mend the certificate, or set verify_tls = false for this source"
        return Outcome.NETWORK, f"{why}; nothing was read from {host_of(url)}. {way_out}"
    if type(error).__name__ in ("DownloadFailedError", "ResponseFailed", "ConnectionLost", "ConnectionDone") or reasons:
        return Outcome.NETWORK, _own_words(
            error
        ) or f"the connection broke before an answer came ({_last(reasons) or error})"
    if isinstance(error, ConnectError | OSError):
        return Outcome.NETWORK, f"no connection to {host_of(url)} ({error})"
    return None


def _own_words(error: Exception) -> str:
    """What the rendering of a page says of itself; Scrapy's own messages are replaced by ours."""
    said = str(error)
    return said if "its scripts" in said or "the browser" in said else ""


def _reasons(error: BaseException) -> list[BaseException]:
    """The exceptions Twisted wraps in one another, outermost left out."""
    found: list[BaseException] = []
    wrapped = [r.value for r in getattr(error, "reasons", None) or [] if isinstance(r, Failure)]
    for inner in [*wrapped, error.__cause__]:
        if inner is not None:
            found += [inner, *_reasons(inner)]
    return found


def _name(error: BaseException) -> str:
    return type(error).__name__


def _last(reasons: list[BaseException]) -> str:
    return str(reasons[-1]).strip()[:200] if reasons else ""
