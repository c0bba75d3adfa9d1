"""The one request for a feed, in the crawl's child process: behind the guard, robots.txt asked, the body to disk.

Spoken with the standard library's client and not with Scrapy, which keeps a body in memory. Redirects are followed
wherever the guard lets us go: the address is one a person configured, and exports often live on another host; the
source's headers go to the configured origin alone, and its robots.txt alone is asked.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from socket import SHUT_RDWR
from time import monotonic
from urllib.parse import urlsplit, urlunsplit

from pipelines.records import Capture, CrawlJob, FreshetError, KnownPage, Outcome
from pipelines.urls import BadUrl, normalise_url, origin_of, shown
from spiders import guard
from spiders.feed_body import write_body
from spiders.frontier import Frontier
from spiders.inflate import ACCEPTED, BadEncoding, CutShort, Oversized, inflate_start
from spiders.outcomes import is_redirect, judge_status
from spiders.robots import MAX_BYTES, MAX_REDIRECTS, RobotsFile, host_of, product_token, read_rules
from spiders.settings import user_agent
from spiders.spool import SpoolWriter

__all__ = ["capture_feed"]

_SILENCE = 30.0  # seconds without a byte
_ROBOTS_SECONDS = 30.0
_PIECE = 64 * 2**10
_ACCEPT = "application/json, application/xml, text/csv, application/rss+xml, application/atom+xml, */*;q=0.8"


class _Failed(FreshetError):
    """The feed could not be had: the outcome, and why with the way out."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


def capture_feed(job: CrawlJob, exempt: tuple[str, ...]) -> None:
    """Ask for the job's start URL and leave one capture in the spool of its directory, the body beside it."""
    started = monotonic()
    frontier = Frontier(job.directory, 1, host_of)
    spool = SpoolWriter(job.directory)
    try:
        capture = _Request(job, exempt, frontier.known(job.start_urls[0]), started).capture()
    except _Failed as failed:
        capture = _ended(job, failed.outcome, str(failed))
    finally:
        frontier.close()
    spool.append(replace(capture, seconds=round(monotonic() - started, 3)))
    spool.close()


def _ended(job: CrawlJob, outcome: Outcome, message: str) -> Capture:
    return Capture(shown(job.start_urls[0]), outcome, datetime.now(UTC), message=message)


@dataclass(frozen=True)
class _Request:
    """The request for one feed and all that it takes."""

    job: CrawlJob
    exempt: tuple[str, ...]
    known: KnownPage | None
    started: float

    def capture(self) -> Capture:
        """The feed's capture, its body on disk. Raises _Failed."""
        url = self._checked(self.job.start_urls[0], None)
        self._ask_robots(url)
        for _ in range(self.job.limits.redirects + 1):
            with _answered(self, url, self._headers(url), self.job.limits.page_seconds) as answer:
                target = answer.getheader("location") if is_redirect(answer.status) else None
                if target is None:
                    return self._captured(url, answer)
            url = self._checked(target, url)
        raise _Failed(Outcome.NETWORK, f"more than {self.job.limits.redirects} redirects, the last to {shown(url)}")

    def _checked(self, target: str, base: str | None) -> str:
        try:
            url = normalise_url(target, base)
            guard.check_url(url, self.exempt)
        except (BadUrl, guard.RefusedAddress) as error:
            raise _Failed(Outcome.REFUSED_ADDRESS, f"{'redirects to ' if base else ''}{error}") from error
        return url

    def _headers(self, url: str) -> dict[str, str]:
        headers = {"User-Agent": user_agent(self.job), "Accept": _ACCEPT, "Accept-Encoding": ACCEPTED}
        if origin_of(url) != origin_of(normalise_url(self.job.start_urls[0])):  # they may hold secrets
            return headers
        headers |= self.job.headers
        if self.known and self.known.etag:
            headers["If-None-Match"] = self.known.etag
        if self.known and self.known.last_modified:
            headers["If-Modified-Since"] = self.known.last_modified
        return headers

    def _captured(self, url: str, answer: http.client.HTTPResponse) -> Capture:
        judged = judge_status(answer.status, conditional=self.known is not None)
        capture = Capture(
            shown(self.job.start_urls[0]), judged.outcome, datetime.now(UTC), shown(url), answer.status,
            media_type=answer.headers.get_content_type(), charset=_charset(answer.headers),
            etag=answer.getheader("etag"), last_modified=answer.getheader("last-modified"), message=judged.message,
        )  # fmt: skip
        if judged.outcome is not Outcome.OK:
            return capture
        try:
            encodings = answer.headers.get_all("content-encoding") or ()
            body = write_body(_pieces(answer), encodings, self.job.directory, self.job.limits)
        except Oversized as error:
            raise _Failed(Outcome.TOO_LARGE, str(error)) from error
        except CutShort as error:
            raise _Failed(Outcome.TRUNCATED, f"{error}; what arrived was thrown away") from error
        except BadEncoding as error:
            raise _Failed(Outcome.BAD_CONTENT, str(error)) from error
        return replace(capture, body_sha256=body.sha256, fetched_at=datetime.now(UTC))

    def _ask_robots(self, url: str) -> None:
        rules = read_rules(self._robots(f"{origin_of(url)}/robots.txt"), product_token(user_agent(self.job)))
        refusal = rules.judge(url)
        if refusal:
            raise _Failed(*refusal)

    def _robots(self, url: str) -> RobotsFile:
        try:
            for _ in range(MAX_REDIRECTS + 1):
                headers = {"User-Agent": user_agent(self.job), "Accept-Encoding": ACCEPTED}
                with _answered(self, url, headers, _ROBOTS_SECONDS) as answer:
                    target = answer.getheader("location") if is_redirect(answer.status) else None
                    if target is None:
                        return _robots_file(answer)
                url = self._checked(target, url)
        except FreshetError as error:
            return RobotsFile(None, problem=str(error))
        return RobotsFile(None, problem=f"more than {MAX_REDIRECTS} redirects")


