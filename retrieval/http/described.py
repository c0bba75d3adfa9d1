"""What /openapi.json tells beyond the routes: each refusal there can be, the form of its document, and the key.

A route declares its refusals with `told`; `describe` adds what no route can say by itself.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from retrieval.http.problems import MEDIA, ProblemDocument

__all__ = ["describe", "told"]

_ANY = (
    HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE,
)  # fmt: skip
_MEANT = {
    HTTPStatus.BAD_REQUEST: "No JSON in UTF-8; as plain text: no HTTP, or an address of more than 64 KB.",
    HTTPStatus.UNAUTHORIZED: "No key, or none that holds.",
    HTTPStatus.FORBIDDEN: "The key does not allow this.",
    HTTPStatus.NOT_FOUND: "There is no such thing for this key.",
    HTTPStatus.CONFLICT: "The source does not take this now; a person has to decide.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than any question.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "What was asked cannot be meant; `errors` says where.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests with this key; wait Retry-After seconds.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database or the source is away or busy; ask again after Retry-After seconds.",
}
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of `freshet key create`. Until one is made, this machine alone is answered, without any.",
}
_SCHEMAS = "#/components/schemas/"


def told(*more: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """What a guarded route may refuse with, for its description: what any may, and `more`."""
    problem = {MEDIA: {"schema": {"$ref": f"{_SCHEMAS}{ProblemDocument.__name__}"}}}
    refusals: dict[int | str, dict[str, Any]] = {
        status.value: {"description": _MEANT[status], "content": dict(problem)} for status in sorted({*_ANY, *more})
    }
    # what is no HTTP never comes as far as to us
    refusals[HTTPStatus.BAD_REQUEST.value]["content"]["text/plain"] = {"schema": {"type": "string"}}
    return refusals


def describe(app: FastAPI) -> None:
    """Make /openapi.json tell the form of a problem, and that what may be refused for want of a key takes one."""
    of_routes = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = of_routes()
            components = document.setdefault("components", {})
            form = ProblemDocument.model_json_schema(ref_template=_SCHEMAS + "{model}")
            components.setdefault("schemas", {}).update({**form.pop("$defs"), ProblemDocument.__name__: form})
            components["securitySchemes"] = {"key": _KEY}
            for operation in (one for path in document["paths"].values() for one in path.values()):
                if str(HTTPStatus.UNAUTHORIZED.value) in operation["responses"]:
                    operation["security"] = [{"key": []}]
        return of_routes()

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend its document
