"""One address from its turn to its outcome: manners, request, redirects, and what the answer is worth.

A redirect inside the scope ends the address asked for as `moved` and captures the page under the
address it led to, so that every address has one capture. A chain that loops, or is longer than the
crawl allows, ends every address of it as `network`; one that leaves the scope as `moved_off_scope`.
No cookie is kept: a page must read the same for everyone. Nothing is asked twice but what says
when to come back (429 and 503 with Retry-After): a failed page comes round with the next sync.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipelines.records import Capture, CrawlJob, FreshetError, KnownPage, Outcome
from pipelines.urls import BadUrl, Scope, normalise_url, origin_of, shown
from spiders import guard
from spiders.content import Content, read_content
from spiders.fetch import Answer, Fetcher
from spiders.frontier import Entry, Frontier
from spiders.inflate import ACCEPTED, inflate_start
from spiders.links import belongs, follow
from spiders.outcomes import is_redirect, judge_refusal, judge_status, retry_after
from spiders.pace import OutOfTime, Pace
from spiders.robots import MAX_BYTES, MAX_REDIRECTS, Robots, RobotsFile, host_of, product_token
from spiders.settings import user_agent

__all__ = ["Visitor"]

_TRIES = 3  # of one address whose server says when to come back
_LONGEST_PAUSE = 30.0  # seconds of Retry-After that are waited for; longer: the next sync comes back
_ROBOTS_SECONDS = 30.0
_REFUSAL_BYTES = 256 * 2**10  # of a refusal's body that are looked at for who refuses

_End = tuple[Outcome, str]


@dataclass(frozen=True)
class _Arrival:
    """Where a chain of redirects ended."""

    capture: Capture
    content: Content | None = None
    spreads: bool = False  # the addresses before it end the same way


class Visitor:
    """Visits addresses for one crawl; `exempt` are the guard's pinned host:port pairs."""

    def __init__(
        self, job: CrawlJob, scope: Scope, frontier: Frontier, fetcher: Fetcher, pace: Pace, exempt: tuple[str, ...]
    ) -> None:
        self._job = job
        self._scope = scope
        self._frontier = frontier
        self._fetcher = fetcher
        self._pace = pace
        self._exempt = exempt
        self._agent = user_agent(job)
        self._robots = Robots(product_token(self._agent), self._fetch_robots)

    async def visit(self, entry: Entry) -> tuple[list[Capture], Content | None]:
        """Return a capture of every address attempted on the way, the last one last, and the last one's content.

        Raises OutOfTime when the crawl's time ends before the first request.
        """
        chain = [entry.url]
        arrival = await self._arrive(chain, entry)
        for url in chain[:-1]:
            self._frontier.moved(url, chain[-1])
        hops = [_hop(url, arrival) for url in chain[:-1]]
        return [*hops, replace(arrival.capture, linked=entry.linked)], arrival.content

    async def probe(self, url: str) -> Capture:
        """Return how a made-up address of the source answers. Raises OutOfTime when there is no time for it."""
        arrival = await self._arrive([url], Entry(url, 0))
        end = arrival.capture
        led = end.final_url if end.url == shown(url) else end.final_url or end.url
        return replace(end, url=shown(url), final_url=led, links=None, linked=False, probe=True)

    async def _arrive(self, chain: list[str], entry: Entry) -> _Arrival:
        seconds = 0.0
        while True:
            url = chain[-1]
            try:
                refusal = await self._refusal(url)
                known = None if self._job.full or entry.sitemap else self._frontier.known(url)
                answer = await self._ask(url, known, self._job.limits.page_seconds - seconds) if not refusal else None
            except OutOfTime as error:
                if len(chain) == 1:
                    raise
                return _Arrival(_ended(url, (Outcome.NETWORK, str(error)), seconds))
            if answer is None or refusal:
                return _Arrival(_ended(url, refusal or _NO_ANSWER, seconds))
            seconds += answer.seconds
            content = self._read(answer, entry, known)
            if content.target is None:
                return _Arrival(_captured(url, answer, content, seconds), content)
            left = self._follow(chain, content.target, entry)
            if left is not None:
                return replace(left, capture=replace(left.capture, status=answer.status, seconds=round(seconds, 4)))

    async def _refusal(self, url: str) -> _End | None:
        try:
            guard.check_url(url, self._exempt)
        except guard.RefusedAddress as error:
            return Outcome.REFUSED_ADDRESS, str(error)
        closed = self._pace.closed(host_of(url))
        if closed:
            return closed
        rules = await self._robots.rules_for(url)
        if rules.delay:
            self._pace.slow_to(host_of(url), rules.delay)
        return rules.judge(url)

    async def _ask(self, url: str, known: KnownPage | None, timeout: float) -> Answer:
        host = host_of(url)
        await self._pace.turn(host)
        for attempt in range(1, _TRIES + 1):
            timeout = min(timeout, self._pace.left())
            answer = await self._fetcher.get(url, self._headers(url, known), timeout, meta=self._meta())
            wait = self._note(host, answer)
            if wait is None or wait > _LONGEST_PAUSE or attempt == _TRIES or self._pace.closed(host):
                break
            self._pace.pause(host, wait)
            try:
                await self._pace.turn(host)
            except OutOfTime:
                break
        return answer

    def _note(self, host: str, answer: Answer) -> float | None:
        """Tell the pace how the host is; return the seconds after which it wants to be asked again."""
        wait = retry_after(answer.header("retry-after"), datetime.now(UTC)) if answer.status in (429, 503) else None
        if answer.status == 429:
            self._pace.slow_down(host)
            self._pace.failed(host, Outcome.BLOCKED, "it answers 429, too many requests")
        elif wait is not None:
            self._pace.failed(host, Outcome.SERVER_ERROR, "it answers 503 and asks to come back later")
        elif answer.problem and answer.problem[0] is Outcome.NETWORK and answer.unreachable:
            self._pace.failed(host, Outcome.NETWORK, answer.problem[1])
        else:
            self._pace.answered(host)
        return wait

    def _headers(self, url: str, known: KnownPage | None) -> dict[str, str]:
        headers = {"User-Agent": self._agent, "Accept-Encoding": ACCEPTED, "Accept": _ACCEPT}
        if origin_of(url) in self._scope.origins:  # they may hold secrets: to the start URLs' own origins alone
            headers |= self._job.headers
        if known is None or self._job.render:  # a page that scripts build can change although its shell did not
            return headers
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        return headers

    def _meta(self) -> dict[str, object]:
        if not self._job.render:
            return {}
        from spiders import render

        return dict(render.request_meta(self._job))

    def _read(self, answer: Answer, entry: Entry, known: KnownPage | None) -> Content:
        """Say what the answer is worth: an end, a place to go on to, or content."""
        if answer.problem:
            return Content(*answer.problem)
        if is_redirect(answer.status or 0):
            location = answer.header("location")
            if location:
                return Content(Outcome.MOVED, target=location)
            return Content(Outcome.BAD_CONTENT, f"answered {answer.status} without saying where the page is now")
        validated = known is not None and bool(known.etag or known.last_modified)
        judgement = judge_status(answer.status or 0, conditional=validated)
        if judgement.outcome is Outcome.NOT_MODIFIED and known is not None:
            return Content(
                Outcome.NOT_MODIFIED, sha256=known.body_sha256, etag=known.etag, last_modified=known.last_modified
            )
        start = b"" if judgement.outcome is Outcome.OK else _start_of(answer)
        judgement = judge_refusal(judgement, answer.headers or {}, start)
        if judgement.outcome is not Outcome.OK:
            return Content(judgement.outcome, judgement.message)
        content = read_content(answer, self._job, entry, known)
        if content.found is None:
            return content
        return replace(content, links=follow(content.found, self._scope, documents=self._job.documents))

    def _follow(self, chain: list[str], target: str, entry: Entry) -> _Arrival | None:
        """Add the redirect's target to the chain, or return how the chain ends because of it."""
        url = chain[-1]
        try:
            found = normalise_url(target, url)
            guard.check_url(found, self._exempt)
        except (BadUrl, guard.RefusedAddress) as error:
            return _stray(url, Outcome.REFUSED_ADDRESS, f"redirects to {error}")
        if found in chain:
            return _stray(url, Outcome.NETWORK, f"redirects in a loop: {' → '.join(map(shown, (*chain[-3:], found)))}")
        if not self._holds(found, entry):
            said = f"redirects to {shown(found)}, outside the source; add it to start_urls if it belongs to it"
            return _stray(url, Outcome.MOVED_OFF_SCOPE, said, found)
        if len(chain) > self._job.limits.redirects:
            said = f"more than {self._job.limits.redirects} redirects, the last to {shown(found)}"
            return _stray(url, Outcome.NETWORK, said)
        if not self._frontier.claim(replace(entry, url=found)):
            self._frontier.moved(url, found)
            return _Arrival(_moved(url, self._frontier.end_of(found)))
        chain.append(found)
        return None

    def _holds(self, url: str, entry: Entry) -> bool:
        if entry.sitemap:
            return self._scope.holds_host(url)
        return belongs(url, self._scope, self._job.documents)

    async def _fetch_robots(self, url: str) -> RobotsFile:
        """Read a robots.txt through the same guard and manners as any page, following its redirects anywhere."""
        for hop in range(MAX_REDIRECTS + 1):
            guard.check_url(url, self._exempt)
            await self._pace.turn(host_of(url))
            timeout = min(_ROBOTS_SECONDS, self._job.limits.page_seconds, self._pace.left())
            answer = await self._fetcher.get(url, self._headers(url, None), timeout, keep=MAX_BYTES)
            if answer.problem:
                return RobotsFile(None, problem=answer.problem[1], is_host_away=answer.unreachable and hop == 0)
            location = answer.header("location") if is_redirect(answer.status or 0) else None
            if location is None:
                return _robots_file(answer)
            url = normalise_url(location, url)
        return RobotsFile(None, problem=f"more than {MAX_REDIRECTS} redirects")


