"""The Scrapy settings of a crawl: every dangerous default is set here, with its reason.

Scrapy is the engine that speaks HTTP: connections, TLS, timeouts, limits while bytes arrive. What to
ask for, how often and what an answer means is decided in this package, so Scrapy's middlewares and
extensions are emptied out rather than picked over: one that a later release adds stays off as well.
"""

from __future__ import annotations

import re
from typing import Any

from pipelines.records import CrawlJob
from spiders import guard
from spiders.pace import LANES

__all__ = ["LOG", "crawl_settings", "user_agent"]

LOG = "crawl.log"  # in the crawl's directory
_AGENT = "Freshet/0.1 (+https://freshet.example/crawler)"
_HANDLER = "spiders.transport.StrictHandler"


def user_agent(job: CrawlJob) -> str:
    """Return the User-Agent of a crawl: the source's own or the default; control characters never pass."""
    return re.sub(r"[^\x20-\x7e]", "", job.user_agent).strip() or _AGENT


def crawl_settings(job: CrawlJob) -> dict[str, Any]:
    """Return the settings of one crawl. The job's headers are not among them: Scrapy logs its settings."""
    settings: dict[str, Any] = dict(guard.SCRAPY_SETTINGS) | _FIXED | _limits(job) | _logging(job)
    settings["DOWNLOAD_HANDLERS"] = settings["DOWNLOAD_HANDLERS"] | {"http": _HANDLER, "https": _HANDLER}
    settings["DOWNLOAD_VERIFY_CERTIFICATES"] = job.verify_tls  # Scrapy's default is not to
    if job.render:
        from spiders import render  # an optional extra

        settings |= render.settings(job)
    return settings


_FIXED: dict[str, Any] = {
    "BOT_NAME": "freshet",
    "ADDONS": {},
    "DOWNLOAD_HANDLERS_BASE": {},  # the default set speaks file:, ftp:, s3: and data:
    "DOWNLOADER_MIDDLEWARES_BASE": {},  # redirects, retries, robots.txt, cookies, proxies: decided here
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},  # a telnet console and a remote control are among them
    # Said once more, because each of these would undo a promise if a middleware came back.
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "MEMUSAGE_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
    "COOKIES_ENABLED": False,  # a page must read the same for everyone
    "REDIRECT_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "RETRY_ENABLED": False,
    "REFERER_ENABLED": False,
    "ROBOTSTXT_OBEY": False,  # obeyed in spiders.robots; Scrapy's takes an unreachable file for permission
    "COMPRESSION_ENABLED": False,  # undone in spiders.inflate; Scrapy's accepts a cut stream
    "HTTPPROXY_ENABLED": False,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_FAIL_ON_DATALOSS": True,
    "DOWNLOAD_DELAY": 0,  # paced in spiders.pace, across redirects and robots.txt too
    "DOWNLOAD_DELAY_JITTER": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": LANES,
    "DNS_TIMEOUT": 20,
    "DOWNLOADER_STATS": False,
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    "STATS_DUMP": False,
    "LOG_VERSIONS": [],  # finding the versions imports what is not needed
    "LOG_FORMATTER": "spiders.quiet.QuietFormatter",
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
}


def _limits(job: CrawlJob) -> dict[str, Any]:
    return {
        "DOWNLOAD_MAXSIZE": job.limits.body,  # Scrapy's default is 1 GiB
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": job.limits.page_seconds,  # Scrapy's default is 180 s; each request sets what is left
        "USER_AGENT": user_agent(job),
    }


def _logging(job: CrawlJob) -> dict[str, Any]:
    return {"LOG_FILE": str(job.directory / LOG), "LOG_FILE_APPEND": False, "LOG_LEVEL": "INFO", "LOG_STDOUT": False}
