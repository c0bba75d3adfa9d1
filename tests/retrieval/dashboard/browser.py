"""A real headless Chromium that may speak to loopback alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from spiders import render

__all__ = ["PHONE", "chromium", "opened"]

PHONE = {"width": 360, "height": 740}


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for as long as it is needed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=render.chromium(), chromium_sandbox=os.geteuid() != 0,
            args=["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--disable-gpu"],
        )  # fmt: skip
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, **settings: object) -> Iterator[tuple[Page, list[str]]]:
    """A page in a context of its own, and what went wrong in it: console, scripts, requests to elsewhere."""
    context = browser.new_context(**settings)  # type: ignore[arg-type]  # playwright's own names
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if not _is_loopback(asked.url) else None)
    try:
        yield page, wrong
    finally:
        context.close()


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname == "127.0.0.1" or url.startswith(("data:", "about:", "blob:"))
