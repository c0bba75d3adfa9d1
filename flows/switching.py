"""Serving with another model, for a whole project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.progress import Progress, silent
from flows.texts import Texts
from pipelines.database import connect
from pipelines.records import FreshetError

if TYPE_CHECKING:
    from pipelines.settings import Project
    from pipelines.store.switching import Switch

__all__ = ["switch_project"]


def switch_project(project: Project, name: str, *, force: bool = False, progress: Progress = silent) -> Switch:
    """Serve the project's base with the model of that name; what it was served with is compared where it can be had.

    Raises RecallFalls when the new model finds less, unless `force`.
    """
    from pipelines.store.switching import switch_model

    texts = Texts(project, name)
    with connect(project, role="writer", autocommit=True) as conn:
        served = conn.execute("select name, identity from kb_store.model where active").fetchone()
        before = None if served is None else _same(Texts(project, served[0]), served[1])
        with progress.stage(f"embed with {name}") as advance:
            return switch_model(
                conn,
                texts.model,
                texts.encode,
                texts.encode_queries,
                None if before is None else before.encode_queries,
                force=force,
                on_progress=advance,
            )


def _same(texts: Texts, identity: str) -> Texts | None:
    """The model served until now, if it is still to be had and still the same."""
    try:
        return texts if texts.model.identity == identity else None
    except FreshetError:
        return None
