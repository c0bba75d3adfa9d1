"""`/runs`: what came of each look at a source; one of them with what it met and what it holds back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from retrieval.dashboard import store
from retrieval.dashboard.routing import Insider, PageRoute
from retrieval.dashboard.viewing import page
from retrieval.http.problems import Problem
from retrieval.http.questions import MOST_ID

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/runs")
async def runs(request: Request, caller: Insider) -> Response:
    """Runs, the newest first."""
    return page(request, caller, "runs.html", runs=await store.runs(request, caller))


@router.get("/runs/{number}")
async def run(request: Request, caller: Insider, number: Annotated[int, Path(ge=1, le=MOST_ID)]) -> Response:
    """One run whole."""
    found = await store.run(request, caller, number)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no run {number} for you")
    met = await store.attempts(request, caller, number)
    said = {problem["url"]: problem["message"] for problem in found["problems"]}
    for attempt in met:
        attempt["said"] = said.pop(attempt["url"], "")
    return page(
        request, caller, "run.html", run=found, attempts=met,
        problems=[problem for problem in found["problems"] if problem["url"] in said],
        held=await store.held_of(request, caller, number),
        can_decide=request.app.state.deciding is not None and caller.may("write"),
    )  # fmt: skip
