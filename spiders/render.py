"""`render = true`: pages whose content scripts put in place are read as a real browser shows them.

How a page is rendered (`spiders.render_handler`): the page itself is fetched like any other, by our
own client, with its guard, limits, redirects and honest headers. Only an HTML page that came whole
is then given to Chromium, which fulfils the navigation from those bytes and runs the scripts; what
they ask for goes through `spiders.guard_proxy`, and so past the address guard. So documents never
reach the browser, redirects stay with the crawl, and its headers, secrets perhaps, leave with the
page's own request alone. The body of the answer is the document as it stands afterwards, in UTF-8.

Needs the extra `render` (scrapy-playwright) and a Chromium of the system; nothing is downloaded.
Running as root, Chromium cannot build its sandbox and runs without (`--no-sandbox`); as any other
user it keeps it. Prefer such a user: the pages are other people's programs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec

from pipelines.records import CrawlJob, FreshetError

__all__ = ["BrowserMissing", "chromium", "request_meta", "require", "settings"]

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_PLACES = ("/usr/bin", "/usr/local/bin", "/snap/bin")  # looked at even when PATH is short, as under cron
_HANDLER = "spiders.render_handler.RenderHandler"

_ARGUMENTS = (
    "--disable-quic",  # UDP, which no proxy carries
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # names are the proxy's to resolve
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-notifications",
    "--disable-gpu",
    "--mute-audio",
    "--js-flags=--max-old-space-size=512",  # MB a page's scripts may take
)


class BrowserMissing(FreshetError):
    """`render = true` without what it needs: says what to install."""


def require() -> None:
    """Return when pages can be rendered; else raise BrowserMissing, which names every missing piece."""
    missing = [*_missing_packages(), *_missing_browser()]
    if missing:
        raise BrowserMissing(f"render = true needs {'; and '.join(missing)}. Or set render = false")


def chromium() -> str | None:
    """Return the path of the Chromium to use: FRESHET_CHROMIUM when set, else the system's; None: none found."""
    own = os.environ.get("FRESHET_CHROMIUM")
    if own:
        return shutil.which(own)
    return next(filter(None, _installed()), None)


def settings(job: CrawlJob) -> dict[str, object]:
    """Return the Scrapy settings a rendering crawl adds. Raises BrowserMissing.

    They replace the http and https handlers, so they are merged last.
    """
    require()
    return {
        "DOWNLOAD_HANDLERS": {"http": _HANDLER, "https": _HANDLER, "data": None, "file": None, "ftp": None, "s3": None},
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": _launch_options(),
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,  # a page has a context of its own: nothing is kept between pages
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": job.limits.page_seconds * 1000,
        "RENDER_MAX_BYTES": job.limits.decompressed,
        "RENDER_VERIFY_TLS": job.verify_tls,
    }


def request_meta(job: CrawlJob) -> dict[str, object]:
    """Return what a request's meta needs so that its page is rendered; empty when the job renders nothing.

    Send no validators with such a request: the page's shell may be unchanged while its scripts
    bring something new. `download_timeout` in the meta covers fetching and rendering together.
    """
    return {"freshet_render": True} if job.render else {}


def _missing_packages() -> Iterator[str]:
    absent = [name for name in ("scrapy_playwright", "playwright") if find_spec(name) is None]
    if absent:
        names = " and ".join(name.replace("_", "-") for name in absent)
        yield f"{names}, which this Python lacks: pip install 'freshet[render]'"


def _missing_browser() -> Iterator[str]:
    own = os.environ.get("FRESHET_CHROMIUM")
    if chromium() is not None:
        return
    if own:
        yield f"a Chromium, but FRESHET_CHROMIUM={own} is no program that can be run: correct it"
    else:
        yield (
            "a Chromium, of which none was found: apt-get install chromium (dnf install chromium, brew install "
            "chromium), or name one in FRESHET_CHROMIUM"
        )


def _installed() -> Iterator[str | None]:
    for name in _NAMES:
        yield shutil.which(name) or shutil.which(name, path=os.pathsep.join(_PLACES))


def _launch_options() -> dict[str, object]:
    return {
        "executable_path": chromium(),
        "headless": True,
        "chromium_sandbox": os.geteuid() != 0,
        "args": list(_ARGUMENTS),
        "timeout": 30_000,  # ms until the browser must stand
        # The crawl's own process ends on signals and closes the browser then.
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
    }
