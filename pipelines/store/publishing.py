"""Embedding what a plan lacks, and publishing it.

Vectors are made outside any transaction and stored by the hash of their text, so an interrupted run has lost
nothing. Publishing itself is one short transaction in the database (`kb_store.publish`): a reader sees the old
state or the new, never a mixture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector import HalfVector

from pipelines.database import Connection
from pipelines.records import FreshetError
from pipelines.store.runs import fenced
from pipelines.vectors.models import ModelEntry

__all__ = [
    "ModelSwitched",
    "OtherModelActive",
    "ServedModel",
    "embed_missing",
    "expire",
    "known_model",
    "publish",
    "register_model",
    "served_model",
    "store_texts",
    "store_vectors",
    "texts_to_embed",
]

_BATCH = 512  # texts a transaction
_VECTORS_MISSING = "KB004"


class OtherModelActive(FreshetError):
    """The base is served with another model than the one configured; their vectors must not be compared."""


class ModelSwitched(FreshetError):
    """Another model is served than the one the texts were embedded with, or that one was dropped; nothing was written.

    The way out: embed what the model served now lacks, and publish again.
    """


@dataclass(frozen=True)
class ServedModel:
    """The model that queries are compared with."""

    number: int
    name: str
    identity: str


def served_model(conn: Connection) -> ServedModel | None:
    """The model served now; None in a base without one. For `kb_writer` and `kb_owner`."""
    row = conn.execute("select model_id, name, identity from kb_store.model where active").fetchone()
    return None if row is None else ServedModel(*row)


def register_model(conn: Connection, model: ModelEntry) -> int:
    """The number of the model, which becomes the active one of an empty base.

    Raises OtherModelActive, naming both, when the base is served with another.
    """
    with conn.transaction():
        number = known_model(conn, model)
        conn.execute(
            "update kb_store.model set active = true"
            " where model_id = %s and not exists (select from kb_store.model where active)",
            (number,),
        )
        row = conn.execute("select model_id, identity, name from kb_store.model where active").fetchone()
    assert row is not None
    if row[1] != model.identity:
        raise OtherModelActive(
            f"this base is served with model {row[2]} ({row[1][:12]}), the settings name {model.name} "
            f"({model.identity[:12]}): name the first in [embedding] model, or build the base anew beside it with "
            f"freshet reindex --model {model.name}"
        )
    return int(row[0])


def known_model(conn: Connection, model: ModelEntry) -> int:
    """The number of the model, entered when it is new; whether it is served is another matter."""
    row = conn.execute(
        """
        insert into kb_store.model (identity, name, dimensions, query_prompt, languages)
        values (%s, %s, %s, %s, %s)
        on conflict (identity) do update
        set name = excluded.name, query_prompt = excluded.query_prompt, languages = excluded.languages
        returning model_id
        """,
        (model.identity, model.name, model.dimensions, model.query_prompt, list(model.languages)),
    ).fetchone()
    assert row is not None
    return int(row[0])


def texts_to_embed(conn: Connection, run: int, model_id: int) -> list[tuple[bytes, str]]:
    """Hash and text of every distinct text in the run's plan that has no vector of the model."""
    return conn.execute(
        """
        select distinct c.passage_sha256, c.content
        from kb_store.plan_chunk c
        where c.run_id = %s
            and not exists (
                select from kb_store.embedding e where e.model_id = %s and e.passage_sha256 = c.passage_sha256
            )
        order by c.passage_sha256
        """,
        (run, model_id),
    ).fetchall()


def embed_missing(
    conn: Connection,
    run: int,
    model_id: int,
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
    *,
    on_progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Embed and store what `texts_to_embed` names; how many texts were given to `encode`. Raises LeaseLost.

    `encode` gives unit vectors, (n, dimensions) float32, or raises before anything of its batch is stored.
    """
    missing = texts_to_embed(conn, run, model_id)
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        vectors = encode([text for _, text in batch])
        with fenced(conn, run):
            store_vectors(conn, model_id, [sha for sha, _ in batch], vectors)
        on_progress(len(batch))
    return len(missing)


def store_vectors(conn: Connection, model_id: int, digests: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
    """Keep the vectors, (n, dimensions), of the texts with these hashes. Raises ModelSwitched of a dropped model."""
    rows = [(model_id, digest, HalfVector(vector)) for digest, vector in zip(digests, vectors, strict=True)]
    try:
        with conn.cursor() as cursor:
            cursor.executemany(
                "insert into kb_store.embedding (model_id, passage_sha256, vector) values (%s, %s, %s)"
                " on conflict do nothing",
                rows,
            )
    except psycopg.errors.ForeignKeyViolation as error:
        raise ModelSwitched("the model was dropped while texts were embedded with it: run the command again") from error


def publish(conn: Connection, run: int, record: Callable[[], None] = lambda: None) -> None:
    """Publish the run's plan: all of it or, with LeaseLost, ModelSwitched or any other error, nothing.

    `record` writes, in the same transaction, what came of it.
    """
    store_texts(conn, run)
    try:
        with fenced(conn, run):
            conn.execute("select kb_store.publish(%s)", (run,))
            record()
    except psycopg.Error as error:
        if error.sqlstate == _VECTORS_MISSING:
            raise ModelSwitched(f"{error.diag.message_primary}. {error.diag.message_hint}") from error
        raise


def store_texts(conn: Connection, run: int) -> None:
    """Write the plan's texts and lexemes before the publishing transaction, to keep that one short. Raises LeaseLost.

    Alone they serve nothing.
    """
    with fenced(conn, run):
        conn.execute(_PASSAGES, (run,))
        conn.execute(_LEXEMES, (run,))


def expire(conn: Connection) -> int:
    """Take what has ended out of the index and tell the change feed; how many entries ended."""
    with conn.transaction():
        row = conn.execute("select kb_store.expire()").fetchone()
    assert row is not None
    return int(row[0])


# A thousand texts at a time: a word that many of them share is analysed once, and what is held in memory has a bound
_PASSAGES = """
with batch as (
    select array_agg(t.passage_sha256 order by t.place) as digests, array_agg(t.content order by t.place) as contents
    from (
        select c.passage_sha256, min(c.content) as content, row_number() over (order by c.passage_sha256) as place
        from kb_store.plan_chunk c
        where c.run_id = %s
            and not exists (select from kb_store.passage p where p.passage_sha256 = c.passage_sha256)
        group by c.passage_sha256
    ) t
    group by t.place / 1000
)
insert into kb_store.passage (passage_sha256, content, terms, analysis)
select t.passage_sha256, t.content, t.terms, kb_store.analysis()
from batch b
cross join lateral rows from (
    unnest(b.digests, b.contents), kb_store.lexemes_of(b.contents)
) t(passage_sha256, content, terms)
order by t.passage_sha256
on conflict do nothing
"""

_LEXEMES = """
insert into kb_store.lexeme (lexeme)
select t.lexeme
from (
    select distinct t.lexeme
    from kb_store.plan_chunk c
    join kb_store.passage p using (passage_sha256)
    cross join lateral unnest(tsvector_to_array(p.terms)) t(lexeme)
    where c.run_id = %s
) t
where not exists (select from kb_store.lexeme l where l.lexeme = t.lexeme)
order by t.lexeme
on conflict do nothing
"""
