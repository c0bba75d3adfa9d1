"""`freshet model`, and what `freshet reindex --model` does."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.options import AsJson, Folder, opened
from flows.commands.output import print_json, say, shown, warn

if TYPE_CHECKING:
    from pipelines.settings import Project
    from pipelines.store.models import StoredModel
    from pipelines.store.switching import Switch

__all__ = ["model", "switch_model", "warn_of_difference"]

model = typer.Typer(
    help="Embedding models: which serves, which are kept or being built.\n\nExample: freshet model list",
    no_args_is_help=True,
)


@model.command("list")
def list_models(as_json: AsJson = False, folder: Folder = None) -> None:
    """Models this base has vectors of: the one served, those kept for going back, those being built.

    Example: freshet model list
    """
    from pipelines.database import connect
    from pipelines.store.models import stored_models

    project = opened(folder)
    with connect(project, role="writer", autocommit=True) as conn:
        models = stored_models(conn)
    if as_json:
        configured = project.embedding.model
        print_json({"models": [one.as_json() for one in models], "configured": configured})
        return
    for one in models:
        _tell_model(one)
    if not models:
        say(f"none yet: the first sync serves with {project.embedding.model}")
    warn_of_difference(project)


@model.command("drop")
def drop(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, or the beginning of its identity.")],
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Give up a model that is not served, with every vector of it; going back to it embeds all texts again.

    Example: freshet model drop all-MiniLM-L6-v2
    """
    from pipelines.database import connect
    from pipelines.store.models import drop_model

    with connect(opened(folder), role="writer", autocommit=True) as conn:
        dropped = drop_model(conn, name)
    if as_json:
        print_json({"dropped": dropped.as_json()})
        return
    say(f"dropped {shown(dropped.name)} ({dropped.identity[:12]}) and its vectors of {dropped.texts} texts")


def switch_model(name: str, *, force: bool, as_json: bool, folder: Folder) -> None:
    """Serve with the model of that name, and tell what came of it."""
    from flows.bars import bars
    from flows.switching import switch_project

    project = opened(folder)
    with bars() as progress:
        done = switch_project(project, name, force=force, progress=progress)
    if as_json:
        print_json(asdict(done))
        return
    _tell_switch(done)


def warn_of_difference(project: Project) -> None:
    """Say on stderr when the settings name another model than the base is served with."""
    from flows.serving import model_difference
    from pipelines.database import connect

    with connect(project, role="writer", autocommit=True) as conn:
        if said := model_difference(conn, project):
            warn(said)


def _tell_model(one: StoredModel) -> None:
    covers = ", ".join(one.languages) or "all languages"
    lacks = f", {one.missing} texts in service without" if one.missing else ""
    said = f"{one.state:9} {shown(one.name)}  {one.identity[:12]}  {one.dimensions} dimensions, {covers}"
    say(f"{said}: {one.texts} texts{lacks}")


def _tell_switch(done: Switch) -> None:
    embedded = f"{done.embedded} texts embedded"
    if not done.switched:
        say(f"{shown(done.after)} is served already: {embedded}")
        return
    say(f"served with {shown(done.after)}, until now with {shown(done.before or 'none')}: {embedded}")
    for found in done.compared:
        say(f"it answers {found.after} of {found.asked} {found.of}; {shown(done.before)} answered {found.before}")
    if done.uncompared:
        say(f"not compared: {shown(done.uncompared)}")
    if done.longer:
        said = "texts are longer than it reads at once and were embedded in parts"
        say(f"{done.longer} {said}: freshet reindex cuts them anew")
    say(f'now set [embedding] model = "{shown(done.after)}" in freshet.toml')
    if done.before:
        say(f"to go back: freshet reindex --model {shown(done.before)}; to give that up: freshet model drop")
