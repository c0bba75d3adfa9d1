"""What may be asked: /v1/search, offers, entries, explain, status. Parameters are named as the SQL arguments."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

from retrieval.client import AsyncClient
from retrieval.http.bodies import JsonRoute
from retrieval.http.caching import answer, kept_for
from retrieval.http.callers import Caller, Reader
from retrieval.http.described import told
from retrieval.http.problems import Problem
from retrieval.results import Entry, Freshness, Hit, Offer, Step

__all__ = ["MOST_ID", "AnswerDocument", "Asked", "FreshnessDocument", "OffersDocument", "StepsDocument", "router"]

router = APIRouter(prefix="/v1", tags=["asking"], responses=told(), route_class=JsonRoute)

MOST_ID = 2**63 - 1  # bigint
_Word = Annotated[str, Field(max_length=200)]
# as entries have it: any other, `en-US` or `English`, would match nothing without a word
_Language = Annotated[str, Field(pattern="^[a-z]{2,3}$")]
_Words = Annotated[list[_Word], Field(max_length=100)]


def _written_out(value: Any) -> Any:
    """A number would be taken for seconds since 1970: nobody means that by `as_of=2026`."""
    if isinstance(value, str) and "-" in value[1:]:
        return value
    raise ValueError("must be an instant in ISO 8601 with its zone, like 2026-11-22T12:00:00Z")


_Instant = Annotated[AwareDatetime, BeforeValidator(_written_out)]


class Asked(BaseModel):
    """Parameters of an address: one it does not know is refused, since an answer without it would be another."""

    model_config = ConfigDict(extra="forbid")


class _Question(Asked):
    """What both functions take; a filter left out is none, an empty list matches nothing."""

    category: _Words | None = Field(None, examples=[["oil", "tyres"]])
    language: _Language | None = Field(None, examples=["en", "ar"])
    source: _Words | None = None
    min_price: FiniteFloat | None = None
    max_price: FiniteFloat | None = None
    as_of: _Instant | None = Field(None, description="What was true then; left out: now. Scope audit.")
    known_at: _Instant | None = Field(None, description="By what was known then; left out: now. Scope audit.")

    @property
    def is_of_past(self) -> bool:
        """Whether another instant than this one is asked about."""
        return self.as_of is not None or self.known_at is not None


class OffersQuestion(_Question):
    """Arguments of kb.offers."""

    upcoming: bool = False
    max_results: int = Field(100, ge=1, le=10_000)


class SearchQuestion(_Question):
    """Arguments of kb.search."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "how much is an oil change?", "max_results": 3}]}
    )

    query: str = Field(max_length=4000, examples=["how much is an oil change?", "كم سعر تغيير الزيت؟"])
    query_embedding: Annotated[list[FiniteFloat], Field(min_length=1, max_length=4000)] | None = Field(
        None, description="Of the active model; left out: made here, or by the database from the text itself."
    )
    max_results: int = Field(8, ge=1, le=100)
    kind: _Words | None = None
    min_score: FiniteFloat | None = None


class EntryQuestion(Asked):
    """Arguments of kb.entry besides its number."""

    language: _Language | None = None


class ExplainQuestion(Asked):
    """Arguments of kb.explain besides the entry's number."""

    query: str | None = Field(None, max_length=4000)


class AnswerDocument(BaseModel):
    """An answer: hits, best first."""

    query: str
    hits: list[Hit]
    answerable: bool
    degraded: bool


class OffersDocument(BaseModel):
    """Offers, those that end first on top."""

    offers: list[Offer]


class FreshnessDocument(BaseModel):
    """How fresh each source is."""

    sources: list[Freshness]


class StepsDocument(BaseModel):
    """Why an entry is, or is not, served."""

    steps: list[Step]


