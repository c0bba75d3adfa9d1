"""From a query to its vector, the one way there is: by the model served, remembered, and anew after a switch of models.

What is asked and computed is yielded as steps, as in every dialogue of `retrieval.dialogue`.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeAlias, TypeVar

from pgvector import Vector

from pipelines.records import FreshetError
from retrieval import results
from retrieval.asking import Embed, OtherModel, Question, ask_active_model

__all__ = ["Aside", "Dialogue", "Embedding", "QueryModel", "QueryModels", "Rows", "embedded", "model_served"]

_log = logging.getLogger(__name__)

_T = TypeVar("_T")
_SWITCHES = 2  # of the model, met by one question; more is a test, not a life
_REMEMBERED = 2000  # vectors, of 2 KB or so each


@dataclass(frozen=True)
class Embedding:
    """A step that computes instead of asking: the vector of a query, by one model."""

    embed: Embed
    query: str


@dataclass(frozen=True)
class Aside:
    """A step that no answer waits for: a dialogue of its own, which raises nothing."""

    steps: Dialogue[None]


# `Question` is answered with rows, the first column `asked_at`; `Embedding` with a vector; `Aside` with nothing.
Rows: TypeAlias = list[tuple[Any, ...]]
Dialogue: TypeAlias = Generator[Question | Embedding | Aside, Any, _T]


@dataclass(frozen=True)
class QueryModel:
    """A way from a query to its vector."""

    embed: Embed
    identity: str | None  # None: whoever gave it answers for its being the model served


class QueryModels:
    """The ways there may be, the one that was found to be that of the model served, and the vectors of late.

    Used from any number of threads. People ask the same things: a vector costs more than all the rest of a question.
    """

    def __init__(
        self, known: Callable[[str], Iterator[QueryModel]], warn: Callable[[str], None] = _log.warning
    ) -> None:
        """`known`: the ways to try for a served model of that name, the likeliest first; `warn` is told of trouble."""
        self.known = known
        self.warn = warn
        self.used: QueryModel | None = None
        self.without: results.Model | None = None  # the model served for which there is none: not looked for again
        self._vectors: OrderedDict[tuple[QueryModel, str], Vector] = OrderedDict()
        self._lock = Lock()

    def vector(self, model: QueryModel, query: str) -> Dialogue[Vector]:
        """The query's vector by that model. Raises what the model raises."""
        with self._lock:
            if (kept := self._vectors.get((model, query))) is not None:
                self._vectors.move_to_end((model, query))
                return kept
        made = Vector((yield Embedding(model.embed, query)))
        with self._lock:
            self._vectors[model, query] = made
            if len(self._vectors) > _REMEMBERED:
                self._vectors.popitem(last=False)
        return made


def model_served() -> Dialogue[results.Model | None]:
    """The model whose vectors are compared; None: nothing was ever published."""
    rows: Rows = yield ask_active_model()
    return next((results.Model(*row[1:]) for row in rows if row[1] is not None), None)


def embedded(models: QueryModels, query: str, ask: Callable[[Vector | None, str | None], Question]) -> Dialogue[Rows]:
    """The rows of a question that goes with the query's vector by the model served, or with none.

    A switch between embedding and answer is met by asking anew, by the model served then. Where the model cannot be
    had, the database makes a vector of the words itself, or says `degraded`.
    """
    rows: Rows | None
    if query.strip() and models.used is not None:
        rows = yield from _asked_by(models, models.used, query, ask)
        if rows is not None:
            return rows
    for _ in range(_SWITCHES if query.strip() else 0):
        served = yield from model_served()
        if served is None or served == models.without:
            break
        for model in models.known(served.name):
            rows = yield from _asked_by(models, model, query, ask)
            if rows is not None:
                models.used = model
                return rows
        models.used, models.without = None, served
        models.warn(
            f"model {served.name}, which is served, is not to be had here: queries are not embedded by the model, and"
            " are left to what the database can do"
        )
    rows = yield ask(None, None)
    return rows


def _asked_by(
    models: QueryModels, model: QueryModel, query: str, ask: Callable[[Vector | None, str | None], Question]
) -> Dialogue[Rows | None]:
    """The rows of the question with that model's vector; None: there is none, or it is not the model served."""
    try:
        vector = yield from models.vector(model, query)
    except FreshetError as error:
        models.warn(f"no vector of the query: {error}")
        return None
    try:
        rows: Rows = yield ask(vector, model.identity)
    except OtherModel:
        return None
    return rows
