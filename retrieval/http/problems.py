"""Errors as problem documents (RFC 9457): what, why, and the way out; never a statement, a secret or a traceback."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from pipelines.database import DatabaseError
from retrieval.asking import BadQuestion

__all__ = [
    "AWAY",
    "MEDIA",
    "RETRY_AFTER",
    "Problem",
    "ProblemDocument",
    "answer_problems",
    "busy_response",
    "failure_response",
    "problem_response",
]

RETRY_AFTER = 5  # seconds a caller waits while the database is away
MEDIA = "application/problem+json"
AWAY = (DatabaseError, OperationalError)  # what is raised while the database is; no connection in time is the second

_log = logging.getLogger(__name__)


class Problem(Exception):
    """A refusal that a caller is told: status, one sentence of cause and way out, headers, members of its own kind."""

    def __init__(
        self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.more = more
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


class Mistake(BaseModel):
    """One thing that is wrong with what was asked."""

    at: str = Field(description="Where: `query.max_results`, `body.title`.")
    message: str


class ProblemDocument(BaseModel):
    """The body of an error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str = Field(description="What, why, and the way out.")
    instance: str = Field(description="The request's number, by which the log has it.")
    errors: list[Mistake] | None = Field(None, description="What is wrong with what was asked, one by one.")


def answer_problems(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(BadQuestion, _bad_question)
    for away in AWAY:
        app.add_exception_handler(away, _away)


def problem_response(
    request: Request, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """A problem document; `more` are members of its own kind."""
    document = ProblemDocument.model_validate(
        {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail,
         "instance": _number(request), **more}
    )  # fmt: skip
    return JSONResponse(
        document.model_dump(exclude_none=True), status.value, media_type=MEDIA,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )  # fmt: skip


def failure_response(request: Request) -> JSONResponse:
    """What a caller is told of our own mistake: the number to look it up by."""
    return problem_response(
        request, HTTPStatus.INTERNAL_SERVER_ERROR, "this should not happen; the server's log has the request's number"
    )


def busy_response(request: Request) -> JSONResponse:
    """What a caller is told when too many ask at once."""
    return problem_response(
        request, HTTPStatus.SERVICE_UNAVAILABLE, "too many requests are under way; ask again in a moment",
        {"Retry-After": "1"},
    )  # fmt: skip


def _number(request: Request) -> str:
    return f"urn:request:{request.state.number}"


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return problem_response(request, error.status, error.detail, error.headers, **error.more)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    detail = error.detail if error.detail != status.phrase else _WAYS.get(status, status.description)
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED and (methods := _methods(request)):
        headers["Allow"] = methods
    return problem_response(request, status, detail, headers)


def _methods(request: Request) -> str:
    """What the address takes, as documented: of several routes to it, the error knows the first one's alone."""
    address = getattr(request.scope.get("route"), "path_format", "")
    return ", ".join(sorted(request.app.openapi()["paths"].get(address, {}))).upper()


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # what was given is not repeated: it may be a secret, or not printable
    errors = [{"at": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()]
    if errors[0]["at"] == "body" and not request.headers.get("content-type", "").startswith("application/json"):
        errors = [{"at": "body", "message": "it is read as JSON alone: send Content-Type: application/json"}]
    detail = "; ".join(f"{one['at']}: {one['message']}" for one in errors[:5])
    return problem_response(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors[:100])


async def _bad_question(request: Request, error: Exception) -> JSONResponse:
    return problem_response(request, HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


async def _away(request: Request, error: Exception) -> JSONResponse:
    _log.warning("the database is away: %s", type(error).__name__)
    return problem_response(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "the database cannot be reached; nothing is answered from memory, since it might be over. Ask again",
        {"Retry-After": str(RETRY_AFTER)},
    )


_WAYS = {
    HTTPStatus.NOT_FOUND: "there is nothing at this address; /openapi.json lists what there is",
    HTTPStatus.METHOD_NOT_ALLOWED: "this address takes another method; /openapi.json lists which",
}