@router.post(
    "/search",
    response_model=AnswerDocument,
    responses=told(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    summary="What is true now and answers a question",
)
async def search(request: Request, question: SearchQuestion, caller: Reader) -> Response:
    """The columns of `kb.search`. `answerable` false: no hit is good enough to answer from."""
    return await _search(request, question, caller)


@router.get("/search", response_model=AnswerDocument, summary="What is true now and answers a question")
async def search_by_address(request: Request, question: Annotated[SearchQuestion, Query()], caller: Reader) -> Response:
    """As by POST; a list by naming its parameter again: `category=oil&category=tyres`."""
    return await _search(request, question, caller)


@router.get("/offers", response_model=OffersDocument, summary="Offers live now, those that end first on top")
async def offers(request: Request, question: Annotated[OffersQuestion, Query()], caller: Reader) -> Response:
    """The columns of `kb.offers`; `upcoming=true` adds those not yet begun."""
    _require_audit(question, caller)
    given = await _client(request, question).offers(**question.model_dump(), within=caller.sources)
    kept = kept_for(given.at, [(offer.validity, _next(offer, given.at)) for offer in given.offers])
    return answer(request, {"offers": given.offers}, kept)


@router.get(
    "/entries/{entry_id}",
    response_model=Entry,
    responses=told(HTTPStatus.NOT_FOUND),
    summary="One entry whole, while it is live",
)
async def entry(
    request: Request,
    entry_id: Annotated[int, Path(ge=1, le=MOST_ID)],
    question: Annotated[EntryQuestion, Query()],
    caller: Reader,
) -> Response:
    """The columns of `kb.entry`. One that is over, withdrawn, or of a source not granted, is as one that never was."""
    found = await _client(request).entry(entry_id, language=question.language, within=caller.sources)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"no entry {entry_id} is live now; /v1/explain/{entry_id} says why")
    return answer(request, found)


@router.get("/explain/{entry_id}", response_model=StepsDocument, summary="Why an entry is, or is not, served")
async def explain(
    request: Request,
    entry_id: Annotated[int, Path(ge=1, le=MOST_ID)],
    question: Annotated[ExplainQuestion, Query()],
    caller: Reader,
) -> Response:
    """The columns of `kb.explain`: nothing quotable. With a `query` also why it is, or is not, found."""
    steps = await _client(request).explain(entry_id, question.query, within=caller.sources)
    return answer(request, {"steps": steps})


@router.get("/status", response_model=FreshnessDocument, summary="How fresh each source is")
async def status(request: Request, _: Annotated[Asked, Query()], caller: Reader) -> Response:
    """The columns of `kb.freshness`."""
    return answer(request, {"sources": await _client(request).freshness(within=caller.sources)})


async def _search(request: Request, question: SearchQuestion, caller: Caller) -> Response:
    _require_audit(question, caller)
    asked = question.model_dump(exclude={"query"})
    if question.min_score is None:
        asked["min_score"] = request.app.state.project.retrieval.min_score or None
    given = await _client(request, question).search(question.query, **asked, within=caller.sources)
    content = {"query": given.query, "hits": given.hits, "answerable": given.answerable, "degraded": given.degraded}
    return answer(request, content, kept_for(given.at, [(hit.validity, hit.valid_until) for hit in given.hits]))


def _client(request: Request, question: OffersQuestion | SearchQuestion | None = None) -> AsyncClient:
    """The reader's client, or the auditor's for what was."""
    past = question is not None and question.is_of_past
    client: AsyncClient = request.app.state.auditor if past else request.app.state.client
    return client


def _require_audit(question: OffersQuestion | SearchQuestion, caller: Caller) -> None:
    if question.is_of_past and not caller.may("audit"):
        raise Problem(HTTPStatus.FORBIDDEN, "what was true at another time needs a key with scope audit")


def _next(offer: Offer, at: datetime) -> datetime | None:
    """When what is said of the offer changes: it begins, or it ends."""
    if offer.valid_from is not None and offer.valid_from > at:
        return offer.valid_from
    return offer.valid_until
