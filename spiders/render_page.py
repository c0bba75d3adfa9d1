"""One page in the browser: what it is given, what its scripts may ask for, and when it has come to rest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

if TYPE_CHECKING:
    from playwright.async_api import Page, Request, Route

__all__ = ["Showing", "settled"]

_SETTLE_SECONDS = 8.0  # a page that never stops asking is read as it stands then
_RELOADS = 3  # a page may load itself anew so often; it gets the same bytes each time
_UNWANTED = frozenset({"image", "media", "font", "texttrack", "manifest", "ping", "cspviolationreport"})
# WebRTC and WebTransport speak UDP; the browser's flags forbid it, this takes the temptation away.
_NO_UDP = (
    "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete globalThis[name];"
)


class Showing:
    """Gives a page its bytes and decides every request it makes; `moved` is where its scripts went.

    `moved` fails with a PlaywrightError when they go where no crawl follows, and stays open when they stay.
    """

    def __init__(self, url: str, html: bytes, headers: Mapping[str, str]) -> None:
        self.moved: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._url = url
        self._html = html
        self._headers = dict(headers)
        self._loads = 0

    async def arm(self, page: Page, _: object = None) -> None:
        """Take over a new page before it goes anywhere; a page that cannot be taken over is closed."""

        async def decide(route: Route, asked: Request) -> None:
            with suppress(PlaywrightError):  # the page was closed meanwhile
                if asked.is_navigation_request() and asked.frame == page.main_frame:
                    await self._navigate(route, asked)
                elif asked.resource_type in _UNWANTED:
                    await route.abort()
                else:
                    await route.continue_()

        try:
            await page.add_init_script(_NO_UDP)
            await page.context.route("**", _abort)  # of its other pages: windows that scripts open
            await page.route("**", decide)
            page.on("popup", lambda popup: asyncio.ensure_future(_close(popup)))
        except BaseException:
            await _close(page)
            raise

    async def _navigate(self, route: Route, asked: Request) -> None:
        """Show the page's own bytes for its own address; going elsewhere is the crawl's to decide."""
        if _without_fragment(asked.url) == _without_fragment(self._url) and self._loads <= _RELOADS:
            self._loads += 1
            await route.fulfill(status=200, headers=self._headers, body=self._html)
            return
        await route.abort("aborted")
        if self.moved.done():
            return
        if self._loads > _RELOADS:
            self.moved.set_exception(PlaywrightError("its scripts load it anew for ever"))
        elif asked.method != "GET":
            self.moved.set_exception(PlaywrightError("its scripts submit a form at once, which a crawl does not"))
        else:
            self.moved.set_result(asked.url)


async def settled(page: Page, seconds: float) -> str:
    """Return the document once nothing has been asked for during half a second, or when the patience is over."""
    with suppress(PlaywrightTimeout):
        await page.wait_for_load_state("networkidle", timeout=min(seconds, _SETTLE_SECONDS) * 1000)
    return await page.content()


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]


async def _abort(route: Route) -> None:
    with suppress(PlaywrightError):
        await route.abort()


async def _close(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.close()
