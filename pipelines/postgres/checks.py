"""The invariants of the database, each a query in `schema/checks` that returns what breaks it.

What must hold for a single row stands in constraints; here stands what binds several rows or the schema itself. Each
file says in its first line what must hold, in its second how it is made to hold again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import rows

from pipelines.database import Connection, DatabaseError
from pipelines.postgres.migrations import SCHEMA

__all__ = ["CheckResult", "repair", "run_checks"]

_MOST_SHOWN = 20


@dataclass(frozen=True)
class CheckResult:
    """One invariant, and what breaks it."""

    name: str  # of the file
    meaning: str  # what must hold
    repair: str  # a command, or what else to do when it does not
    offending: tuple[Mapping[str, Any], ...]  # the first 20 rows that break it; none: it holds
    count: int  # how many rows break it

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return self.count == 0


def run_checks(conn: Connection, *, schema: Path = SCHEMA) -> list[CheckResult]:
    """Run every check, by name, changing nothing; `conn` may see all of kb_store (kb_owner).

    Raises DatabaseError naming the check whose query fails, as one of an older schema does.
    """
    return [_check(conn, file) for file in sorted((schema / "checks").glob("*.sql"))]


def repair(conn: Connection) -> None:
    """Make anew all that follows from what is believed; `conn` is the owner's.

    Raises DatabaseError when texts of it have no vector of the model served: they are to be embedded first.
    """
    try:
        with conn.transaction():
            conn.execute("select kb_store.repair()")
    except psycopg.Error as error:
        raise DatabaseError(f"the repair was given up, and changed nothing: {error}") from error


def _check(conn: Connection, file: Path) -> CheckResult:
    text = file.read_text(encoding="utf-8")
    meaning, way_out = (line.removeprefix("--").strip() for line in text.split("\n")[:2])
    try:
        with conn.transaction(), conn.cursor(row_factory=rows.dict_row) as cursor:
            cursor.execute("set transaction read only")
            cursor.execute(text.encode())
            shown = cursor.fetchmany(_MOST_SHOWN)
            return CheckResult(file.stem, meaning, way_out.removeprefix("Repair: "), tuple(shown), cursor.rowcount)
    except psycopg.Error as error:
        raise DatabaseError(f"check {file.stem} could not run: {error}; first: freshet db migrate") from error
