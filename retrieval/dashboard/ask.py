"""`/ask`: a search as a bot sees it, with scores and what matched; why something is not found; what was true then."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from retrieval.client import AsyncClient
from retrieval.dashboard import past, store
from retrieval.dashboard.categories import category_names
from retrieval.dashboard.evidence import Piece, marked_words
from retrieval.dashboard.routing import PageRoute
from retrieval.dashboard.viewing import may_look_behind, page
from retrieval.demand import QUESTIONS
from retrieval.http.callers import Caller, Reader
from retrieval.http.problems import Problem
from retrieval.results import Answer, Offers, Step

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_MOST_WANTED = 20
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_Text = Annotated[str, Query(max_length=4000)]
_Short = Annotated[str, Query(max_length=200)]


@router.get("/ask")
async def ask(
    request: Request, caller: Reader, q: _Text = "", why: _Text = "", language: _Short = "", category: _Short = "",
    source: _Short = "", then: _Short = "",
) -> Response:  # fmt: skip
    """The answer to `q`, now or `then`; `why` names an entry whose place among the hits is explained."""
    at = _instant(request, caller, then)
    filters = {name: [value] for name, value in (("category", category), ("source", source)) if value}
    given = await _answer(request, caller, q.strip(), at, language or None, filters)
    listed = await _offers(request, caller, at, language or None, filters) if at and not q.strip() else None
    since = await past.earliest(request, caller) if caller.may("audit") else None
    return page(
        request, caller, "ask.html", q=q, why=why, asked_language=language, category=category, source=source,
        then=at, given=given, listed=listed, pieces=await _matched(request, caller, q, given),
        steps=await _explained(request, caller, why.strip(), q.strip()) if why.strip() else {},
        since=since, place=_place(since, at, await store.clock(request, caller)), at=given.at if given else None,
        wanted=[] if q.strip() or at or why.strip() else await _wanted(request, caller),
        languages=request.app.state.project.languages, categories=category_names(request.app.state.project),
        sources=[one.source for one in await _client(request).freshness(within=caller.sources)],
    )  # fmt: skip


def _place(since: datetime | None, at: datetime | None, now: datetime) -> int:
    """Where the slider stands, in thousandths of the time since anything is known."""
    if since is None or at is None or now <= since:
        return 1000
    return max(0, min(1000, round(1000 * ((at - since) / (now - since)))))


async def _answer(
    request: Request, caller: Caller, query: str, at: datetime | None, language: str | None,
    filters: dict[str, list[str]],
) -> Answer | None:  # fmt: skip
    if not query:
        return None
    client: AsyncClient = request.app.state.auditor if at else request.app.state.client
    least = request.app.state.project.retrieval.min_score or None
    return await client.search(
        query, language=language, min_score=least, within=caller.sources, as_of=at, known_at=at,
        category=filters.get("category"), source=filters.get("source"), note_demand=False,
    )  # fmt: skip


async def _wanted(request: Request, caller: Caller) -> list[store.Row]:
    """What was asked in vain, for those who see all sources: of which one it was asked nobody knows."""
    if caller.sources is not None or not may_look_behind(caller):
        return []
    return (await store.rows(request, caller, QUESTIONS))[:_MOST_WANTED]


async def _offers(
    request: Request, caller: Caller, at: datetime, language: str | None, filters: dict[str, list[str]]
) -> Offers:
    auditor: AsyncClient = request.app.state.auditor
    return await auditor.offers(
        language=language, within=caller.sources, as_of=at, known_at=at, category=filters.get("category"),
        source=filters.get("source"),
    )  # fmt: skip


def _instant(request: Request, caller: Caller, then: str) -> datetime | None:
    """The instant asked about, in the project's zone unless it names one; None: now."""
    if not then:
        return None
    if not caller.may("audit"):
        raise Problem(HTTPStatus.FORBIDDEN, "what was true at another time needs a key with scope audit")
    try:
        at = datetime.fromisoformat(then)
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(request.app.state.project.timezone))
    except ValueError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "then: give a date and time, as 2026-11-22T18:30") from None


async def _matched(request: Request, caller: Caller, query: str, given: Answer | None) -> dict[int, list[Piece]]:
    """Chunk -> its text in pieces, the words of the query marked."""
    hits = given.hits if given else []
    places = {hit.chunk_id: [match.span() for match in _WORD.finditer(hit.body)] for hit in hits}
    words = {hit.body[start:end] for hit in hits for start, end in places[hit.chunk_id]}
    same = await store.matching(request, caller, query, sorted(words)) if words else set()
    return {
        hit.chunk_id: marked_words(hit.body, [(a, b) for a, b in places[hit.chunk_id] if hit.body[a:b] in same])
        for hit in hits
    }


async def _explained(request: Request, caller: Caller, why: str, query: str) -> dict[int, list[Step]]:
    """Entry -> each check; of an address only for those who may see what is not served."""
    if may_look_behind(caller):
        entries = await store.entries_at(request, caller, why)
    else:
        entries = [int(why)] if why.isascii() and why.isdecimal() and len(why) < 19 else []
    client = _client(request)
    return {entry: await client.explain(entry, query or None, within=caller.sources) for entry in entries}


def _client(request: Request) -> AsyncClient:
    client: AsyncClient = request.app.state.client
    return client
