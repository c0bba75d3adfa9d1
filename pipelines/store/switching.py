"""Serving with another embedding model: built beside the one served, compared with it, switched in one instant.

    store.switching   building, switching
    store.comparing   what either model finds
    store.models      which models there are, and dropping one

Vectors of two models never meet: a query is compared with the active model's alone, and says by which model it was
embedded. While a model is built, its vectors of texts in service lie beside those served, stored text by text: a build
that was cut short goes on where it stood. The model left behind keeps its vectors in the archive, so that switching
back embeds only what is new since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.database import Connection
from pipelines.records import FreshetError
from pipelines.store.comparing import Found, Question, Side, compare
from pipelines.store.models import model_was_served
from pipelines.store.publishing import ServedModel, known_model, served_model, store_vectors
from pipelines.vectors.models import ModelEntry

__all__ = ["MOST_LOST", "Candidate", "RecallFalls", "Switch", "build", "switch", "texts_to_build"]

MOST_LOST = 0.05  # of the questions answered by the model served; more is for a person to decide
_FEWEST_LOST = 3  # questions; fewer are chance in a small base
_BATCH = 512  # texts a transaction
_WIDEST = 4000  # dimensions pgvector can index as halfvec

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


class RecallFalls(FreshetError):
    """The new model finds less than the one served; nothing was switched."""


@dataclass(frozen=True)
class Candidate:
    """A model and how to embed with it."""

    model: ModelEntry
    encode: Encode  # passages -> (n, dimensions) float32, unit length
    encode_queries: Encode  # the same of queries


@dataclass(frozen=True)
class Switch:
    """What a switch did."""

    before: str | None  # name of the model served until now
    after: str
    embedded: int  # texts
    switched: bool  # False: it was served already
    compared: tuple[Found, ...] = ()  # what either model finds; empty: they were not compared
    uncompared: str = ""  # why not
    longer: int = 0  # of the texts embedded: longer than the model reads at once


def texts_to_build(conn: Connection, model: ModelEntry) -> int:
    """How many texts in service have no vector of the model yet."""
    row = conn.execute(_TO_BUILD, (model.identity,)).fetchone()
    assert row is not None
    return int(row[0])


def build(
    conn: Connection,
    candidate: Candidate,
    *,
    batch: int = _BATCH,
    on_progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Give every text in service its vector of the model, beside those served; how many were embedded.

    Serves nothing. Raises ModelSwitched when the model is dropped meanwhile.
    """
    _require_width(candidate.model)
    number = known_model(conn, candidate.model)
    _lay_beside(conn, number)
    embedded = 0
    for texts in _missing(conn, number, batch):
        vectors = candidate.encode([text for _, text in texts])
        with conn.transaction():
            _lock(conn)
            store_vectors(conn, number, [sha for sha, _ in texts], vectors)
            conn.execute(_SERVE_THESE, (number, [sha for sha, _ in texts]))
        embedded += len(texts)
        on_progress(len(texts))
    return embedded


def switch(
    conn: Connection,
    candidate: Candidate,
    served: Candidate | None,
    questions: Sequence[Question] = (),
    *,
    force: bool = False,
    batch: int = _BATCH,
    on_progress: Callable[[int], None] = lambda done: None,
    prepare: Callable[[int], None] = lambda number: None,
) -> Switch:
    """Serve with the model from now on, after building what it lacks. `served`: the one until now, if to be had.

    `prepare` is called with the model's number when it is built and found good, before it serves.

    Raises RecallFalls when the new one finds less by more than MOST_LOST, unless `force`. A model that was served
    before is not compared again.
    """
    before = served_model(conn)
    known = before is not None and model_was_served(conn, candidate.model.identity)
    embedded = build(conn, candidate, batch=batch, on_progress=on_progress)
    if before is not None and before.identity == candidate.model.identity:
        return Switch(before.name, candidate.model.name, embedded, switched=False, uncompared="it is the one served")
    reason = _uncompared(before, served, known)
    compared = () if reason or served is None else compare(conn, _side(conn, served), _side(conn, candidate), questions)
    if not force:
        _refuse_fall(compared, before, candidate.model)
    number = known_model(conn, candidate.model)
    prepare(number)
    while not _flipped(conn, number, before):
        embedded += build(conn, candidate, batch=batch, on_progress=on_progress)  # a sync published meanwhile
    name = None if before is None else before.name
    return Switch(name, candidate.model.name, embedded, switched=True, compared=compared, uncompared=reason)


def _uncompared(before: ServedModel | None, served: Candidate | None, known: bool) -> str:
    """Why there is nothing to compare with; empty: there is."""
    if before is None:
        return "no model was served"
    if known:
        return "it was served before, and kept"
    return "" if served is not None else f"{before.name} is not to be had here any more"


