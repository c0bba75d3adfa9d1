"""Options that several commands share."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.output import warn

if TYPE_CHECKING:
    from pipelines.settings import Project, Source

__all__ = [
    "AsJson",
    "Category",
    "Folder",
    "Kind",
    "Kinds",
    "Language",
    "Sources",
    "choose_folder",
    "opened",
    "project_of",
    "sources_named",
    "warn_of_unknown",
]


class Kind(Enum):
    """What an entry can be."""

    OFFER = "offer"
    PAGE = "page"
    DOCUMENT = "document"
    RECORD = "record"


Folder = Annotated[
    Path | None,
    typer.Option("--project", help="Folder of the project; else FRESHET_PROJECT, else the working directory."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
Category = Annotated[list[str] | None, typer.Option("--category", help="Only of this category; may be repeated.")]
Language = Annotated[str | None, typer.Option("--language", help="Only in this language: en, ar, …")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only of this source; may be repeated.")]
Kinds = Annotated[list[Kind] | None, typer.Option("--kind", help="Only of this kind; may be repeated.")]

_chosen: list[Path] = []


def choose_folder(folder: Path | None) -> None:
    """Remember the folder given before the command; one given after it wins."""
    _chosen[:] = [] if folder is None else [folder]


def project_of(folder: Path | None) -> Project:
    """The project of the folder; raises SettingsError."""
    from pipelines.settings import load_project

    return load_project(folder or next(iter(_chosen), None))


def opened(folder: Path | None) -> Project:
    """The project of the folder, with its database brought up to date; raises SettingsError, DatabaseError."""
    from flows.readiness import make_ready

    project = project_of(folder)
    make_ready(project)
    return project


def sources_named(project: Project, names: list[str] | None) -> list[Source]:
    """Those sources, or all of them; raises SettingsError for a name that is none, or when there is none at all."""
    from pipelines.settings import SettingsError

    if names:
        return [project.source(name) for name in names]
    if not project.sources:
        raise SettingsError(f"no source in {project.directory / 'sources'}: freshet add URL proposes one")
    chosen = [source for source in project.sources.values() if not source.is_example]
    if not chosen:
        warn(f"{project.directory / 'sources'} holds the example alone: freshet add URL writes a source of yours")
    return chosen


def warn_of_unknown(project: Project, names: list[str] | None) -> None:
    """Say on stderr which of the sources asked for have no file: a slip of the pen finds nothing without a word."""
    for name in names or ():
        if name not in project.sources:
            known = ", ".join(sorted(project.sources)) or "none"
            warn(f"no source {name!r} in {project.directory / 'sources'}; there are: {known}")
