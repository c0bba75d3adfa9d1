"""The download handler that renders: our client fetches the page, Chromium runs its scripts.

See `spiders.render` for the whole. Errors leave as Scrapy's own: DownloadTimeoutError,
DownloadFailedError, and DownloadCancelledError for a page that grows beyond its limit.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from pipelines.records import FreshetError
from spiders.guard_proxy import GuardProxy, ProxyLimits
from spiders.inflate import inflate
from spiders.sniff import PAGES, sniff
from spiders.transport import StrictHandler

if TYPE_CHECKING:
    from playwright.async_api import Page, Route
    from playwright.async_api import Request as BrowserRequest
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

__all__ = ["RenderHandler"]

_AT_ONCE = 2  # pages open: each costs a process and some 150 MB
_SETTLE_SECONDS = 8.0  # a page that never stops asking is read as it stands then
_CLOSE_SECONDS = 5.0
_UNWANTED = frozenset({"image", "media", "font", "texttrack", "manifest", "ping", "cspviolationreport"})
_OURS_TO_SAY = frozenset(  # header fields that describe the transfer, or that would move the browser elsewhere
    {b"content-encoding", b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"refresh", b"link"}
)
# WebRTC and WebTransport speak UDP; the flags forbid it, this takes the temptation away.
_NO_UDP = (
    "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete globalThis[name];"
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
        rendered = await _as_scrapy(self._rendered(request, response, html, seconds), request.url, seconds)
        return _replaced(response, self._within(rendered, request.url))

    async def close(self) -> None:
        """Close the browser, then the proxy it used."""
        await super().close()
        await maybe_deferred_to_future(self._proxy.stop())

    async def _rendered(self, request: Request, response: Response, html: bytes, seconds: float) -> str:
        """The document after its scripts ran, serialised; its page and context are closed whatever happens."""
        asked = request.replace(meta=self._browser_meta(request, response, html, seconds))
        async with self._turns:
            try:
                async with asyncio.timeout(seconds):
                    await self._launched()
                    await super().download_request(asked)
                    return await _settled(asked.meta["playwright_page"], seconds / 2)
            finally:
                await self._end_context(asked.meta["playwright_context"])

    async def _launched(self) -> None:
        """Start Playwright with the first page: a lazy handler missed the signal it waits for."""
        async with self._launching:
            if not hasattr(self, "browser_provider"):
                await self._launch()

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

    def _browser_meta(self, request: Request, response: Response, html: bytes, seconds: float) -> dict[str, Any]:
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
            "playwright_page_init_callback": _arming(request.url, html, _headers(response)),
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


def _arming(url: str, html: bytes, headers: dict[str, str]) -> Callable[[Page, Request], Coroutine[Any, Any, None]]:
    """What is done to a new page before it goes anywhere: every request it makes is decided by `_decide`."""

    async def arm(page: Page, _: Request) -> None:
        first = itertools.count()

        async def decide(route: Route, asked: BrowserRequest) -> None:
            with suppress(PlaywrightError):  # the page closed meanwhile
                if not _is_main_navigation(asked, page):
                    await (route.abort() if asked.resource_type in _UNWANTED else route.continue_())
                elif next(first) == 0:
                    await route.fulfill(status=200, headers=headers, body=html)
                else:
                    await route.abort("aborted")  # meta refresh, location, reload: where to go is the crawl's to say

        try:
            await page.add_init_script(_NO_UDP)
            await page.context.route("**", _abort)  # other pages of this context: windows that scripts open
            await page.route("**", decide)
            page.on("popup", lambda popup: asyncio.ensure_future(_close(popup)))
        except BaseException:
            await _close(page)  # or it would go on and fetch the page by itself
            raise

    return arm


def _is_main_navigation(asked: BrowserRequest, page: Page) -> bool:
    return asked.is_navigation_request() and asked.frame == page.main_frame


async def _abort(route: Route) -> None:
    with suppress(PlaywrightError):
        await route.abort()


async def _close(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.close()


async def _settled(page: Page, seconds: float) -> str:
    """The document once nothing has been asked for during half a second, or when the patience is over."""
    with suppress(PlaywrightTimeout):
        await page.wait_for_load_state("networkidle", timeout=min(seconds, _SETTLE_SECONDS) * 1000)
    return await page.content()


async def _as_scrapy(work: Coroutine[Any, Any, str], url: str, seconds: float) -> str:
    """Foreign errors become those the crawl knows; a browser's message is long, its first line says it."""
    try:
        return await work
    except (TimeoutError, PlaywrightTimeout) as cause:
        raise DownloadTimeoutError(f"{url}: its scripts did not come to rest in {seconds:.1f} s") from cause
    except PlaywrightError as cause:
        first_line = str(cause).strip().partition("\n")[0]
        raise DownloadFailedError(f"the browser could not render the page: {first_line}") from cause