def _side(conn: Connection, candidate: Candidate) -> Side:
    return Side(known_model(conn, candidate.model), candidate.encode_queries)


def _refuse_fall(compared: Sequence[Found], before: ServedModel | None, model: ModelEntry) -> None:
    for found in compared:
        lost = found.before - found.after
        fewest = _FEWEST_LOST if found.sampled else 1
        if before is not None and lost >= fewest and lost > MOST_LOST * found.asked:
            raise RecallFalls(
                f"{model.name} answers {found.after} of {found.asked} {found.of}, {before.name} {found.before}: "
                f"nothing was switched, as more than {MOST_LOST:.0%} fewer are answered. Its vectors are kept; to "
                f"switch all the same: freshet reindex --model {model.name} --force; to give them up: "
                f"freshet model drop {model.name}"
            )


def _require_width(model: ModelEntry) -> None:
    if model.dimensions > _WIDEST:
        raise FreshetError(
            f"model {model.name} gives vectors of {model.dimensions} dimensions; the database can hold and index at "
            f"most {_WIDEST}: choose a smaller model"
        )


def _lock(conn: Connection) -> None:
    """Wait to be alone with what is served: a text that left service meanwhile would break the write."""
    conn.execute("select kb_store.lock_feed()")


def _missing(conn: Connection, number: int, batch: int) -> Iterator[list[tuple[bytes, str]]]:
    """Texts in service without a vector of the model, batch by batch, as long as there are any."""
    after = 0
    while rows := conn.execute(_MISSING, (after, number, batch)).fetchall():
        after = rows[-1][0]
        yield [(sha, text) for _, sha, text in rows]


def _lay_beside(conn: Connection, number: int) -> None:
    """Put the vectors that the archive has beside those served, a few at a time: publications wait meanwhile."""
    laid = 1
    while laid:
        with conn.transaction():
            _lock(conn)
            laid = conn.execute(_SERVE_SOME, (number, number, 10 * _BATCH)).rowcount


def _flipped(conn: Connection, number: int, before: ServedModel | None) -> bool:
    """Make the model the active one in one transaction; False: a text in service has no vector of it yet.

    Publications wait meanwhile, readers do not. Raises FreshetError when the model was dropped, or another switch
    came first.
    """
    with conn.transaction():
        _lock(conn)
        if served_model(conn) != before:
            raise FreshetError("another switch of models came first; nothing was switched: look at freshet model list")
        conn.execute(_SERVE_SOME, (number, number, None))
        if conn.execute(_WHOLE, (number,)).fetchone() != (True,):
            return False
        # its vectors leave service, and an index of none would only delay their return
        conn.execute("update kb_store.model set active = false, indexed_to = 0 where active")
        if not conn.execute("update kb_store.model set active = true where model_id = %s", (number,)).rowcount:
            raise FreshetError("the model was dropped meanwhile; nothing was switched: run the command again")
        if before is not None:  # others that are being built stay beside
            conn.execute("delete from kb_store.served_vector where model_id = %s", (before.number,))
    return True


_TO_BUILD = """
select count(*)
from kb_store.served_passage s
join kb_store.passage p using (passage_id)
where not exists (
    select from kb_store.embedding e join kb_store.model m using (model_id)
    where m.identity = %s and e.passage_sha256 = p.passage_sha256
)
"""

_MISSING = """
select p.passage_id, p.passage_sha256, p.content
from kb_store.served_passage s
join kb_store.passage p using (passage_id)
where p.passage_id > %s and not exists (
    select from kb_store.embedding e where e.model_id = %s and e.passage_sha256 = p.passage_sha256
)
order by p.passage_id
limit %s
"""

_SERVE_THESE = """
insert into kb_store.served_vector (model_id, passage_id, vector)
select e.model_id, p.passage_id, e.vector
from kb_store.passage p
join kb_store.served_passage s using (passage_id)
join kb_store.embedding e using (passage_sha256)
where e.model_id = %s and p.passage_sha256 = any (%s)
on conflict do nothing
"""

_SERVE_SOME = """
insert into kb_store.served_vector (model_id, passage_id, vector)
select e.model_id, p.passage_id, e.vector
from kb_store.served_passage s
join kb_store.passage p using (passage_id)
join kb_store.embedding e using (passage_sha256)
where e.model_id = %s and not exists (
    select from kb_store.served_vector v where v.model_id = %s and v.passage_id = s.passage_id
)
limit %s
"""

_WHOLE = """
select not exists (
    select from kb_store.served_passage s
    where not exists (
        select from kb_store.served_vector v where v.model_id = %s and v.passage_id = s.passage_id
    )
)
"""
