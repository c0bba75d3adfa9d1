"""Serving with another model, for a whole project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.progress import Progress, silent
from flows.serving import way_to
from flows.texts import Texts
from pipelines.database import connect
from pipelines.questions import read_questions
from pipelines.setting_values import SettingsError

if TYPE_CHECKING:
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
    from pipelines.store.switching import switch, texts_to_build

    texts = _named(project, name)
    questions = read_questions(project.directory / _QUESTIONS)
    with connect(project, role="writer", autocommit=True) as conn:
        served = _served(conn, project)
        total = texts_to_build(conn, texts.model)
        with progress.stage(f"embed with {name}", total) as advance:
            return switch(conn, _candidate(texts), served, questions, force=force, on_progress=advance)


def _named(project: Project, name: str) -> Texts:
    from pipelines.vectors.models import ModelError

    texts = Texts(project, name)
    try:
        _ = texts.model
    except ModelError as error:
        raise SettingsError(f"--model: {error}") from error
    return texts


def _served(conn: Connection, project: Project) -> Candidate | None:
    """The model served until now, if it is still to be had and still the same."""
    from pipelines.store.publishing import served_model

    served = served_model(conn)
    texts = None if served is None else way_to(project, served.name, served.identity)
    return None if texts is None else _candidate(texts)


def _candidate(texts: Texts) -> Candidate:
    from pipelines.store.switching import Candidate

    return Candidate(texts.model, texts.encode, texts.encode_queries)
