"""robots.txt by RFC 9309: what an origin lets us ask for, and how often.

Unreachable means disallow: a server error, a timeout, a refused address, or a page of HTML where
rules should be. A 4xx means there are no rules.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from pipelines.records import FreshetError, Outcome
from pipelines.urls import origin_of
from spiders.pace import OutOfTime
from spiders.sniff import sniff

__all__ = ["MAX_BYTES", "MAX_REDIRECTS", "Robots", "RobotsFile", "Rules", "host_of", "product_token", "read_rules"]

MAX_BYTES = 500 * 2**10  # RFC 9309 section 2.5: at least this much is parsed; the rest is not read
MAX_REDIRECTS = 5  # RFC 9309 section 2.3.1.2


@dataclass(frozen=True)
class RobotsFile:
    """How the request for a robots.txt ended."""

    status: int | None  # None: no answer
    body: bytes = b""  # at most MAX_BYTES
    problem: str = ""  # why there is no answer
    is_host_away: bool = False  # nothing listens there, or its name does not resolve: no page of it could be had


@dataclass(frozen=True)
class Rules:
    """What one origin's robots.txt says to us."""

    parser: Protego | None = None  # None: everything is allowed, or nothing is
    problem: str = ""  # not empty: unreachable, nothing may be asked for
    outcome: Outcome = Outcome.ROBOTS_UNREACHABLE  # of every page then
    agent: str = ""

    def judge(self, url: str) -> tuple[Outcome, str] | None:
        """Return why an address may not be asked for, None when it may."""
        if self.problem:
            return self.outcome, f"robots.txt of {origin_of(url)} {self.problem}: nothing was asked for"
        if self.parser is not None and not self.parser.can_fetch(url, self.agent):
            return Outcome.ROBOTS_DENIED, f"robots.txt of {origin_of(url)} does not let {self.agent} ask for this path"
        return None

    @property
    def delay(self) -> float:
        """Seconds between requests that the origin asks for; 0 when it asks for none."""
        asked = self.parser.crawl_delay(self.agent) if self.parser else None
        return max(0.0, float(asked)) if asked is not None and asked == asked else 0.0


def read_rules(file: RobotsFile, agent: str) -> Rules:
    """Return what a robots.txt says to the product token `agent`."""
    if file.status is None:
        outcome = Outcome.NETWORK if file.is_host_away else Outcome.ROBOTS_UNREACHABLE
        return Rules(problem=f"could not be read ({file.problem})", outcome=outcome)
    if 400 <= file.status <= 499:
        return Rules()
    if not 200 <= file.status <= 299:
        return Rules(problem=f"answered {file.status}")
    kind = sniff(file.body)
    if kind not in ("text/plain", "application/x-empty"):
        return Rules(problem=f"is not a robots.txt but {kind}, as error pages are")
    return Rules(Protego.parse(file.body.decode("utf-8-sig", errors="replace")), agent=agent)


def product_token(user_agent: str) -> str:
    """Return the name by which robots.txt knows a user agent: its first word without version."""
    return user_agent.split("/")[0].split()[0] if user_agent.strip() else user_agent


class Robots:
    """The rules of every origin of a crawl, each read once, however many pages wait for it."""

    def __init__(self, agent: str, fetch: Callable[[str], Awaitable[RobotsFile]]) -> None:
        self._agent = agent
        self._fetch = fetch
        self._rules: dict[str, asyncio.Task[Rules]] = {}  # only origins in scope come here, so it stays small

    async def rules_for(self, url: str) -> Rules:
        """Return the rules of the address's origin, reading its robots.txt the first time."""
        origin = origin_of(url)
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._read(origin))
        return await self._rules[origin]

    async def _read(self, origin: str) -> Rules:
        try:
            file = await self._fetch(f"{origin}/robots.txt")
        except OutOfTime:
            raise
        except FreshetError as error:
            file = RobotsFile(None, problem=str(error))
        return read_rules(file, self._agent)


def host_of(url: str) -> str:
    """Return the host a crawl's manners apply to, whatever the port and scheme."""
    return urlsplit(url).hostname or ""
