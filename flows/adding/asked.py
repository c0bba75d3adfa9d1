"""What a person asked for, checked before anything is fetched: the address, and the name the source shall have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pipelines.setting_errors import explained
from pipelines.setting_values import SettingsError
from pipelines.source_settings import Source
from pipelines.urls import BadUrl, normalise_url, origin_of, shown

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["Asked", "check_name", "source_file", "source_of", "wanted_address"]


@dataclass(frozen=True)
class Asked:
    """The command as it was given."""

    url: str  # as typed
    name: str | None = None
    force: bool = False  # a source of that name is proposed anew
    allow_private: bool = False  # although its name leads to a private address


def wanted_address(typed: str) -> str:
    """The normalised address; a bare host means https, as in a browser. Raises SettingsError."""
    told = typed.strip()
    if "://" not in told and Path(told).exists():
        raise SettingsError(f'{told} is a file here: name it in paths of a source of kind = "files"')
    if told.startswith(("/", ".", "~")):
        raise SettingsError(f"there is no file {told} on this machine, and an address begins with its host or https://")
    if "://" not in told:
        told = f"https://{told}"
    try:
        url = normalise_url(told)
    except BadUrl as error:
        raise SettingsError(str(error)) from error
    if "@" in origin_of(url):
        raise SettingsError(f"{shown(url)}: give the address without user and password")
    return url


def check_name(project: Project, name: str, asked: Asked) -> None:
    """Raise SettingsError when no source may have that name, or one has it already."""
    source_of(project, name, {"kind": "push"})
    file = source_file(project, name)
    holder = next((source for source in project.sources.values() if source.name.casefold() == name.casefold()), None)
    if holder is not None and holder.file.name != file.name:
        raise SettingsError(f"the name {name!r} is taken by sources/{holder.file.name}: choose another with --name")
    if file.exists() and not asked.force:
        raise SettingsError(f"sources/{file.name} is there already: --name another, or --force to write it anew")


def source_file(project: Project, name: str) -> Path:
    """Where the source's settings stand."""
    return project.directory / "sources" / f"{name}.toml"


def source_of(project: Project, name: str, told: Mapping[str, object]) -> Source:
    """The source as its file would load with these settings; raises SettingsError as loading would."""
    defaults = {"name": name, "timezone": project.timezone, "languages": project.languages}
    try:
        return Source.model_validate({**defaults, **told, "file": source_file(project, name)})
    except ValidationError as error:
        raise explained(error, f"sources/{name}.toml", Source) from None
