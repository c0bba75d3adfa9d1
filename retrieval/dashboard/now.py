"""`/`: what is live, what begins, what ends, how fresh each source is, and what waits for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from retrieval.client import AsyncClient
from retrieval.dashboard import past, store
from retrieval.dashboard.routing import PageRoute
from retrieval.dashboard.viewing import may_look_behind, page, page_language
from retrieval.http.callers import Caller, Reader, Writer
from retrieval.http.problems import Problem
from retrieval.http.questions import MOST_ID
from retrieval.results import Freshness, Offer

__all__ = ["Deciding", "router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_SOON = timedelta(days=7)
_MOST = 2000  # offers on one page; what ends first is listed first
_LONGEST = timedelta(minutes=5)  # a page without scripts is not older


class Deciding(Protocol):
    """A person's word carried out."""

    def approve(self, run: int, key: str | None) -> None:
        """Publish the removals that the run holds; `key`: its name, None: this machine, while there is no key.

        Raises FreshetError when it holds none, or another run writes.
        """


@dataclass(frozen=True)
class _Shown:
    """Offers as they are told apart."""

    live: list[Offer]
    ending: list[Offer]
    upcoming: list[Offer]
    categories: dict[str, list[Offer]]  # "" for those without one


@dataclass(frozen=True)
class _Behind:
    """What those see who run it; empty for the others."""

    states: list[store.Row] = field(default_factory=list)  # of each source
    held: list[store.Row] = field(default_factory=list)  # runs
    hooks: list[store.Row] = field(default_factory=list)
    lately: dict[str, int] = field(default_factory=dict)  # change -> offers of the last day


@router.get("/")
async def now(request: Request, caller: Reader) -> Response:
    """What is live at this instant, each offer in the page's language where it has it."""
    client: AsyncClient = request.app.state.client
    given = await client.offers(upcoming=True, max_results=_MOST, within=caller.sources)
    spoken = await client.offers(
        upcoming=True, max_results=_MOST, within=caller.sources, language=page_language(request)
    )
    freshness = await client.freshness(within=caller.sources)
    behind = await _behind(request, caller) if may_look_behind(caller) else _Behind()
    own = {offer.entry_id: offer for offer in spoken.offers}
    offers = _told_apart([own.get(offer.entry_id, offer) for offer in given.offers], given.at)
    return page(
        request, caller, "now.html", at=given.at, offers=offers, sources=freshness, told=behind,
        stopped=[hook for hook in behind.hooks if hook["stopped_at"] or hook["failing_since"]],
        next_end=_next_end(given.offers, freshness, given.at), can_decide=_can_decide(request) and caller.may("write"),
    )  # fmt: skip


@router.post("/runs/{run}/approve")
async def approve(request: Request, caller: Writer, run: Annotated[int, Path(ge=1, le=MOST_ID)]) -> Response:
    """Publish what that run holds, if it is of a source of the caller's."""
    if not _can_decide(request):
        raise Problem(HTTPStatus.CONFLICT, f"nothing is decided by this server: freshet approve {run}")
    if await store.held_of(request, caller, run) is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"no run {run} holds anything: it was decided, or a later run looked anew")
    await asyncio.to_thread(request.app.state.deciding.approve, run, caller.name)
    return RedirectResponse("/", HTTPStatus.SEE_OTHER)


async def _behind(request: Request, caller: Caller) -> _Behind:
    return _Behind(
        await store.source_states(request, caller),
        await store.held(request, caller),
        await store.webhooks(request, caller),
        await past.lately(request, caller),
    )


def _can_decide(request: Request) -> bool:
    return request.app.state.deciding is not None


def _told_apart(offers: Iterable[Offer], at: datetime) -> _Shown:
    live: list[Offer] = []
    upcoming: list[Offer] = []
    for offer in offers:
        (upcoming if offer.valid_from is not None and offer.valid_from > at else live).append(offer)
    categories: dict[str, list[Offer]] = {}
    for offer in live:
        categories.setdefault(offer.category[0] if offer.category else "", []).append(offer)
    ending = [offer for offer in live if offer.valid_until is not None and offer.valid_until - at <= _SOON]
    upcoming.sort(key=lambda offer: (offer.valid_from or at, offer.title))
    ordered = dict(sorted(categories.items(), key=lambda item: (not item[0], -len(item[1]), item[0])))
    return _Shown(live, ending, upcoming, ordered)


def _next_end(offers: Iterable[Offer], sources: Iterable[Freshness], at: datetime) -> datetime:
    """When what the page says is first over: an offer ends, begins, or lapses."""
    bounds = [bound for offer in offers for bound in (offer.valid_from, offer.valid_until)]
    bounds += [source.next_expiry for source in sources]
    return min((bound for bound in bounds if bound is not None and bound > at), default=at + _LONGEST)
