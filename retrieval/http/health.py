"""Whether the process lives (/healthz), and whether it can answer (/readyz)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

__all__ = ["router"]

router = APIRouter(tags=["running"])


@router.get("/healthz", response_class=PlainTextResponse, summary="The process lives")
async def healthz() -> str:
    """Says nothing of the database: a supervisor that restarts us over it would help nobody."""
    return "ok"


@router.get(
    "/readyz",
    response_class=PlainTextResponse,
    summary="The database can be asked",
    responses={503: {"description": "It cannot, for now; ask again after Retry-After seconds."}},
)
async def readyz(request: Request) -> str:
    """Asks the database; raises what becomes a 503 while it is away."""
    await request.app.state.client.active_model()  # asked without a key by anybody: of what costs least
    return "ok"
