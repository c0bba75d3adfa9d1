"""A person's word carried out: `pipelines.store.deciding`, with the model served for texts that it lacks."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flows.serving import served_texts
from pipelines.database import Connection, connect
from pipelines.postgres.checks import repair
from pipelines.store import deciding, publishing

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["Decisions", "instant_of", "person", "repair_base", "restore", "rollback"]


@dataclass(frozen=True)
class Decisions:
    """What a person may decide on the page of `freshet serve`; each on a connection of its own."""

    project: Project

    def approve(self, run: int, key: str | None) -> None:
        """Publish the removals that the run holds. Raises FreshetError when it holds none, or another run writes."""
        with connect(self.project, role="writer", autocommit=True) as conn:
            deciding.approve(conn, run, f"key {key}" if key else person())


def person() -> str:
    """Who gives the word, for the record: user and machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        user = "somebody"
    return f"{user}@{socket.gethostname()}"


def instant_of(text: str, zone: ZoneInfo) -> datetime:
    """The instant that ISO 8601 text names; a bare date is the end of that day. Raises ValueError."""
    if len(text) == len("2026-11-22"):
        return datetime.combine(datetime.fromisoformat(text).date() + timedelta(days=1), time(), zone)
    said = datetime.fromisoformat(text)
    return said if said.tzinfo else said.replace(tzinfo=zone)


def restore(conn: Connection, project: Project, entry: int) -> None:
    """Take back that a person withdrew the entry; its texts get what vectors they lack. Raises FreshetError."""
    _embed(conn, project, deciding.lacking_texts(conn, [], [entry]))
    deciding.restore(conn, entry, person())


def rollback(conn: Connection, project: Project, run: int) -> deciding.Undoing:
    """Restore what was live before the run; embeds only what another model, served since, never saw."""

    def embed(versions: Sequence[int]) -> int:
        return _embed(conn, project, deciding.lacking_texts(conn, versions))

    return deciding.rollback(conn, run, embed)


def repair_base(conn: Connection, project: Project) -> None:
    """Make anew what is served, from what is believed; texts of it get what vectors they lack. Raises FreshetError."""
    believed = conn.execute("select entry_id from kb_store.version where upper_inf(recorded)").fetchall()
    _embed(conn, project, deciding.lacking_texts(conn, [], [entry for (entry,) in believed]))
    repair(conn)


def _embed(conn: Connection, project: Project, lacking: Sequence[tuple[bytes, str]]) -> int:
    if not lacking:
        return 0
    texts, model_id = served_texts(conn, project)
    vectors = texts.encode([text for _, text in lacking])
    with conn.transaction():
        publishing.store_vectors(conn, model_id, [digest for digest, _ in lacking], vectors)
    return len(lacking)
