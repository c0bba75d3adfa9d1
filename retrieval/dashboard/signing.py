"""`/sign-in`: a key in a cookie that scripts cannot read and other sites do not send along; `/sign-out`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from retrieval.dashboard.routing import PageRoute
from retrieval.dashboard.viewing import page
from retrieval.http.callers import KEY_COOKIE, require_own_page
from retrieval.keys import recognise

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_MONTH = 30 * 24 * 3600  # seconds
_LONGEST = 500  # bytes of the form: a key has 60


@router.get("/sign-in")
async def ask_for_key(request: Request, to: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """The form."""
    return page(request, None, "sign_in.html", to=_own(to), wrong=False)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Keep the key, if it holds, and go where one wanted to go."""
    require_own_page(request)
    told = parse_qs((await request.body())[: _LONGEST + 1000].decode("utf-8", "replace"))
    worn, to = told.get("key", [""])[0].strip()[:_LONGEST], _own(told.get("to", ["/"])[0])
    async with request.app.state.store.connection() as conn:
        found = await recognise(conn, worn)
    if found.key is None:
        return page(request, None, "sign_in.html", status=HTTPStatus.UNAUTHORIZED, to=to, wrong=True)
    answer = RedirectResponse(to, HTTPStatus.SEE_OTHER)
    # TLS ends at a proxy before us: the browser says itself by which way it came
    secure = request.headers.get("origin", "").startswith("https://")
    answer.set_cookie(KEY_COOKIE, worn, max_age=_MONTH, httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Forget the key."""
    require_own_page(request)
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(KEY_COOKIE, httponly=True, samesite="strict")
    return answer


def _own(address: str) -> str:
    """An address of this server; anything else is the front page."""
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if own else "/"
