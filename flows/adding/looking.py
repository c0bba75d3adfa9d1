"""One look at one address, through the same guarded crawl as a sync: robots.txt, manners, limits, address guard."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.records import Capture, CrawlJob, CrawlLimits, FreshetError, Outcome
from pipelines.urls import normalise_url, origin_of, shown

__all__ = ["CouldNotLook", "Look", "host_and_port", "is_loopback", "look", "look_at_sitemap", "private_pair", "told"]

_MOST_MOVES = 3  # from one origin to another: http to https, to www, to a new domain
_SECONDS = 120.0
_DELAY = 1.0  # seconds between requests, as in a sync
_SAMPLE = 4  # pages of a sitemap that are looked at
_WAYS_OUT = {
    Outcome.MISSING: "look at the address in a browser and add the one that works",
    Outcome.GONE: "look at the address in a browser and add the one that works",
    Outcome.NETWORK: "check the address, and that this machine reaches it",
    Outcome.SERVER_ERROR: "try again when the site answers",
    Outcome.ROBOTS_DENIED: "add a page that it allows, or ask the site's owner to let Freshet in",
    Outcome.ROBOTS_UNREACHABLE: "check the address in a browser; if it is right, try again later",
    Outcome.REFUSED_ADDRESS: "if it is your own, add it with --allow-private",
    Outcome.BLOCKED: "ask the site's owner to let Freshet in",
    Outcome.CHALLENGE: "the site wants to see a person: ask its owner to let Freshet in",
    Outcome.SOFT_404: "look at the address in a browser and add the one that works",
}


class CouldNotLook(FreshetError):
    """Nothing could be read at an address; the message says why and what to do. `outcome` is of the closed list."""

    def __init__(self, message: str, capture: Capture | None = None) -> None:
        super().__init__(message)
        self.capture = capture  # None: not even an attempt came about


@dataclass(frozen=True)
class Look:
    """What was found."""

    url: str  # normalised, where redirects led
    capture: Capture  # its outcome is ok; `links` are all addresses of the same origin on the page


def look(url: str, *, allow_private: Sequence[str] = (), render: bool = False) -> Look:
    """Ask for one page, following its redirects, also to another origin.

    Raises CouldNotLook when that ends in anything but content, BadUrl when `url` is no web address.
    """
    at = normalise_url(url)
    for _ in range(_MOST_MOVES):
        capture = _attempt(at, allow_private, render)
        if capture.outcome is Outcome.OK:
            return Look(capture.final_url or capture.url, capture)
        if capture.outcome is not Outcome.MOVED_OFF_SCOPE or not capture.final_url:
            raise CouldNotLook(told(at, capture), capture)
        at = capture.final_url
    raise CouldNotLook(f"{shown(url)}: leads from site to site and was left at {shown(at)}; add the page itself")


def private_pair(url: str) -> str | None:
    """The host:port that has to be exempt before the address may be asked for; None when it spells no private one.

    A name is judged only when it is resolved, so it gives None.
    """
    from spiders.addresses import RefusedAddress, check_url

    pair = host_and_port(url)
    try:
        check_url(url, ())
    except RefusedAddress:
        return pair
    return None


def is_loopback(url: str) -> bool:
    """Whether the address spells this machine: its own server needs no politeness."""
    return origin_of(url).partition("://")[2].startswith(("127.", "localhost", "[::1]"))


def host_and_port(url: str) -> str:
    """Host and port of a normalised address, as `allow_private` names them."""
    scheme, _, rest = origin_of(url).partition("://")
    host = rest.rpartition("@")[2]
    has_port = host.rpartition(":")[2].isdigit() and not host.endswith("]")
    return host if has_port else f"{host}:{443 if scheme == 'https' else 80}"


def look_at_sitemap(url: str, *, allow_private: Sequence[str] = ()) -> list[Look]:
    """The first few pages that a sitemap lists, the most recently changed first.

    Raises CouldNotLook when it is no sitemap, or lists nothing that can be had.
    """
    captures, reason = _crawl(normalise_url(url), "sitemap", allow_private, pages=1 + _SAMPLE)
    good = [Look(c.final_url or c.url, c) for c in captures if c.outcome is Outcome.OK]
    if not good and captures:
        raise CouldNotLook(told(captures[-1].url, captures[-1]), captures[-1])
    if not good:
        raise CouldNotLook(f"{shown(url)}: {reason or 'the sitemap lists no page of its own host'}; add a page instead")
    return good


def _attempt(url: str, allow_private: Sequence[str], render: bool) -> Capture:
    captures, reason = _crawl(url, "urls", allow_private, render=render)
    if not captures:
        raise CouldNotLook(f"{shown(url)}: {reason or 'no answer'}; try again, or look closer with --verbose")
    return captures[-1]


def _crawl(
    url: str, kind: Literal["urls", "sitemap"], allow_private: Sequence[str], *, render: bool = False, pages: int = 1
) -> tuple[list[Capture], str]:
    """What came of the address and those it leads to, and why that is not all."""
    from spiders import crawl

    with tempfile.TemporaryDirectory(prefix="freshet-look-") as directory:
        job = CrawlJob(
            source="add",
            kind=kind,  # neither follows links
            start_urls=(url,),
            directory=Path(directory),
            allow=("",),  # a redirect may lead anywhere on the same origin
            render=render,
            delay=0.0 if is_loopback(url) else _DELAY,
            allow_private=tuple(allow_private),
            limits=CrawlLimits(crawl_seconds=_SECONDS, pages=pages),
        )
        seen = crawl(job, ())
        return [c for c in seen.captures() if c.outcome is not Outcome.MOVED], seen.incomplete_reason


def told(url: str, capture: Capture) -> str:
    """How a look ended that was none, with the way out, for a person."""
    said = capture.message or f"ended as {capture.outcome.value}"
    way_out = _WAYS_OUT.get(capture.outcome, "")
    message = ". ".join(filter(None, (f"{shown(url)}: {said}", way_out[:1].upper() + way_out[1:])))
    return "".join(char for char in message if char.isprintable())  # a server's own words may stand in it
