"""`/entries/N`: an entry with the evidence marked in its text, its other places and languages, its versions."""

from __future__ import annotations

from http import HTTPStatus
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from retrieval.client import AsyncClient
from retrieval.dashboard import past, store
from retrieval.dashboard.evidence import marked
from retrieval.dashboard.routing import PageRoute
from retrieval.dashboard.viewing import may_look_behind, page, page_language
from retrieval.history import differences
from retrieval.http.callers import Reader
from retrieval.http.problems import Problem
from retrieval.http.questions import MOST_ID

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/entries/{number}")
async def entry(
    request: Request, caller: Reader, number: Annotated[int, Path(ge=1, le=MOST_ID)],
    language: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:  # fmt: skip
    """One entry whole while it is live; what it was, for those who may see that; and why it is, or is not, served."""
    client: AsyncClient = request.app.state.client
    found = await client.entry(number, language or page_language(request), within=caller.sources)
    steps = await client.explain(number, within=caller.sources)
    if not steps[0].passed:
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no entry {number} for you")
    versions = await past.versions(request, caller, number) if may_look_behind(caller) else []
    return page(
        request, caller, "entry.html", number=number, entry=found, steps=steps, versions=_compared(versions),
        at=await store.clock(request, caller), pieces=marked(found.text or "", found.evidence) if found else [],
    )  # fmt: skip


def _compared(versions: list[store.Row]) -> list[store.Row]:
    """Newest first, each with how it differs from the one before."""
    for version in versions[:1]:
        version["differs"] = {}
    for before, after in pairwise(versions):
        after["differs"] = differences(before, after)
    return versions[::-1]
