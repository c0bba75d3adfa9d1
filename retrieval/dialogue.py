"""What a client asks, hears and asks then, without a connection: each dialogue yields its steps and is sent what came.

The clients, one that waits and one that awaits, only carry the steps out; so what is asked, in which order and what
it means stands here once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import psycopg
from pgvector import Vector

from pipelines.records import FreshetError
from retrieval import results
from retrieval.asking import (
    Filters,
    Question,
    ask_changes,
    ask_entry,
    ask_explain,
    ask_freshness,
    ask_note_demand,
    ask_offers,
    ask_search,
)
from retrieval.query_models import Aside, Dialogue, QueryModels, Rows, embedded, model_served

__all__ = ["active_model", "changes", "entry", "explain", "freshness", "offers", "search"]

_log = logging.getLogger(__name__)

_T = TypeVar("_T")


def search(
    models: QueryModels,
    query: str,
    *,
    query_embedding: Sequence[float] | None = None,
    max_results: int = 8,
    category: Sequence[str] | None = None,
    language: str | None = None,
    source: Sequence[str] | None = None,
    kind: Sequence[str] | None = None,
    min_score: float | None = None,
    min_price: Decimal | float | None = None,
    max_price: Decimal | float | None = None,
    within: Sequence[str] | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    note_demand: bool = True,
) -> Dialogue[results.Answer]:
    """What is true now and answers the query, best first.

    `query_embedding`: its vector by the model served, where the caller has it. `within` narrows the call to those
    sources, whatever else the login may see. `as_of`, `known_at`: what was true then by what was known then, the other
    one being now; for auditors. `note_demand`: whether a weak answer is noted as such, for who writes the pages. Raises
    BadQuestion, NotAllowed, DatabaseAway.
    """
    filters = Filters(category, language, source, kind, min_price, max_price)

    def ask(vector: Vector | None, model: str | None) -> Question:
        return ask_search(
            query, vector, model, max_results=max_results, filters=filters, min_score=min_score, within=within,
            as_of=as_of, known_at=known_at,
        )  # fmt: skip

    rows: Rows
    if query_embedding is None:
        rows = yield from embedded(models, query, ask)
    else:
        rows = yield ask(Vector(list(query_embedding)), None)
    hits = _read(results.Hit, rows)
    answerable = any(hit.answerable for hit in hits)
    if note_demand and query.strip() and not answerable and as_of is None and known_at is None:
        yield Aside(_noted(query, language, hits))
    return results.Answer(query, hits, answerable, any(hit.degraded for hit in hits), _asked_at(rows))


def _noted(query: str, language: str | None, hits: Sequence[results.Hit]) -> Dialogue[None]:
    """Tell the base that it had no or a weak answer; where it cannot note that, it is said in the log."""
    try:
        yield ask_note_demand(query, language, max((hit.score for hit in hits), default=None))
    except psycopg.errors.ReadOnlySqlTransaction:
        pass  # a replica
    except (FreshetError, psycopg.Error) as error:
        _log.warning("not noted as demand: %s", error)


def offers(
    models: QueryModels,
    *,
    category: Sequence[str] | None = None,
    language: str | None = None,
    source: Sequence[str] | None = None,
    upcoming: bool = False,
    max_results: int = 100,
    min_price: Decimal | float | None = None,
    max_price: Decimal | float | None = None,
    within: Sequence[str] | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Dialogue[results.Offers]:
    """Offers live now, those that end first on top; `upcoming` adds those not yet begun. Otherwise as `search`."""
    del models
    rows: Rows = yield ask_offers(
        filters=Filters(category, language, source, None, min_price, max_price), upcoming=upcoming,
        max_results=max_results, within=within, as_of=as_of, known_at=known_at,
    )  # fmt: skip
    return results.Offers(_read(results.Offer, rows), _asked_at(rows))


def entry(
    models: QueryModels, entry_id: int, language: str | None = None, *, within: Sequence[str] | None = None
) -> Dialogue[results.Entry | None]:
    """One entry whole, in the language asked for where it has it; None: it is not live. Raises as `search`."""
    del models
    rows: Rows = yield ask_entry(entry_id, language, within=within)
    return next(iter(_read(results.Entry, rows)), None)


def changes(
    models: QueryModels, after: int = 0, *, max_results: int = 500, within: Sequence[str] | None = None
) -> Dialogue[list[results.Change]]:
    """What became of which entry after that number of the feed, in order. Raises as `search`."""
    del models
    rows: Rows = yield ask_changes(after, max_results, within=within)
    return _read(results.Change, rows)


def explain(
    models: QueryModels, entry_id: int, query: str | None = None, *, within: Sequence[str] | None = None
) -> Dialogue[list[results.Step]]:
    """Why an entry is, or is not, served, and found by a query: each check in order. Raises as `search`."""

    def ask(vector: Vector | None, model: str | None) -> Question:
        return ask_explain(entry_id, query, vector, model, within=within)

    return _read(results.Step, (yield from embedded(models, query or "", ask)))


def freshness(models: QueryModels, *, within: Sequence[str] | None = None) -> Dialogue[list[results.Freshness]]:
    """How fresh each source is. Raises DatabaseAway."""
    del models
    return _read(results.Freshness, (yield ask_freshness(within=within)))


def active_model(models: QueryModels) -> Dialogue[results.Model | None]:
    """The model whose vectors are compared; None: nothing was ever published. Raises DatabaseAway."""
    del models
    return (yield from model_served())


def _read(kind: Callable[..., _T], rows: Rows) -> list[_T]:
    """Rows as what they are; a row of nulls says that there is none."""
    return [kind(*row[1:]) for row in rows if any(value is not None for value in row[1:])]


def _asked_at(rows: Rows) -> datetime:
    at: datetime = rows[0][0]
    return at