def _robots_file(answer: http.client.HTTPResponse) -> RobotsFile:
    body = b""
    for piece in _pieces(answer):
        body += piece
        if len(body) > MAX_BYTES:
            break
    return RobotsFile(answer.status, inflate_start(body, answer.headers.get_all("content-encoding") or (), MAX_BYTES))


def _charset(headers: Message) -> str | None:
    charset = headers.get_param("charset")
    return charset.strip().lower() or None if isinstance(charset, str) else None


# ---------------------------------------------------------------- one connection


class _answered:
    """The answer to a GET, its connection closed afterwards, whole within so many seconds. Raises _Failed."""

    def __init__(self, request: _Request, url: str, headers: dict[str, str], seconds: float) -> None:
        left = request.job.limits.crawl_seconds - (monotonic() - request.started)
        self._url, self._headers, self._seconds = url, headers, max(0.1, min(seconds, left))
        self._connection = _connection(url, request.job.verify_tls, min(_SILENCE, self._seconds))
        self._is_over = threading.Event()
        self._timer = threading.Timer(self._seconds, self._stop)

    def __enter__(self) -> http.client.HTTPResponse:
        self._timer.start()
        try:
            target = urlunsplit(("", "", *urlsplit(self._url)[2:4], ""))
            self._connection.request("GET", target, headers=self._headers)
            return self._connection.getresponse()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._timer.cancel()
        self._connection.close()
        if error is not None and self._is_over.is_set():
            raise _Failed(Outcome.NETWORK, f"no whole answer within {self._seconds:.0f} s") from error
        if isinstance(error, guard.RefusedAddress):
            raise _Failed(Outcome.REFUSED_ADDRESS, str(error)) from error
        if isinstance(error, Exception) and not isinstance(error, FreshetError):
            raise _problem(error, self._url) from error

    def _stop(self) -> None:
        self._is_over.set()
        with suppress(OSError, AttributeError):
            self._connection.sock.shutdown(SHUT_RDWR)


def _connection(url: str, verify_tls: bool, timeout: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=timeout)
    context = ssl.create_default_context()
    if not verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=context)


def _pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body as it comes; raises CutShort when it ends before it should."""
    expected = answer.length
    count = 0
    try:
        while piece := answer.read(_PIECE):
            count += len(piece)
            yield piece
    except http.client.IncompleteRead as error:
        raise CutShort("the connection ended before the body did") from error
    except (ConnectionError, ssl.SSLError) as error:
        raise CutShort(f"the connection broke before the body ended ({error})") from error
    if expected is not None and count < expected:
        raise CutShort(f"the connection ended after {count:,} of {expected:,} bytes")


def _problem(error: Exception, url: str) -> _Failed:
    host = host_of(url)
    if isinstance(error, ssl.SSLCertVerificationError):
        way_out = "Mend the certificate, or set verify_tls = false for this source"
        return _Failed(Outcome.NETWORK, f"{error.verify_message}; nothing was read from {host}. {way_out}")
    if isinstance(error, TimeoutError):
        return _Failed(Outcome.NETWORK, f"{host} was silent for {_SILENCE:.0f} s")
    if isinstance(error, ConnectionRefusedError):
        return _Failed(Outcome.NETWORK, f"{host} refuses the connection; nothing listens there")
    return _Failed(Outcome.NETWORK, f"no answer from {host} ({type(error).__name__}: {error!s:.200})")
