"""`freshet db copy`: the base of a project moved into another database, and checked there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.readiness import migrate_project
from pipelines.database import connect
from pipelines.postgres.checks import run_checks
from pipelines.postgres.copying import CopyError, copy_base, require_empty
from pipelines.settings import DatabaseSettings

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["copy_project"]


def copy_project(project: Project, url: str, *, shared: bool = False) -> dict[str, int]:
    """Copy everything into the database at `url`, made ready for it first; rows by table.

    `shared` allows a database that holds schemas of others. Raises DatabaseError, CopyError: nothing was copied then,
    unless the message says that a check fails there.
    """
    there = project.model_copy(update={"database": DatabaseSettings.model_validate({"url": url})})
    with connect(there, autocommit=True) as target:
        require_empty(target)
    migrate_project(there, shared=shared)
    with connect(project, autocommit=True) as source, connect(there, autocommit=True) as target:
        counts = copy_base(source, target)
        target.execute("analyze")
        failing = [result.name for result in run_checks(target) if not result.holds]
    if failing:
        raise CopyError(f"all was copied, but there {', '.join(failing)} fails: go on with this base, and report it")
    return counts
