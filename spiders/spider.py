"""The spider: takes addresses in the order they were found, a few at a time, until none is left or a limit is met."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from scrapy import Spider
from scrapy.crawler import Crawler

from pipelines.records import FAILED_OUTCOMES, Capture, CrawlJob, KnownPage, Outcome
from pipelines.urls import BadUrl, Scope, normalise_url, shown
from spiders.content import Content
from spiders.fetch import Fetcher
from spiders.frontier import Entry, Frontier
from spiders.links import belongs
from spiders.pace import LANES, OutOfTime, Pace
from spiders.probing import Places
from spiders.robots import host_of
from spiders.spool import SpoolWriter
from spiders.visit import Visitor

__all__ = ["CrawlSpider", "Report"]

_LOG = logging.getLogger("freshet.crawl")
_ENOUGH = frozenset({Outcome.OK, Outcome.NOT_MODIFIED, Outcome.MOVED})  # how a start URL must end for a whole look
# A listed URL leads nowhere else: every answer about it is one, only not having looked is none.
_ANSWERED = frozenset(Outcome) - FAILED_OUTCOMES


@dataclass
class Report:
    """How the crawl went as a whole."""

    reasons: dict[str, None] = field(default_factory=dict)  # why it is incomplete, each once
    notes: dict[str, None] = field(default_factory=dict)  # worth saying, without making it so
    finished: bool = False  # the crawl came to its own end
    captures: int = 0


class CrawlSpider(Spider):
    """Runs one job inside a running engine. Scrapy's scheduler stays empty: `start` does the work itself."""

    name = "freshet"

    def __init__(
        self, job: CrawlJob, exempt: tuple[str, ...], report: Report, on_capture: Callable[[int], None], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._job = job
        self._exempt = exempt
        self._report = report
        self._on_capture = on_capture
        self._ends_at = monotonic() + job.limits.crawl_seconds
        self._scope = _scope(job)
        self._starts = frozenset(self._scope.starts)
        self._places = Places()
        self._late: set[str] = set()  # lanes whose next turn would come after the crawl's end

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> CrawlSpider:
        """Make the spider as Scrapy wants it made."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        assert isinstance(spider, cls)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Crawl; yield nothing, because nothing is left to Scrapy's scheduler."""
        self._frontier = Frontier(self._job.directory, self._job.limits.pages, host_of)
        self._spool = SpoolWriter(self._job.directory)
        pace = Pace(self._job.delay, self._ends_at)
        fetcher = Fetcher(self.crawler, self._job.limits.body)
        self._visitor = Visitor(self._job, self._scope, self._frontier, fetcher, pace, self._exempt)
        try:
            await self._run()
            self._report.finished = True
        finally:
            self._spool.close()
            self._frontier.close()
        no_requests: tuple[Any, ...] = ()
        for request in no_requests:
            yield request

    async def _run(self) -> None:
        if not self._job.verify_tls:
            _LOG.warning("certificates are not verified, because the source says verify_tls = false")
        self._seed()
        await self._work()
        self._frontier.add_unlinked(self._belongs)
        await self._work()
        await self._probe()
        if self._frontier.overflowed:
            self._incomplete(f"the page limit of {self._job.limits.pages} was reached; raise max_pages or narrow allow")
        if waiting := self._frontier.waiting():
            self._incomplete(f"{waiting} addresses were not attempted")

    def _seed(self) -> None:
        for url in self._job.start_urls:
            try:
                entry = Entry(normalise_url(url), 0, sitemap=self._job.kind == "sitemap")
            except BadUrl as error:
                self._keep(_refused(url, str(error)))
                self._incomplete(f"start URL {shown(url)} cannot be asked for")
                continue
            self._frontier.add((entry,))

    async def _work(self) -> None:
        """Keep every host's lanes busy until nothing waits; a task a page, a few at a time."""
        running: dict[asyncio.Task[None], str] = {}
        while True:
            self._start_some(running)
            if not running:
                return
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del running[task]
                task.result()
            self._spool.flush()
            self._report.captures = self._spool.count
            self._on_capture(self._spool.count)

    def _start_some(self, running: dict[asyncio.Task[None], str]) -> None:
        if self._is_over():
            return
        busy = list(running.values())
        for lane in set(self._frontier.lanes) - self._late:
            for _ in range(LANES - busy.count(lane)):
                entry = self._frontier.take(lane)
                if entry is None:
                    break
                running[asyncio.ensure_future(self._visit(entry))] = lane

    def _is_over(self) -> bool:
        if monotonic() <= self._ends_at:
            return False
        if self._frontier.waiting():
            self._incomplete(f"the crawl's time of {self._job.limits.crawl_seconds:.0f} s was over")
        return True

    async def _visit(self, entry: Entry) -> None:
        try:
            captures, content = await self._visitor.visit(entry)
        except OutOfTime as error:
            self._late.add(host_of(entry.url))
            self._incomplete(f"{error}; {shown(entry.url)} was not attempted")
            return
        except Exception as error:
            _LOG.exception("%s could not be handled", shown(entry.url))
            self._keep(_failed(entry, error))
            return
        last = captures[-1]
        if entry.sitemap and content is not None and content.sitemap is not None:
            captures.pop()  # read well, a sitemap is a list and no page; its addresses speak for it
            self._take_sitemap(last.url, content)
        for capture in captures:
            self._keep(capture)
        self._check_start(entry, last)
        self._take_links(entry, last, content)

    async def _probe(self) -> None:
        """Ask for one page that cannot exist, beside most of those that did: an answer like it is no page either."""
        url = self._places.address(self._belongs) if self._job.kind in ("site", "sitemap") else None
        if url is None:
            return
        try:
            capture = await self._visitor.probe(url)
        except OutOfTime:
            return  # then pages are judged without
        except Exception:
            _LOG.exception("the made-up address %s could not be handled", shown(url))
            return
        self._spool.append(capture)
        self._spool.flush()

    def _keep(self, capture: Capture) -> None:
        self._spool.append(capture)
        self._places.saw(capture)
        if capture.outcome in FAILED_OUTCOMES or capture.outcome is Outcome.REFUSED_ADDRESS:
            _LOG.info("%s: %s: %s", capture.url, capture.outcome, capture.message)

    def _check_start(self, entry: Entry, last: Capture) -> None:
        """Without a start or a sitemap, "no page leads there" cannot be known."""
        enough = _ANSWERED if self._job.kind == "urls" else _ENOUGH
        if last.outcome in enough or not (entry.sitemap or entry.url in self._starts):
            return
        what = "sitemap" if entry.sitemap else "start URL"
        self._incomplete(f"{what} {shown(entry.url)}: {last.outcome}, {last.message}")

    def _take_sitemap(self, url: str, content: Content) -> None:
        sitemap = content.sitemap
        assert sitemap is not None
        pages = [page for page in sitemap.pages if self._belongs(page)]
        further = [further for further in sitemap.sitemaps if self._scope.holds_host(further)]
        self._frontier.add(Entry(further_url, 0, sitemap=True) for further_url in further)
        self._frontier.add(Entry(page, 1) for page in pages)
        ignored = len(sitemap.pages) + len(sitemap.sitemaps) - len(pages) - len(further) + sitemap.unreadable
        if ignored:
            self._note(f"sitemap {url}: {ignored} addresses outside the source were ignored")
        if sitemap.cut:
            self._incomplete(f"sitemap {url} lists more than a sitemap may; split it")

    def _take_links(self, entry: Entry, last: Capture, content: Content | None) -> None:
        """Follow the page's links; when it could not be looked at, those it had when last seen."""
        if self._job.kind != "site" or not entry.linked:
            return
        if content is not None and content.found is not None and content.found.cut:
            self._incomplete(f"{last.url} has more links than are followed from one page")
        links = last.links
        if links is None and (last.outcome is Outcome.NOT_MODIFIED or last.outcome in FAILED_OUTCOMES):
            links = self._known_links(last.url)
        if links:
            self._add_links(links, entry.depth + 1)

    def _add_links(self, links: Iterable[str], depth: int) -> None:
        if depth > self._job.limits.depth:
            self._note(
                f"links deeper than {self._job.limits.depth} were not followed; raise max_depth if pages are missing"
            )
            links = (url for url in links if self._frontier.is_known(url))  # asked for in any case, and linked they are
        self._frontier.add(Entry(url, depth) for url in links)

    def _known_links(self, url: str) -> tuple[str, ...]:
        known: KnownPage | None = self._frontier.known(url)
        return tuple(link for link in known.links if self._belongs(link)) if known else ()

    def _belongs(self, url: str) -> bool:
        return belongs(url, self._scope, self._job.documents)

    def _incomplete(self, reason: str) -> None:
        self._report.reasons.setdefault(reason)

    def _note(self, note: str) -> None:
        self._report.notes.setdefault(note)


def _scope(job: CrawlJob) -> Scope:
    """A sitemap lists its whole host, wherever the file itself lies; pages reach below their directory."""
    if job.kind == "sitemap" and not job.allow:
        return Scope.of(job.start_urls, ("",), job.deny)
    if job.kind == "urls" and not job.allow:
        return Scope.of(job.start_urls, (), job.deny)
    return Scope.of(job.start_urls, job.allow, job.deny)


def _failed(entry: Entry, error: Exception) -> Capture:
    """An error of ours costs the page it came on, not the crawl."""
    message = f"an error in Freshet while handling it ({type(error).__name__}: {error}); the crawl's log has the whole"
    return Capture(shown(entry.url), Outcome.BAD_CONTENT, datetime.now(UTC), linked=entry.linked, message=message[:500])


def _refused(url: str, message: str) -> Capture:
    return Capture(shown(url), Outcome.REFUSED_ADDRESS, datetime.now(UTC), message=message)
