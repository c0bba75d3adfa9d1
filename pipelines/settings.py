"""The settings of a project: `freshet.toml`, `sources/*.toml`, and what the environment overrides.

`FRESHET_<KEY>` and `FRESHET_<TABLE>__<KEY>` override a key of `freshet.toml` (FRESHET_API__PORT=9000);
`DATABASE_URL` overrides the database. Nothing is read at import.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.setting_errors import explained
from pipelines.setting_values import (
    Duration,
    Flag,
    Language,
    Origin,
    Port,
    Secret,
    SettingsError,
    Text,
    Zone,
)
from pipelines.source_settings import FeedSettings, GuardSettings, Source, SourceSettings
from pipelines.webhook_settings import Webhooks, WebhookSettings

__all__ = [
    "DatabaseSettings",
    "FeedSettings",
    "GuardSettings",
    "ModelSettings",
    "Project",
    "SettingsError",
    "Source",
    "WebhookSettings",
    "load_project",
]

_Model = TypeVar("_Model", bound=BaseModel)


class _Table(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True, defer_build=True
    )


class DatabaseSettings(_Table):
    """`[database]`: where the data is kept; without `url` in the project's own embedded server."""

    url: Secret | None = None
    port: Port | None = None  # embedded only: also listen on 127.0.0.1


class ModelSettings(_Table):
    """`[embedding.models.<name>]`: one more entry of the model registry, by hub id or folder."""

    id: Text | None = None
    revision: Text | None = None
    path: Text | None = None  # relative to the project
    dimensions: Annotated[int, Field(strict=True, ge=1, le=4000)] | None = None
    max_tokens: Annotated[int, Field(strict=True, ge=8)] | None = None
    query_prompt: Text | None = None
    passage_prompt: Text | None = None
    languages: tuple[Language, ...] | None = None
    weights_sha256: Annotated[Text, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    def facts(self) -> dict[str, object]:
        """What the entry states, as `vectors.models.model_entry` takes it; the rest comes from the model's files."""
        return self.model_dump(exclude_none=True)


class EmbeddingSettings(_Table):
    """`[embedding]`."""

    model: Text = "all-MiniLM-L6-v2"
    backend: Literal["auto", "torch", "onnx", "openvino"] = "auto"
    models: dict[Text, ModelSettings] = Field(default_factory=dict)


class RetrievalSettings(_Table):
    """`[retrieval]`."""

    min_score: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.0


class HistorySettings(_Table):
    """`[history]`."""

    retention: Duration = timedelta(days=730)


class DemandSettings(_Table):
    """`[demand]`."""

    enabled: Flag = True


class ApiSettings(_Table):
    """`[api]`."""

    host: Text = "127.0.0.1"
    port: Port = 8642
    cors: tuple[Origin, ...] = ()  # pages of which sites may ask from a browser; "*": of any


class ProjectSettings(_Table):
    """Every key of `freshet.toml`."""

    timezone: Zone = "Asia/Riyadh"
    languages: tuple[Language, ...] = ("en", "ar")
    database: DatabaseSettings = DatabaseSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    history: HistorySettings = HistorySettings()
    demand: DemandSettings = DemandSettings()
    api: ApiSettings = ApiSettings()
    webhooks: Webhooks = Field(default=(), alias="webhook")


class Project(ProjectSettings):
    """A project folder, read whole."""

    directory: Path  # absolute
    sources: dict[str, Source] = Field(default_factory=dict)  # by name, sorted

    @property
    def state(self) -> Path:
        """Where the project keeps what must never be committed: `.freshet`."""
        return self.directory / ".freshet"

    def source(self, name: str) -> Source:
        """The source of that name; raises SettingsError naming those there are."""
        if name not in self.sources:
            there = ", ".join(self.sources) or "none"
            raise SettingsError(f"no source {name!r} in {self.directory / 'sources'}; there are: {there}")
        return self.sources[name]


def load_project(directory: Path | None = None, *, environment: Mapping[str, str] | None = None) -> Project:
    """Read the project in `directory`, else in FRESHET_PROJECT, else in the working directory.

    `environment` stands in for the process's own. Raises SettingsError on anything unknown, wrong or double,
    naming file and key.
    """
    env = os.environ if environment is None else environment
    folder = (directory or Path(env.get("FRESHET_PROJECT") or Path.cwd())).absolute()
    if not folder.is_dir():
        raise SettingsError(f"no project folder {folder}: make one with: freshet init {folder}")
    overrides = _from_environment(env)
    settings = _checked(
        ProjectSettings,
        _merged(_read(folder / "freshet.toml"), overrides),
        "freshet.toml with the environment" if overrides else "freshet.toml",
    )
    _require_project(folder, settings)
    defaults = {"timezone": settings.timezone, "languages": settings.languages}
    return Project.model_construct(**dict(settings), directory=folder, sources=_sources(folder, defaults))


def _require_project(folder: Path, settings: ProjectSettings) -> None:
    """Refuse a folder that is no project: an embedded database would be made in it by mere mistake."""
    if settings.database.url is None and not (folder / "freshet.toml").exists() and not (folder / "sources").is_dir():
        raise SettingsError(
            f"{folder} is not a Freshet project (no freshet.toml, no sources/): name one with --project or "
            "FRESHET_PROJECT, or make one with: freshet init"
        )


def _sources(folder: Path, defaults: Mapping[str, object]) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    taken: dict[str, Path] = {}  # without regard to case, as some file systems know none
    for file in sorted((folder / "sources").glob("*.toml")):
        told = {"name": file.stem, **defaults, **_read(file)}
        settings = _checked(SourceSettings, told, f"sources/{file.name}")
        source = Source.model_construct(**dict(settings), file=file)
        first = taken.setdefault(source.name.casefold(), file)
        if first != file:
            raise SettingsError(
                f"sources/{file.name}: name: found {source.name!r}, which sources/{first.name} has already; "
                "allowed: a name no other source has"
            )
        sources[source.name] = source
    return dict(sorted(sources.items()))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file.name}: not TOML: {error}; the form is described at https://toml.io") from None
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    """The keys that the environment sets. Other names that begin so are left alone: Kubernetes makes FRESHET_PORT."""
    told: dict[str, Any] = {"database": {"url": env["DATABASE_URL"]}} if env.get("DATABASE_URL") else {}
    known = {field.alias or name for name, field in ProjectSettings.model_fields.items()}
    for variable, text in env.items():
        path = variable.removeprefix("FRESHET_").lower().split("__")
        if not variable.startswith("FRESHET_") or path[0] not in known or (path[0] in _TABLES and len(path) == 1):
            continue
        value: Any = _value(text)
        for key in reversed(path):
            value = {key: value}
        told = _merged(told, value)
    return told


_TABLES = frozenset({"database", "embedding", "retrieval", "history", "demand", "api"})


def _value(text: str) -> Any:
    """A variable's value, as TOML where it is that (8642, true, ["en"]), else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"] if "\n" not in text else text
    except tomllib.TOMLDecodeError:
        return text


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(under[key], over[key]) for key in under.keys() & over.keys() if _are_tables(under[key], over[key])
    }
    return {**under, **over, **both}


def _are_tables(*values: object) -> bool:
    return all(isinstance(value, dict) for value in values)


def _checked(model: type[_Model], told: dict[str, Any], file: str) -> _Model:
    try:
        return model.model_validate(told)
    except ValidationError as error:
        raise explained(error, file, model) from None  # the cause would show what was given, secrets too
