"""Asking from Python what a bot asks in SQL: the same functions of schema kb, rows as dictionaries.

The query's vector is made here, by the active model, when that model covers the query's language; where it
cannot be made the database still answers by words alone and says `degraded`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

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
    "OtherModel",
    "active_model",
    "entry",
    "freshness",
    "offers",
    "query_vector",
    "rows_of",
    "search",
]

_log = logging.getLogger(__name__)
_OTHER_MODEL = "KB005"

Row = dict[str, Any]
Embed = Callable[[str], NDArray[np.float32]]


class BadQuestion(FreshetError):
    """More was asked for than one call may, or a vector of another length was passed."""


class OtherModel(FreshetError):
    """The query was embedded by another model than the one served: embed it anew with that one."""


@dataclass(frozen=True)
class Filters:
    """What hits are limited to; None: no limit, an empty sequence matches nothing."""

    category: Sequence[str] | None = None
    language: str | None = None
    source: Sequence[str] | None = None
    kind: Sequence[str] | None = None


def search(
    conn: Connection,
    query: str,
    *,
    embed: Embed | None = None,
    model: str | None = None,
    max_results: int = 8,
    filters: Filters = Filters(),
    min_score: float | None = None,
) -> list[Row]:
    """What is true now and answers the query, best first: columns of kb.search.

    `embed` makes the query's unit vector, (dimensions,) float32, by the active model; `model` is the identity or name
    of the model it does it by. Raises OtherModel when that is not the one served at that instant, BadQuestion.
    """
    vector = query_vector(query, embed)
    arrays = (_array(filters.category), filters.language, _array(filters.source), _array(filters.kind))
    return rows_of(
        conn,
        """
        select h.*
        from set_config('kb.model', %s, true) as asked(model)
        cross join lateral kb.search(
            %s::text, case when asked.model is not null then %s::vector end, %s::int,
            %s::text[], %s::text, %s::text[], %s::text[], %s::real) h
        """,
        (model or "", clean(query), vector, max_results, *arrays, min_score),
    )


def offers(
    conn: Connection, *, filters: Filters = Filters(), upcoming: bool = False, max_results: int = 100
) -> list[Row]:
    """Offers live now, those that end first on top: columns of kb.offers. Raises BadQuestion."""
    return rows_of(
        conn,
        "select * from kb.offers(%s::text[], %s::text, %s::text[], %s, %s::int)",
        (_array(filters.category), filters.language, _array(filters.source), upcoming, max_results),
    )


def entry(conn: Connection, entry_id: int) -> Row | None:
    """One entry whole if it is live now, else None: columns of kb.entry."""
    return next(iter(rows_of(conn, "select * from kb.entry(%s)", (entry_id,))), None)


def freshness(conn: Connection) -> list[Row]:
    """How fresh each source is: columns of kb.freshness."""
    return rows_of(conn, "select * from kb.freshness()", ())


def active_model(conn: Connection) -> Row | None:
    """Name, dimensions and query prompt of the model whose vectors are served; None in an empty base."""
    return next(iter(rows_of(conn, "select * from kb.active_model()", ())), None)


def query_vector(query: str, embed: Embed | None) -> Vector | None:
    """The query's vector, or None where none can be made: words alone decide then."""
    if embed is None or not query.strip():
        return None
    try:
        return Vector(embed(query))
    except FreshetError as error:
        _log.warning("the query is answered by its words alone: %s", error)
        return None


def _array(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)


def rows_of(conn: Connection, statement: str, arguments: tuple[object, ...]) -> list[Row]:
    """Rows of a question as dictionaries. Raises BadQuestion, OtherModel."""
    try:
        with conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode(), arguments).fetchall()
    except (psycopg.errors.InvalidParameterValue, psycopg.DataError) as error:
        raise BadQuestion(f"{error.diag.message_primary or error}") from error
    except psycopg.Error as error:
        if error.sqlstate == _OTHER_MODEL:
            raise OtherModel(f"{error.diag.message_primary}") from error
        raise
