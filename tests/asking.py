"""What kb answers on one connection, asked as every client asks: rows by column."""

from __future__ import annotations

from typing import Any

from pgvector import Vector

from pipelines.database import Connection
from retrieval.asking import Embed, ask_entry, ask_explain, ask_offers, ask_search, rows_of

__all__ = ["entry", "explain", "offers", "search"]

Row = dict[str, Any]


def search(
    conn: Connection, query: str, *, embed: Embed | None = None, model: str | None = None, **asked: Any
) -> list[Row]:
    """kb.search; `embed` makes the query's vector, which is of the model of that name or identity."""
    return rows_of(conn, ask_search(query, _vector(query, embed), model, **asked))


def offers(conn: Connection, **asked: Any) -> list[Row]:
    """kb.offers."""
    return rows_of(conn, ask_offers(**asked))


def entry(conn: Connection, entry_id: int) -> Row | None:
    """kb.entry."""
    return next(iter(rows_of(conn, ask_entry(entry_id))), None)


def explain(conn: Connection, entry_id: int, query: str | None = None, *, embed: Embed | None = None) -> list[Row]:
    """kb.explain."""
    return rows_of(conn, ask_explain(entry_id, query, None if query is None else _vector(query, embed)))


def _vector(query: str, embed: Embed | None) -> Vector | None:
    return None if embed is None or not query.strip() else Vector(embed(query))
