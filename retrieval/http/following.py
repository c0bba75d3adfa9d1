"""The change feed over HTTP: pages by cursor, and a stream of server-sent events that resumes where it broke off."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from retrieval.as_json import document
from retrieval.client import AsyncClient
from retrieval.http.caching import answer
from retrieval.http.callers import Caller, Reader
from retrieval.http.described import told
from retrieval.http.hub import Hub
from retrieval.http.problems import AWAY, RETRY_AFTER, Problem
from retrieval.http.questions import MOST_ID, Asked
from retrieval.results import Change

__all__ = ["ChangesDocument", "router"]

router = APIRouter(prefix="/v1/changes", tags=["following"], responses=told())

_EVENTS = "text/event-stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_PAGE = 500
_MOST_STREAMS, _MOST_OF_ONE = 500, 100  # open at once: in all, and with one key
_QUIET = 15  # seconds without a change after which a line says that the stream lives: proxies cut silent ones


class StreamQuestion(Asked):
    """Where a stream begins, unless `Last-Event-ID` says."""

    after: int = Field(0, ge=0, le=MOST_ID, description="The last change_id you have; 0: from the beginning.")


class ChangesQuestion(StreamQuestion):
    """Arguments of kb.changes."""

    max_results: int = Field(_PAGE, ge=1, le=10_000)


class ChangesDocument(BaseModel):
    """Changes in order; ask again with the last change_id."""

    changes: list[Change]


@router.get("", response_model=ChangesDocument, summary="What became of which entry, in order")
async def changes(request: Request, question: Annotated[ChangesQuestion, Query()], caller: Reader) -> Response:
    """The columns of `kb.changes`."""
    client: AsyncClient = request.app.state.client
    page = await client.changes(question.after, max_results=question.max_results, within=caller.sources)
    return answer(request, {"changes": page})


@router.get(
    "/stream",
    summary="The same as server-sent events",
    response_class=StreamingResponse,
    responses={200: {"content": {_EVENTS: {}}, "description": "One event a change, its id the cursor."}},
)
async def stream(
    request: Request,
    question: Annotated[StreamQuestion, Query()],
    caller: Reader,
    last_event_id: Annotated[str, Header(description="The id of the last event; goes before `after`.")] = "",
) -> Response:
    """Each event's name is the change, its id the `change_id`, its data the row; `Last-Event-ID` resumes."""
    _require_room(request, caller)
    if request.state.asked == "HEAD":  # its body, which nobody reads, would never end
        return Response(media_type=_EVENTS, headers=_HEADERS)
    is_id = last_event_id.isascii() and last_event_id.isdecimal() and len(last_event_id) < 20
    cursor = min(int(last_event_id), MOST_ID) if is_id else question.after
    return StreamingResponse(
        _events(request, caller, cursor),
        media_type=_EVENTS,
        headers=_HEADERS,
    )


def _require_room(request: Request, caller: Caller) -> None:
    """One key cannot take every stream; raises Problem 429 or 503."""
    streams: Counter[str | None] = request.app.state.streams
    wait = {"Retry-After": str(RETRY_AFTER)}
    if streams[caller.key_id] >= _MOST_OF_ONE:
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, f"{_MOST_OF_ONE} streams are open with this key: close one", wait)
    if streams.total() >= _MOST_STREAMS:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"{_MOST_STREAMS} streams are open already", wait)


async def _events(request: Request, caller: Caller, cursor: int) -> AsyncIterator[bytes]:
    client: AsyncClient = request.app.state.client
    hub: Hub = request.app.state.hub
    request.app.state.streams[caller.key_id] += 1
    try:
        while not hub.closed:
            ticket = hub.ticket()
            page = await client.changes(cursor, max_results=_PAGE, within=caller.sources)
            for change in page:
                cursor = change.change_id
                yield b"id: %d\nevent: %s\ndata: %s\n\n" % (cursor, change.change.encode(), document(change))
            if len(page) < _PAGE:
                yield b": here\n\n"
                await hub.grown(ticket, _QUIET)
                # a key that was revoked meanwhile hears nothing more
                caller = await request.app.state.doorkeeper.known(request)
    except (Problem, *AWAY):  # whoever listens comes back, and is told what it is
        return
    finally:
        request.app.state.streams[caller.key_id] -= 1
