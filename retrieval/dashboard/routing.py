"""How a page fails: as a page that says what, why and the way out, or by asking for a key."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from pipelines.records import FreshetError
from retrieval.dashboard.viewing import may_look_behind, page
from retrieval.http.callers import Caller, allowed
from retrieval.http.problems import AWAY, RETRY_AFTER, Problem

__all__ = ["Insider", "PageRoute"]

_AWAY = (
    "the database cannot be reached; nothing is shown from memory, since it might be over. Look again in a few seconds"
)
_log = logging.getLogger(__name__)


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI's, refusals told as a page."""
        answer = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await answer(request)
            except Problem as problem:
                return _refused(request, problem)
            except AWAY as error:
                _log.warning("the database is away: %s", type(error).__name__)
                return _failed(request, HTTPStatus.SERVICE_UNAVAILABLE, _AWAY, {"Retry-After": str(RETRY_AFTER)})
            except RequestValidationError:
                return _failed(request, HTTPStatus.UNPROCESSABLE_ENTITY, "the address holds what cannot be read")
            except FreshetError as error:
                return _failed(request, HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

        return shown


async def _behind(request: Request) -> Caller:
    caller = await allowed("read")(request)
    if not may_look_behind(caller):
        raise Problem(
            HTTPStatus.FORBIDDEN, "what is not served is shown to keys with scope write or audit: "
            "freshet key create NAME --scope read --scope audit",
        )  # fmt: skip
    return caller


Insider = Annotated[Caller, Depends(_behind)]


def _refused(request: Request, problem: Problem) -> Response:
    if problem.status is HTTPStatus.UNAUTHORIZED:
        wanted = request.url.path if request.method == "GET" else "/"
        return RedirectResponse("/sign-in?" + urlencode({"to": wanted}), HTTPStatus.SEE_OTHER)
    return _failed(request, problem.status, problem.detail, problem.headers)


def _failed(request: Request, status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> Response:
    response = page(request, None, "failed.html", status=status, code=status.value, name=status.phrase, detail=detail)
    response.headers.update(headers or {})
    return response
