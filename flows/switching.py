"""Serving with another model, for a whole project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from flows.housekeeping import after_publication, excused, fit_queries, index_vectors
from flows.persisting import Line
from flows.progress import Progress, silent
from flows.serving import way_to
from flows.texts import Texts
from pipelines.database import connect
from pipelines.questions import read_questions
from pipelines.records import FreshetError
from pipelines.setting_values import SettingsError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipelines.database import Connection
    from pipelines.settings import Project
    from pipelines.store.switching import Candidate, Switch

__all__ = ["switch_project"]

_QUESTIONS = "questions.jsonl"


def switch_project(project: Project, name: str, *, force: bool = False, progress: Progress = silent) -> Switch:
    """Serve the project's base with the model of that name; what it was served with is compared where it can be had.

    The questions of the project's `questions.jsonl` are asked of both. Raises RecallFalls when the new model finds
    less, unless `force`; SettingsError when there is no such model, or its files are not in order.
    """
    line = Line(lambda: connect(project, role="writer", autocommit=True))
    try:
        # whole again when the database went away: what was embedded is kept, and to switch twice is to switch
        return line.persist(lambda conn: _switch(conn, project, name, force, progress), f"the switch to {name}")
    finally:
        line.close()


def _switch(conn: Connection, project: Project, name: str, force: bool, progress: Progress) -> Switch:
    from pipelines.store.switching import switch, texts_to_build

    texts = _named(project, name)
    questions = read_questions(project.directory / _QUESTIONS)
    served = _served(conn, project)
    total = texts_to_build(conn, texts.model)
    longer: list[int] = []
    with progress.stage(f"embed with {name}", total) as advance:
        candidate = _candidate(texts, lambda passages: longer.append(texts.over_limit(passages)))
        done = switch(
            conn, candidate, served, questions, force=force, on_progress=advance,
            prepare=lambda number: _prepare(conn, project, texts, number),
        )  # fmt: skip
    after_publication(project)  # also what a switch before this one could not do
    return replace(done, longer=sum(longer))


def _prepare(conn: Connection, project: Project, texts: Texts, number: int) -> None:
    """Let the new model answer as well and as quickly from its first moment as it will later."""
    with excused("until then queries are not embedded in the database"):
        fit_queries(conn, texts, number, anew=False)
    with excused("until then its vectors are compared one by one"):
        index_vectors(project, number)


def _named(project: Project, name: str) -> Texts:
    """The model of that name, tried: what cannot embed leaves no trace in the base. Raises SettingsError."""
    texts = Texts(project, name)
    try:
        texts.encode_query(name)
    except FreshetError as error:
        raise SettingsError(f"--model: {error}") from error
    return texts


def _served(conn: Connection, project: Project) -> Candidate | None:
    """The model served until now, if it is still to be had and still the same."""
    from pipelines.store.publishing import served_model

    served = served_model(conn)
    texts = None if served is None else way_to(project, served.name, served.identity)
    return None if texts is None else _candidate(texts)


def _candidate(texts: Texts, look: Callable[[Sequence[str]], None] = lambda passages: None) -> Candidate:
    """The model as a candidate; `look` is shown the passages it embeds."""
    from pipelines.store.switching import Candidate

    def encode(passages: Sequence[str]) -> NDArray[np.float32]:
        look(passages)
        return texts.encode(passages)

    return Candidate(texts.model, encode, texts.encode_queries)
