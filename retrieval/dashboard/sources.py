"""`/sources`: how fresh each source is, how webhooks fare; one source with its pages, findings, what is set aside."""

from __future__ import annotations

from http import HTTPStatus
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from retrieval.client import AsyncClient
from retrieval.dashboard import store
from retrieval.dashboard.routing import Insider, PageRoute
from retrieval.dashboard.viewing import page
from retrieval.http.problems import Problem

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_UNREADABLE = ("quarantined", "parse_failed")


@router.get("/sources")
async def sources(request: Request, caller: Insider) -> Response:
    """Every source that the caller may see; and the webhooks, which are told of all, for who may see all."""
    client: AsyncClient = request.app.state.client
    fresh = await client.freshness(within=caller.sources)
    states = {one["source"]: one for one in await store.source_states(request, caller)}
    found = await store.findings_counted(request, caller)
    return page(
        request, caller, "sources.html", sources=fresh, states=states, found=found,
        hooks=await store.webhooks(request, caller),
    )  # fmt: skip


@router.get("/sources/{name}")
async def source(request: Request, caller: Insider, name: Annotated[str, Path(max_length=200)]) -> Response:
    """One source whole."""
    found = await store.source(request, caller, name)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "there is no source of that name for you")
    client: AsyncClient = request.app.state.client
    fresh = next(one for one in await client.freshness(within=caller.sources) if one.source == name)
    pages = await store.pages(request, caller, name)
    findings = await store.findings(request, caller, name)
    return page(
        request, caller, "source.html", source=found, fresh=fresh, pages=pages,
        unreadable=[one for one in pages if one["last_outcome"] in _UNREADABLE],
        findings={rule: list(same) for rule, same in groupby(findings, lambda one: one["rule"])},
        runs=await store.runs(request, caller, name, 10),
    )  # fmt: skip
