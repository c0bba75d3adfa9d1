"""PUT and DELETE /v1/entries/{source}/{key}: one entry of a source of kind push, live before the call returns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pipelines.records import Finding, FreshetError
from pipelines.settings import Project
from retrieval.as_json import document
from retrieval.client import AsyncClient
from retrieval.http.bodies import JsonRoute
from retrieval.http.callers import Writer
from retrieval.http.described import told
from retrieval.http.problems import RETRY_AFTER, Problem
from retrieval.results import Entry

__all__ = ["BadItem", "Busy", "Halted", "Pushed", "PushedDocument", "PushedItem", "Pusher", "router"]

router = APIRouter(
    prefix="/v1/entries",
    tags=["pushing"],
    responses=told(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    route_class=JsonRoute,
)

_LONGEST_KEY = 500
_NO_KEY = re.compile(r"[\x00-\x1f\x7f\ufffd\ud800-\udfff]|^\s|\s$")
_Line = Annotated[str, Field(max_length=2000)]
_Text = Annotated[str, Field(max_length=500_000)]
_Amount = Annotated[Decimal, Field(ge=0, le=10**12, allow_inf_nan=False)] | _Line


class PushedItem(BaseModel):
    """The fields of `[feed]`. With a price, discount, code or validity it is an offer, else a record."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "Engine oil change", "text": "Full synthetic oil and a new filter.", "price": 149,
                    "currency": "SAR", "validity": "valid until 31 March 2027", "category": ["oil"],
                    "url": "https://www.example.com/en/oil", "language": "en",
                }
            ]
        },
    )  # fmt: skip

    title: _Line = Field(min_length=1)
    key: _Line | None = Field(None, description="The key of the address, if it is given here too.")
    text: _Text | None = None
    description: _Text | None = None
    validity: _Line | None = Field(None, description="Text from which the window is read, as from a page.")
    valid_from: _Line | None = Field(None, description="ISO 8601; a bare date is the beginning of that day.")
    valid_until: _Line | None = Field(None, description="ISO 8601; a bare date is the end of that day.")
    price: _Amount | None = None
    price_before: _Amount | None = None
    currency: _Line | None = None
    discount_percent: _Amount | None = None
    code: _Line | None = None
    category: Annotated[list[_Line], Field(max_length=100)] | _Line | None = None
    url: _Line | None = None
    image: _Line | None = None
    terms: _Text | None = None
    language: _Line | None = None
    observed_at: _Line | None = Field(None, description="When it was written; «until Friday» counts from there.")

    def fields(self) -> dict[str, str | list[str]]:
        """What was given, amounts as they are written."""
        given = self.model_dump(exclude_none=True, exclude={"key"})
        return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in given.items()}


@dataclass(frozen=True)
class Pushed:
    """What came of an item that was pushed."""

    entry_id: int
    created: bool  # there was none of that key
    findings: tuple[Finding, ...]  # what a person should know of it


class PushedDocument(BaseModel):
    """The entry as it is quoted from now on."""

    entry_id: int
    created: bool
    entry: Entry | None = Field(None, description="Null: not live now; /v1/explain/{entry_id} says why.")
    findings: list[Finding]


class BadItem(FreshetError):
    """A field holds what it cannot mean."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Busy(FreshetError):
    """Another writer is at work on the source; try again in a moment."""


class Halted(FreshetError):
    """A person's word keeps the source from being changed."""


class Pusher(Protocol):
    """Carries out what is pushed; each call returns when it is served, in the order of the calls to one source.

    Raises BadItem, Busy, Halted, DatabaseError; then nothing has changed.
    """

    async def put(self, source: str, key: str, item: Mapping[str, str | list[str]]) -> Pushed:
        """Make this what is said of the key."""
        ...

    async def delete(self, source: str, key: str) -> bool:
        """End what is said of the key; False: nothing is."""
        ...

    async def close(self) -> None:
        """Finish what is under way."""
        ...


@dataclass(frozen=True)
class _Target:
    """Where a call pushes to."""

    source: str
    key: str


def _target(
    request: Request,
    caller: Writer,
    source: Annotated[str, Path(max_length=200)],
    key: Annotated[str, Path(min_length=1, max_length=_LONGEST_KEY)],
) -> _Target:
    """The target, which the caller may write to; raises Problem 404, 409 or 422."""
    project: Project = request.app.state.project
    known = project.sources.get(source)
    if known is None or (caller.sources is not None and source not in caller.sources):
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such source for this key")
    if known.kind != "push":
        raise Problem(
            HTTPStatus.CONFLICT, f"{source} is of kind {known.kind}: it follows what it watches, nothing can be pushed"
        )
    if _NO_KEY.search(key):
        raise _invalid("path.key", "a key has no control characters and no space at its ends")
    return _Target(source, key)


_To = Annotated[_Target, Depends(_target)]


@router.put(
    "/{source}/{key:path}",
    name="push_entry",
    response_model=PushedDocument,
    summary="Say what is true of one key",
    responses={
        201: {"model": PushedDocument, "description": "There was none of that key."},
        **told(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    },
)
async def put(request: Request, to: _To, item: PushedItem, caller: Writer) -> Response:
    """Live and searchable when this returns. The same again changes nothing but that it was said again now."""
    if item.key not in (None, to.key):
        raise _invalid("body.key", "is another than that of the address")
    try:
        pushed = await _pusher(request).put(to.source, to.key, item.fields())
    except BadItem as error:
        raise _invalid(f"body.{error.field}", str(error)) from error
    except (Busy, Halted) as error:
        raise _refused(error) from error
    client: AsyncClient = request.app.state.client
    entry = await client.entry(pushed.entry_id, within=caller.sources)
    content = {
        "entry_id": pushed.entry_id, "created": pushed.created, "entry": entry, "findings": list(pushed.findings),
    }  # fmt: skip
    status = HTTPStatus.CREATED if pushed.created else HTTPStatus.OK
    return Response(
        document(content), status, media_type="application/json", headers={"Cache-Control": "no-store"}
    )  # fmt: skip


@router.delete(
    "/{source}/{key:path}",
    name="end_entry",
    status_code=HTTPStatus.NO_CONTENT,
    summary="End what is said of one key",
)
async def delete(request: Request, to: _To) -> Response:
    """Not served any more when this returns; its history stays."""
    try:
        ended = await _pusher(request).delete(to.source, to.key)
    except (Busy, Halted) as error:
        raise _refused(error) from error
    if not ended:
        raise Problem(HTTPStatus.NOT_FOUND, "there is nothing of that key")
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _pusher(request: Request) -> Pusher:
    pusher: Pusher = request.app.state.pusher
    return pusher


def _refused(error: Busy | Halted) -> Problem:
    if isinstance(error, Halted):
        return Problem(HTTPStatus.CONFLICT, str(error))
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), {"Retry-After": str(RETRY_AFTER)})


def _invalid(at: str, message: str) -> Problem:
    errors: list[Any] = [{"at": at, "message": message}]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{at}: {message}", errors=errors)
