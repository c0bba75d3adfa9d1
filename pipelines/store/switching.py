"""Serving with another embedding model: built beside the one served, compared with it, switched in one instant.

Vectors of two models never meet: a query is compared with the active model's alone. Those of the model left
behind stay in the archive, so switching back embeds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from pipelines.database import Connection
from pipelines.records import FreshetError
from pipelines.store.publishing import known_model, store_vectors
from pipelines.vectors.models import ModelEntry

__all__ = ["RecallFalls", "Switch", "switch_model"]

_BATCH = 512  # texts a transaction
_SAMPLE = 200  # texts asked for by a fragment of themselves
_NEAREST = 10
_MOST_LOST = 0.05  # of the recall; more is for a person to decide
_FRAGMENT_WORDS = 8

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


class RecallFalls(FreshetError):
    """The new model finds the base's own texts worse than the one served; nothing was switched."""


@dataclass(frozen=True)
class Switch:
    """What a switch did."""

    before: str | None  # name of the model served until now
    after: str
    embedded: int  # texts
    recall_before: float | None  # share of sampled texts found among the ten nearest to a fragment of theirs
    recall_after: float


def switch_model(
    conn: Connection,
    model: ModelEntry,
    encode: Encode,
    encode_queries: Encode,
    queries_before: Encode | None,
    *,
    force: bool = False,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Switch:
    """Serve with `model` from now on. `queries_before` embeds queries by the model served until now; None: unknown.

    Raises RecallFalls when the new model finds less of the base's own texts, unless `force`.
    """
    number = known_model(conn, model)
    embedded = _embed_served(conn, number, encode, on_progress)
    served, name = _served_with(conn)
    before = None
    if served is not None and served != number and queries_before is not None:
        before = _recall(conn, served, queries_before)
    after = _recall(conn, number, encode_queries)
    if before is not None and after < before - _MOST_LOST and not force:
        raise RecallFalls(
            f"{model.name} finds {after:.0%} of the base's own texts by a fragment of theirs, {name} {before:.0%}: "
            "nothing was switched. Its vectors are kept; to switch all the same: --force"
        )
    while not _switched(conn, number):
        embedded += _embed_served(conn, number, encode, on_progress)  # a sync published meanwhile
    return Switch(name, model.name, embedded, before, after)


def _served_with(conn: Connection) -> tuple[int | None, str | None]:
    """Number and name of the active model; None in an empty base."""
    row = conn.execute("select model_id, name from kb_store.model where active").fetchone()
    return (None, None) if row is None else (row[0], row[1])


def _embed_served(conn: Connection, number: int, encode: Encode, on_progress: Callable[[int], None]) -> int:
    missing = conn.execute(_MISSING, (number,)).fetchall()
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        vectors = encode([text for _, text in batch])
        with conn.transaction():
            store_vectors(conn, number, [sha for sha, _ in batch], vectors)
        on_progress(len(batch))
    conn.execute(_SERVE, (number,))
    return len(missing)


_MISSING = """
select p.passage_sha256, p.content
from kb_store.served_passage s
join kb_store.passage p using (passage_id)
where not exists (
    select from kb_store.embedding e where e.model_id = %s and e.passage_sha256 = p.passage_sha256
)
order by p.passage_id
"""

_SERVE = """
insert into kb_store.served_vector (model_id, passage_id, vector)
select e.model_id, p.passage_id, e.vector
from kb_store.served_passage s
join kb_store.passage p using (passage_id)
join kb_store.embedding e using (passage_sha256)
where e.model_id = %s
on conflict do nothing
"""


def _recall(conn: Connection, number: int, encode_queries: Encode) -> float:
    """Share of sampled texts in service that are among the nearest to a fragment of themselves; 1.0 of none."""
    sample = conn.execute(
        """
        select p.passage_id, p.content
        from kb_store.served_passage s
        join kb_store.passage p using (passage_id)
        order by p.passage_sha256
        limit %s
        """,
        (_SAMPLE,),
    ).fetchall()
    if not sample:
        return 1.0
    vectors = encode_queries([_fragment(text) for _, text in sample])
    found = sum(passage in _nearest(conn, number, vector) for (passage, _), vector in zip(sample, vectors, strict=True))
    return found / len(sample)


def _fragment(text: str) -> str:
    """The middle words of a text: enough to know it by, too few to be it."""
    words = text.split()
    start = max((len(words) - _FRAGMENT_WORDS) // 2, 0)
    return " ".join(words[start : start + _FRAGMENT_WORDS])


def _nearest(conn: Connection, number: int, vector: NDArray[np.float32]) -> set[int]:
    rows = conn.execute(
        "select passage_id from kb_store.served_vector where model_id = %s order by vector <=> %s limit %s",
        (number, HalfVector(vector), _NEAREST),
    )
    return {passage for (passage,) in rows.fetchall()}


def _switched(conn: Connection, number: int) -> bool:
    """Make the model the active one, unless a text in service has no vector of it; False then."""
    with conn.transaction():
        # publications wait meanwhile: they lock the same row
        conn.execute("select from kb_store.lexical_statistic for update")
        conn.execute(_SERVE, (number,))
        row = conn.execute(
            """
            select exists (
                select from kb_store.served_passage s
                where not exists (
                    select from kb_store.served_vector v where v.model_id = %s and v.passage_id = s.passage_id
                )
            )
            """,
            (number,),
        ).fetchone()
        if row == (True,):
            return False
        conn.execute("update kb_store.model set active = false where active")
        conn.execute("update kb_store.model set active = true where model_id = %s", (number,))
        conn.execute("delete from kb_store.served_vector where model_id <> %s", (number,))
    return True