_NO_ANSWER = (Outcome.NETWORK, "no answer")
_ACCEPT = "text/html,application/xhtml+xml,application/pdf,*/*;q=0.8"


def _start_of(answer: Answer) -> bytes:
    """The beginning of an answer's body; empty when its encoding is none."""
    encodings: Iterable[str] = (answer.headers or {}).get("content-encoding", ())
    try:
        return inflate_start(answer.body, encodings, _REFUSAL_BYTES)
    except FreshetError:
        return b""


def _robots_file(answer: Answer) -> RobotsFile:
    encodings: Iterable[str] = (answer.headers or {}).get("content-encoding", ())
    try:
        return RobotsFile(answer.status, inflate_start(answer.body, encodings, MAX_BYTES))
    except FreshetError as error:
        return RobotsFile(None, problem=str(error))


def _captured(url: str, answer: Answer, content: Content, seconds: float) -> Capture:
    return Capture(
        url=shown(url),
        outcome=content.outcome,
        fetched_at=datetime.now(UTC),
        final_url=None if answer.status is None else shown(url),
        status=answer.status,
        media_type=content.media_type,
        charset=content.charset,
        etag=answer.header("etag") or content.etag,
        last_modified=answer.header("last-modified") or content.last_modified,
        unavailable_after=content.unavailable_after,
        body=content.body,
        body_sha256=content.sha256,
        links=content.links,
        message=content.message,
        seconds=round(seconds, 4),
    )


def _ended(url: str, end: _End, seconds: float = 0.0) -> Capture:
    return Capture(
        url=shown(url), outcome=end[0], fetched_at=datetime.now(UTC), message=end[1], seconds=round(seconds, 4)
    )


def _stray(url: str, outcome: Outcome, message: str, target: str | None = None) -> _Arrival:
    """A redirect that leads to no page of the source: every address of the chain ends with it."""
    capture = _ended(url, (outcome, message))
    return _Arrival(replace(capture, final_url=shown(target) if target else None), spreads=True)


def _moved(url: str, final: str) -> Capture:
    return replace(_ended(url, (Outcome.MOVED, f"moved to {shown(final)}")), final_url=shown(final))


def _hop(url: str, arrival: _Arrival) -> Capture:
    end = arrival.capture
    if arrival.spreads:
        return replace(_ended(url, (end.outcome, end.message)), final_url=end.final_url)
    return _moved(url, end.final_url or end.url)
