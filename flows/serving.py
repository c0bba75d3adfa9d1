"""Which model the project's base is served with, and the project's way to it.

The settings name a model, the base is served with one. Between a change of the settings and the switch, and after a
switch until somebody edits the settings, they differ: work goes on with the model served, and the difference is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flows.texts import Texts
from pipelines.records import FreshetError

if TYPE_CHECKING:
    from pipelines.database import Connection
    from pipelines.settings import Project
    from pipelines.store.publishing import ServedModel

__all__ = ["model_difference", "name_difference", "served_texts", "way_to"]


def served_texts(conn: Connection, project: Project) -> tuple[Texts, int]:
    """The model the base is served with, and its number; an empty base is served with the configured one from now on.

    Raises OtherModelActive, naming both and the way out, when the model served cannot be had here.
    """
    from pipelines.store.publishing import OtherModelActive, known_model, register_model, served_model

    served = served_model(conn)
    if served is None:
        configured = Texts(project)
        return configured, register_model(conn, configured.model)
    texts = way_to(project, served.name, served.identity)
    if texts is None:
        raise OtherModelActive(
            f"this base is served with embedding model {_named(served)}, which is not to be had here: "
            f"{_reason(project, served)}. Put its files back, or serve with another: freshet reindex --model "
            f"{project.embedding.model} (freshet.toml names {_configured(project)})"
        )
    return texts, known_model(conn, texts.model)


def model_difference(conn: Connection, project: Project) -> str | None:
    """What to say when the settings name another model than the base is served with: both, and the way out."""
    from pipelines.store.publishing import served_model

    served = served_model(conn)
    if served is None or _identity(Texts(project)) == served.identity:
        return None
    return (
        f"freshet.toml names embedding model {_configured(project)}, this base is served with {_named(served)}, and "
        f"stays so until a switch: freshet reindex --model {project.embedding.model}, or set [embedding] model = "
        f'"{served.name}"'
    )


def name_difference(served: str | None, project: Project) -> str | None:
    """The same for who may see no more than a bot: told by the name of the model served alone."""
    if served is None or served in (project.embedding.model, _name(Texts(project))):
        return None
    return (
        f"freshet.toml names embedding model {project.embedding.model}, this base is served with {served}, "
        f"which queries are embedded with: freshet reindex --model {project.embedding.model} switches; or set "
        f'[embedding] model = "{served}"'
    )


def way_to(project: Project, name: str, identity: str) -> Texts | None:
    """The model with that identity, by that name or any the settings know; None where it cannot be had here."""
    return next((texts for texts in _candidates(project, name) if _identity(texts) == identity), None)


def _candidates(project: Project, name: str) -> Iterator[Texts]:
    """That model and the others the settings know, each opened only when the one before was not it."""
    return (
        Texts(project, known) for known in dict.fromkeys((name, project.embedding.model, *project.embedding.models))
    )


def _identity(texts: Texts) -> str | None:
    try:
        return texts.model.identity
    except FreshetError:
        return None


def _name(texts: Texts) -> str | None:
    try:
        return texts.model.name
    except FreshetError:
        return None


def _named(served: ServedModel) -> str:
    return f"{served.name} ({served.identity[:12]})"


def _configured(project: Project) -> str:
    identity = _identity(Texts(project))
    return f"{project.embedding.model} ({identity[:12] if identity else 'not to be had'})"


def _reason(project: Project, served: ServedModel) -> str:
    """Why the model of that name is not the one served."""
    try:
        found = Texts(project, served.name).model.identity
    except FreshetError as error:
        return str(error).rstrip(".")
    return f"the model of that name is now {found[:12]}, its files or settings were changed"
