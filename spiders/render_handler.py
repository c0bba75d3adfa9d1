"""The download handler that renders: our client fetches the page, Chromium runs its scripts.

See `spiders.render` for the whole. Errors leave as Scrapy's own: DownloadTimeoutError,
DownloadFailedError, and DownloadCancelledError for a page that grows beyond its limit.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from pipelines.records import FreshetError
from spiders.guard_proxy import GuardProxy, ProxyLimits
from spiders.inflate import inflate
from spiders.render_page import Showing, settled
from spiders.sniff import PAGES, sniff
from spiders.transport import StrictHandler

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

__all__ = ["RenderHandler"]

_T = TypeVar("_T")

_AT_ONCE = 2  # pages open: each costs a process and some 150 MB
_CLOSE_SECONDS = 5.0
_OURS_TO_SAY = frozenset(  # header fields that describe the transfer, or that would move the browser elsewhere
    {b"content-encoding", b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"refresh", b"link"}
)


class RenderHandler(ScrapyPlaywrightDownloadHandler, StrictHandler):  # type: ignore[misc]  # the former is untyped
    """Scrapy-playwright's handler over the strict one; requests without `freshet_render` pass to the latter."""

    lazy = True  # Scrapy makes one handler a scheme; one that is never asked must cost no browser

    def __init__(self, crawler: Crawler) -> None:
        """Open the guarded proxy that the browser will be started with. Raises FreshetError without a guard."""
        super().__init__(crawler)
        from twisted.internet import reactor

        self._most = crawler.settings.getint("RENDER_MAX_BYTES")
        self._verify_tls = crawler.settings.getbool("RENDER_VERIFY_TLS", True)
        self._proxy = GuardProxy(reactor, ProxyLimits(to_browser=self._most))
        self._numbers = itertools.count()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._launching = asyncio.Lock()
        self.config.launch_options["proxy"] = {
            "server": self._proxy.url,
            "username": self._proxy.username,
            "password": self._proxy.password,
            "bypass": "<-loopback>",  # Chromium would dial loopback itself; this says not to
        }

    async def download_request(self, request: Request) -> Response:
        """Fetch; and when a whole HTML page came that was asked for rendered, render it."""
        if not request.meta.get("freshet_render"):
            return await super().download_request(request)
        started = monotonic()
        response = await super().download_request(request)
        html = _html(response, self._most)
        if html is None:
            return response
        seconds = request.meta.get("download_timeout", 60.0) - (monotonic() - started)
        showing = Showing(request.url, html, _headers(response))
        document, target = await _as_scrapy(self._rendered(request, showing, seconds), request.url, seconds)
        if target:
            return _redirect(response, target)
        return _replaced(response, self._within(document, request.url))

    async def close(self) -> None:
        """Close the browser, then the proxy it used."""
        await super().close()
        await maybe_deferred_to_future(self._proxy.stop())

    async def _rendered(self, request: Request, showing: Showing, seconds: float) -> tuple[str, str]:
        """The document after its scripts ran, or where they went instead; the page's context is closed in any case."""
        asked = request.replace(meta=self._browser_meta(request, showing, seconds))
        async with self._turns:
            await self._launched()
            try:
                async with asyncio.timeout(seconds):
                    return await _unless(showing.moved, self._document(asked, seconds))
            finally:
                await self._end_context(asked.meta["playwright_context"])

    async def _document(self, asked: Request, seconds: float) -> str:
        await super().download_request(asked)
        return await settled(asked.meta["playwright_page"], seconds / 2)

    async def _launched(self) -> None:
        """See that the browser stands, on no page's time; a lazy handler missed the signal that starts Playwright."""
        async with self._launching:
            if not hasattr(self, "browser_provider"):
                await self._launch()
        await self._maybe_launch_browser()

    async def _end_context(self, name: str) -> None:
        """Close a page's context; a renderer that does not let go is ended with its browser, which comes back anew."""
        wrapper = self.context_wrappers.get(name)
        if wrapper is None:
            return
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await wrapper.context.close()
        except (PlaywrightError, TimeoutError):
            self.context_wrappers.pop(name, None)
            with suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self.browser.close()

    def _browser_meta(self, request: Request, showing: Showing, seconds: float) -> dict[str, Any]:
        agent = request.headers.get(b"User-Agent") or b""
        return {
            "playwright": True,
            "playwright_include_page": True,
            "playwright_context": f"page-{next(self._numbers)}",
            "playwright_context_kwargs": {
                "user_agent": agent.decode("latin-1") or None,
                "service_workers": "block",  # they would answer the page out of sight of the routes below
                "accept_downloads": False,
                "ignore_https_errors": not self._verify_tls,
            },
            "playwright_page_init_callback": showing.arm,
            "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded", "timeout": seconds * 1000},
        }

    def _within(self, rendered: str, url: str) -> bytes:
        body = rendered.encode("utf-8", "replace")
        if len(body) > self._most:
            raise DownloadCancelledError(f"{url}: its scripts grew it to {len(body)} bytes, more than {self._most}")
        return body


def _html(response: Response, limit: int) -> bytes | None:
    """The page's bytes when they are a whole HTML page to run; None when the answer is to be taken as it is."""
    if response.status != 200:
        return None
    encodings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
    try:
        body = inflate(response.body, encodings, limit)
    except FreshetError:
        return None  # the crawl inflates it again and says what is wrong with it
    declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return body if sniff(body, declared, response.url) in PAGES else None


def _headers(response: Response) -> dict[str, str]:
    """The page's own header fields for the browser: its policies count there as they would anywhere."""
    return {
        name.decode("latin-1"): ("\n" if name.lower() == b"set-cookie" else ", ").join(
            value.decode("latin-1") for value in values
        )
        for name, values in response.headers.items()
        if name.lower() not in _OURS_TO_SAY
    }


def _replaced(response: Response, body: bytes) -> Response:
    """The answer with the rendered document; the mark at its front outranks whatever charset the page declares."""
    headers = response.headers.copy()
    for name in ("Content-Encoding", "Content-Length"):
        headers.pop(name, None)
    headers["Content-Type"] = "text/html; charset=utf-8"
    return response.replace(headers=headers, body=b"\xef\xbb\xbf" + body, flags=[*response.flags, "rendered"])


def _redirect(response: Response, target: str) -> Response:
    """A page whose scripts go elsewhere as soon as it is shown is a redirect, which the crawl judges like any other."""
    return response.replace(status=302, headers={"Location": target}, body=b"", flags=[*response.flags, "rendered"])


async def _unless(moved: asyncio.Future[str], work: Coroutine[Any, Any, str]) -> tuple[str, str]:
    """The work's result and nothing, or nothing and `moved`, for which the work is given up."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((task, moved), return_when=asyncio.FIRST_COMPLETED)
        return ("", moved.result()) if moved.done() else (task.result(), "")
    finally:
        moved.cancel()
        task.cancel()
        with suppress(asyncio.CancelledError, PlaywrightError, TimeoutError):
            await task


async def _as_scrapy(work: Coroutine[Any, Any, _T], url: str, seconds: float) -> _T:
    """Foreign errors become those the crawl knows; a browser's message is long, its first line says it."""
    try:
        return await work
    except (TimeoutError, PlaywrightTimeout) as cause:
        raise DownloadTimeoutError(f"{url}: its scripts did not come to rest in {seconds:.1f} s") from cause
    except PlaywrightError as cause:
        first_line = str(cause).strip().partition("\n")[0]
        raise DownloadFailedError(f"the browser could not render the page: {first_line}") from cause
