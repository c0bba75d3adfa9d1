"""Retrieval as chat platforms ask for it: Dify's external knowledge API, and Open WebUI's external search.

Both published protocols have no place for `answerable`: what does not answer is not returned at all.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, FiniteFloat

from retrieval.client import AsyncClient
from retrieval.http.bodies import JsonRoute
from retrieval.http.caching import answer
from retrieval.http.callers import Caller, Reader, allowed
from retrieval.http.described import told
from retrieval.http.problems import Problem
from retrieval.results import Answer, Hit

__all__ = ["DifyAnswer", "DifyQuestion", "WebUiHit", "WebUiQuestion", "router"]

router = APIRouter(tags=["chat platforms"], responses=told(HTTPStatus.REQUEST_ENTITY_TOO_LARGE), route_class=JsonRoute)

_USUAL, _MOST = 5, 100
_EVERYTHING = {"*", "all"}
_NO_SUCH_KEY, _NO_SUCH_KNOWLEDGE = 1002, 2001  # Dify's numbers for it
_FILTERS = ("category", "language", "source", "kind")
_Word = Annotated[str, Field(max_length=200)]


class RetrievalSetting(BaseModel):
    """How much Dify wants; null, as it sends what was never set, is as left out."""

    top_k: Annotated[int, Field(ge=1)] | None = None
    score_threshold: FiniteFloat | None = None


class Condition(BaseModel):
    """One condition on a hit's metadata."""

    name: _Word | list[_Word]
    comparison_operator: _Word
    value: _Word | list[_Word] | FiniteFloat | None = None


class MetadataCondition(BaseModel):
    """Conditions on the metadata of hits."""

    logical_operator: Literal["and", "or"] | None = "and"
    conditions: Annotated[list[Condition], Field(max_length=20)] | None = None


class DifyQuestion(BaseModel):
    """Dify's question; `knowledge_id` is the name of a source, or `*` for all."""

    knowledge_id: _Word
    query: str = Field(max_length=4000)
    retrieval_setting: RetrievalSetting = Field(default_factory=RetrievalSetting)
    metadata_condition: MetadataCondition | None = None


class DifyRecord(BaseModel):
    """One hit in Dify's form."""

    content: str
    score: float
    title: str
    metadata: dict[str, Any]


class DifyAnswer(BaseModel):
    """Dify's answer."""

    records: list[DifyRecord]


async def _reader_for_dify(request: Request) -> Caller:
    """As any reader; but when Dify is given a key it takes whatever is not 403 for a sign that the key holds."""
    try:
        return await allowed("read")(request)
    except Problem as problem:
        of_key = problem.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        if not of_key or "authorization" not in request.headers:
            raise
        raise _refusal(HTTPStatus.FORBIDDEN, _NO_SUCH_KEY, problem.detail) from None


class WebUiQuestion(BaseModel):
    """Open WebUI's question."""

    query: str = Field(max_length=4000)
    count: int = Field(_USUAL, ge=1)


class WebUiHit(BaseModel):
    """One hit in Open WebUI's form."""

    link: str
    title: str
    snippet: str


@router.post(
    "/dify/retrieval",
    response_model=DifyAnswer,
    responses=told(HTTPStatus.NOT_FOUND),
    summary="Dify's external knowledge API",
)
async def dify(
    request: Request, question: DifyQuestion, caller: Annotated[Caller, Depends(_reader_for_dify)]
) -> Response:
    """In Dify: Knowledge, External knowledge API, endpoint `https://HOST/dify`, a key of `freshet key create`."""
    filters = _conditions(question.metadata_condition)
    if question.knowledge_id not in _EVERYTHING:
        asked = filters.get("source", [question.knowledge_id])
        filters["source"] = [name for name in asked if name == question.knowledge_id]
    given = await _ask(
        request, caller, question.query, question.retrieval_setting.top_k or _USUAL,
        min_score=question.retrieval_setting.score_threshold or None, **filters,
    )  # fmt: skip
    if not given and question.knowledge_id not in _EVERYTHING:
        await _require_source(request, question.knowledge_id, caller)
    return answer(request, {"records": [_record(hit) for hit in given]})


@router.post("/openwebui/search", response_model=list[WebUiHit], summary="Open WebUI's external web search")
async def open_webui(request: Request, question: WebUiQuestion, caller: Reader) -> Response:
    """In Open WebUI: Web search, engine `external`, this address, a key of `freshet key create`."""
    given = await _ask(request, caller, question.query, question.count)
    return answer(request, [{"link": hit.url, "title": hit.title, "snippet": _dated(hit)} for hit in given])


async def _ask(request: Request, caller: Caller, query: str, most: int, **filters: Any) -> list[Hit]:
    client: AsyncClient = request.app.state.client
    given: Answer = await client.search(query, max_results=min(most, _MOST), within=caller.sources, **filters)
    return given.hits if given.answerable else []


async def _require_source(request: Request, name: str, caller: Caller) -> None:
    client: AsyncClient = request.app.state.client
    if name in {one.source for one in await client.freshness(within=caller.sources)}:
        return
    said = f"there is no source {name!r} for this key; knowledge_id is the name of a source, or * for all"
    raise _refusal(HTTPStatus.NOT_FOUND, _NO_SUCH_KNOWLEDGE, said)


def _refusal(status: HTTPStatus, number: int, said: str) -> Problem:
    """A problem that has what Dify looks for, too."""
    return Problem(status, said, error_code=number, error_msg=said)


def _conditions(told: MetadataCondition | None) -> dict[str, Any]:
    """The conditions as filters; raises Problem for one that no filter is, rather than leaving it out."""
    filters: dict[str, Any] = {}
    conditions = (told and told.conditions) or []
    if told and told.logical_operator == "or" and len(conditions) > 1:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "metadata_condition: conditions can be joined by `and` alone")
    for condition in conditions:
        for name in [condition.name] if isinstance(condition.name, str) else condition.name:
            if name in filters or name not in _FILTERS or not _means_one_of(name, condition):
                raise Problem(
                    HTTPStatus.UNPROCESSABLE_ENTITY,
                    f"metadata_condition: each of {', '.join(_FILTERS)} may be asked for once, by `is` or `in`",
                )
            values = condition.value if isinstance(condition.value, list) else [str(condition.value)]
            filters[name] = values[0] if name == "language" and len(values) == 1 else values
    return filters


def _means_one_of(name: str, condition: Condition) -> bool:
    if condition.value is None or (
        name == "language" and isinstance(condition.value, list) and len(condition.value) != 1
    ):
        return False
    return condition.comparison_operator in {"is", "in", *(("contains",) if name == "category" else ())}


def _record(hit: Hit) -> dict[str, Any]:
    return {
        "content": _dated(hit),
        "score": hit.score,
        "title": hit.title,
        "metadata": {
            "entry_id": hit.entry_id, "kind": hit.kind, "source": hit.source, "url": hit.url,
            "language": hit.language, "category": hit.category, "price": hit.price, "currency": hit.currency,
            "valid_from": hit.valid_from, "valid_until": hit.valid_until, "verified_at": hit.verified_at,
        },
    }  # fmt: skip


def _dated(hit: Hit) -> str:
    """The text with its window: what stands in metadata alone reaches no model."""
    if hit.valid_until is None:
        return hit.body
    return f"{hit.body}\n(holds until {hit.valid_until.isoformat(timespec='minutes')}, exclusive)"
