"""Asking from Python what a bot asks in SQL: the same functions of schema kb.

Each function of kb has its `Question` here, and whoever asks from Python sends that: `rows_of` on one connection, for
rows as dictionaries; `retrieval.client` on a pool, for what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector import Vector
from psycopg.rows import dict_row

from pipelines.database import Connection
from pipelines.records import FreshetError
from pipelines.texts import clean

__all__ = [
    "BadQuestion",
    "Embed",
    "Filters",
    "NotAllowed",
    "OtherModel",
    "Question",
    "ask_active_model",
    "ask_changes",
    "ask_entry",
    "ask_explain",
    "ask_freshness",
    "ask_note_demand",
    "ask_offers",
    "ask_search",
    "refused",
    "rows_of",
]

_OTHER_MODEL = "KB005"

Row = dict[str, Any]
Embed = Callable[[str], NDArray[np.float32]]


class BadQuestion(FreshetError):
    """More was asked for than one call may, or a vector of another length was passed."""


class OtherModel(FreshetError):
    """The query was embedded by another model than the one served: embed it anew with that one."""


class NotAllowed(FreshetError):
    """This login may not call that function."""


@dataclass(frozen=True)
class Filters:
    """What hits are limited to; None: no limit, an empty sequence matches nothing."""

    category: Sequence[str] | None = None
    language: str | None = None
    source: Sequence[str] | None = None
    kind: Sequence[str] | None = None
    min_price: Decimal | float | None = None  # as they stand, in whatever currency; what has no price passes no bound
    max_price: Decimal | float | None = None


@dataclass(frozen=True)
class Question:
    """One call of a function of kb: its rows after `asked_at`, the database's clock just before it; no row of it: null.

    `within`: sources that the call is narrowed to; it can never widen what the login may see. `model`: whose vector
    goes with it, by name or identity; another one served at that instant is an error, never a wrong comparison.
    """

    call: LiteralString
    arguments: tuple[object, ...] = ()
    within: Sequence[str] | None = None
    model: str | None = None
    leaves_note: bool = False  # each time it is asked

    @property
    def statement(self) -> bytes:
        """The statement, the same whatever is asked."""
        return _ASKED.replace("kb.call()", self.call).encode()

    @property
    def values(self) -> tuple[object, ...]:
        """The values of its placeholders."""
        # no name is empty, so a comma alone names no source: nothing within means nothing
        narrowed = None if self.within is None else ",".join(self.within) or ","
        return tuple(_storable(value) for value in (self.model or "", narrowed, *self.arguments))


# The settings hold before the call: what stands left of a lateral join is done first.
_ASKED: LiteralString = """
with asked as materialized (
    select clock_timestamp() as at, set_config('kb.model', %s, true),
        set_config('kb.sources', coalesce(%s, current_setting('kb.sources', true), ''), true)
)
select a.at as asked_at, r.* from asked a left join lateral kb.call() r on true
"""
_INSTANTS: LiteralString = "coalesce(%s, a.at), coalesce(%s, a.at)"
_SEARCHED: LiteralString = (
    "%s::text, %s::vector, %s::int, %s::text[], %s::text, %s::text[], %s::text[], %s::real, %s::numeric, %s::numeric"
)
_LISTED: LiteralString = "%s::text[], %s::text, %s::text[], %s::boolean, %s::int, %s::numeric, %s::numeric"


def ask_search(
    query: str,
    vector: Vector | None = None,
    model: str | None = None,
    *,
    max_results: int = 8,
    filters: Filters = Filters(),
    min_score: float | None = None,
    within: Sequence[str] | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Question:
    """kb.search; kb.search_as_of when an instant is given, the other one being now."""
    wanted = (_array(filters.category), filters.language, _array(filters.source), _array(filters.kind))
    asked = (query, vector, max_results, *wanted, min_score, filters.min_price, filters.max_price)
    if as_of is None and known_at is None:
        return Question(f"kb.search({_SEARCHED})", asked, within, model)
    return Question(f"kb.search_as_of({_INSTANTS}, {_SEARCHED})", (as_of, known_at, *asked), within, model)


def ask_offers(
    *,
    filters: Filters = Filters(),
    upcoming: bool = False,
    max_results: int = 100,
    within: Sequence[str] | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Question:
    """kb.offers; kb.offers_as_of when an instant is given, the other one being now."""
    wanted = (_array(filters.category), filters.language, _array(filters.source))
    asked = (*wanted, upcoming, max_results, filters.min_price, filters.max_price)
    if as_of is None and known_at is None:
        return Question(f"kb.offers({_LISTED})", asked, within)
    return Question(f"kb.offers_as_of({_INSTANTS}, {_LISTED})", (as_of, known_at, *asked), within)


def ask_entry(entry_id: int, language: str | None = None, *, within: Sequence[str] | None = None) -> Question:
    """kb.entry."""
    return Question("kb.entry(%s::bigint, %s::text)", (entry_id, language), within)


def ask_changes(after: int = 0, max_results: int = 500, *, within: Sequence[str] | None = None) -> Question:
    """kb.changes."""
    return Question("kb.changes(%s::bigint, %s::int)", (after, max_results), within)


def ask_explain(
    entry_id: int,
    query: str | None = None,
    vector: Vector | None = None,
    model: str | None = None,
    *,
    within: Sequence[str] | None = None,
) -> Question:
    """kb.explain."""
    arguments = (entry_id, query, vector)
    return Question("kb.explain(%s::bigint, %s::text, %s::vector)", arguments, within, model)


def ask_freshness(*, within: Sequence[str] | None = None) -> Question:
    """kb.freshness."""
    return Question("kb.freshness()", within=within)


def ask_active_model() -> Question:
    """kb.active_model."""
    return Question("kb.active_model()")


def ask_note_demand(query: str, language: str | None = None, best_score: float | None = None) -> Question:
    """kb.note_demand."""
    arguments = (query, language, best_score)
    return Question("kb.note_demand(%s::text, %s::text, %s::real)", arguments, leaves_note=True)


def rows_of(conn: Connection, question: Question) -> list[Row]:
    """Rows of a question as dictionaries, without `asked_at`. Raises BadQuestion, OtherModel, NotAllowed."""
    try:
        with conn.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(question.statement, question.values).fetchall()
    except psycopg.Error as error:
        if (meant := refused(error)) is not None:
            raise meant from error
        raise
    answered = [{name: value for name, value in row.items() if name != "asked_at"} for row in rows]
    return [row for row in answered if any(value is not None for value in row.values())]


def refused(error: psycopg.Error) -> FreshetError | None:
    """What a refusal of kb means to whoever asked: BadQuestion, OtherModel, NotAllowed; None: it is none."""
    said = error.diag.message_primary or str(error)
    if error.sqlstate == _OTHER_MODEL:
        return OtherModel(said)
    if isinstance(error, psycopg.DataError):
        return BadQuestion(said)
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return NotAllowed(f"{said}: what was true then is for logins in the role kb_auditor")
    return None


def _storable(value: object) -> object:
    """Text without what PostgreSQL cannot store: a question that holds it is answered like any other."""
    if isinstance(value, str):
        return clean(value)
    return [_storable(one) for one in value] if isinstance(value, list) else value


def _array(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)
