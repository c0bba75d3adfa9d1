"""A project of its own for a measurement, in a temporary folder, its database stopped at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.readiness import make_ready
from pipelines.postgres import embedded
from pipelines.settings import Project, load_project

__all__ = ["temporary_project"]


@contextmanager
def temporary_project(sources: dict[str, str], *, settings: str = "") -> Iterator[Project]:
    """A project with these source files (name -> TOML), its database migrated."""
    with tempfile.TemporaryDirectory(prefix="freshet-bench-") as folder:
        directory = Path(folder)
        (directory / "sources").mkdir()
        (directory / "freshet.toml").write_text(settings, encoding="utf-8")
        for name, text in sources.items():
            (directory / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")
        project = load_project(directory, environment={})
        try:
            make_ready(project)
            yield project
        finally:
            embedded.stop(project.state)
