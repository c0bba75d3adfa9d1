"""What is done for the answers once a sync is over, and may fail without harm: the next sync does it then.

Nothing here is part of publishing: what is served is right without it, and found a little less well or less quickly.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from flows.progress import Progress, silent
from flows.serving import served_texts
from pipelines.database import Connection, connect, explained
from pipelines.records import FreshetError

if TYPE_CHECKING:
    from flows.texts import Texts
    from pipelines.settings import Project

__all__ = ["DUE", "after_publication", "calibrate_answers", "excused", "fit_queries", "index_vectors", "what_is_due"]

# What a person is told while it is due; done by the next sync, as after each.
DUE = {
    "query_table": "bots that speak only SQL are answered less well: the table by which the database embeds their "
    "questions is missing, or knows too few of the texts. The next sync fits it; at once: freshet reindex",
    "calibration": "whether a bot may answer is judged less well: what makes an answer sure was never fitted to this "
    "base, or when it was much smaller or larger. The next sync does; at once: freshet reindex",
}

_log = logging.getLogger(__name__)


def after_publication(project: Project, *, anew: bool = False, progress: Progress = silent) -> None:
    """Do what is due for the model served; `anew`: also what is not. What fails is said and left to the next sync."""
    with excused("queries are embedded in the database as before"), _writer(project) as conn:
        texts, number = served_texts(conn, project)
        fit_queries(conn, texts, number, anew=anew, progress=progress)
    with excused("what is near is looked up as before"):
        index_vectors(project)
    # after it, as answers to queries embedded in the database are judged apart
    with excused("how sure an answer is, is judged as before"), _writer(project) as conn:
        calibrate_answers(conn, served_texts(conn, project)[0], anew=anew, progress=progress)


def what_is_due(conn: Connection) -> list[str]:
    """Names of DUE that wait for the next sync; none in a base without a model. Reads tables: for `kb_writer`."""
    from pipelines.store import answerability, query_tables
    from pipelines.store.publishing import served_model

    served = served_model(conn)
    if served is None:
        return []
    waiting = {"query_table": query_tables.is_due(conn, served.number), "calibration": answerability.is_due(conn)}
    return [name for name, due in waiting.items() if due]


@contextmanager
def excused(instead: str) -> Iterator[None]:
    """Let what fails inside pass, saying what holds `instead` of it."""
    try:
        yield
    except Exception as error:  # also a mistake of ours: what is published stays published
        _log.debug("housekeeping", exc_info=True)
        _log.warning("%s: %s. The next sync tries again, or: freshet reindex", instead, _reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, psycopg.Error):
        return explained(error)
    return str(error) if isinstance(error, FreshetError) else f"{type(error).__name__}: {error}"


def fit_queries(conn: Connection, texts: Texts, number: int, *, anew: bool, progress: Progress = silent) -> None:
    """Fit the table by which the database embeds queries for that model, where it is due. Raises FreshetError."""
    from pipelines.store.query_tables import Asked, fit_query_table, is_due

    if anew or is_due(conn, number):
        with progress.stage("fit query vectors", 1) as advance:
            fit_query_table(conn, number, Asked(texts.model, texts.encode_queries))
            advance(1)


def index_vectors(project: Project, number: int | None = None) -> None:
    """Keep the index of that model's vectors, else of the one served, where it pays; only a table's owner can."""
    from pipelines.store.publishing import served_model
    from pipelines.store.vector_index import keep_vector_index

    with connect(project, role="owner", autocommit=True) as conn:
        served = served_model(conn)
        if number is None and served is not None:
            number = served.number
        if number is not None:
            keep_vector_index(conn, number)


def calibrate_answers(conn: Connection, texts: Texts, *, anew: bool = False, progress: Progress = silent) -> None:
    """Fit to the base what makes an answer sure, where it is due; `texts` are of the active model."""
    from pipelines.store.answerability import calibrate, is_due

    if anew or is_due(conn):
        with progress.stage("calibrate answers", 1) as advance:
            calibrate(conn, texts.encode_queries)
            advance(1)


def _writer(project: Project) -> Connection:
    return connect(project, role="writer", autocommit=True)
