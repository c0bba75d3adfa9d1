"""Put together: which page stands at which address."""

from __future__ import annotations

import mimetypes
from http import HTTPStatus

from fastapi import APIRouter, Response

from retrieval.dashboard import ask, captures, changes, entries, now, runs, signing, sources
from retrieval.dashboard.viewing import static_files
from retrieval.http.problems import Problem

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

for _page in (now, ask, changes, sources, runs, entries, captures, signing):
    router.include_router(_page.router)


@router.get("/static/{name}")
async def static(name: str) -> Response:
    """A style sheet, a script, a mark; its address changes with its content."""
    if name not in static_files():
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such file")
    kind = mimetypes.guess_type(name)[0]
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(static_files()[name][0], media_type=kind, headers=headers)
