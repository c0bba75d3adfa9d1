"""`/changes`: what became of which entry, newest first, with readable differences; and how much is live over time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from retrieval.dashboard import past, store
from retrieval.dashboard.pictures import Bars, bars, line
from retrieval.dashboard.routing import Insider, PageRoute
from retrieval.dashboard.viewing import page
from retrieval.history import differences
from retrieval.http.questions import MOST_ID

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_PAGE = 50


@router.get("/changes")
async def changes(
    request: Request, caller: Insider, before: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None
) -> Response:
    """The newest changes, or those before that number of the feed."""
    zone = ZoneInfo(request.app.state.project.timezone)
    found = await past.changes(request, caller, before, _PAGE)
    for one in found:
        one["date"] = one["at"].astimezone(zone).date()
        one["differs"] = differences(_said(one["before"]), _said(one["after"])) if one["before"] else {}
    pictured = before is None
    ran = await store.runs(request, caller) if pictured else []
    return page(
        request, caller, "changes.html", changes=found, older=found[-1]["change_id"] if len(found) == _PAGE else None,
        live=line(await past.live_over_time(request, caller)) if pictured else None, pictures=_pictures(ran),
    )  # fmt: skip


def _said(version: store.Row) -> store.Row:
    """A version that came as JSON, its bounds as instants again."""
    bounds = {name: version[name] for name in ("valid_from", "valid_until")}
    return {**version, **{name: at and datetime.fromisoformat(at) for name, at in bounds.items()}}


def _pictures(ran: list[store.Row]) -> list[Bars]:
    syncs = [one for one in reversed(ran) if one["kind"] == "sync" and one["finished_at"] is not None]
    if not syncs:
        return []
    counts: dict[str, Any] = {
        "added": lambda one: one["entries"].get("added", 0),
        "ended": lambda one: one["entries"].get("expired", 0) + one["entries"].get("withdrawn", 0),
        "embedded": lambda one: one["chunks"].get("embedded", 0),
        "seconds": lambda one: round((one["finished_at"] - one["started_at"]).total_seconds(), 1),
    }
    return [bars(name, [(one["run_id"], count(one)) for one in syncs]) for name, count in counts.items()]
