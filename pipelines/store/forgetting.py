"""The retention: what was closed, and what undoing a run would need, is kept that long and then forgotten."""

from __future__ import annotations

from datetime import timedelta

from pipelines.database import Connection

__all__ = ["forget"]


def forget(conn: Connection, retention: timedelta) -> int:
    """Delete closed versions, and what is kept to undo runs, once the retention has passed; how many versions.

    What is believed is never deleted. Cheap while no further run has come of that age.
    """
    with conn.transaction():
        row = conn.execute("select kb_store.forget(clock_timestamp() - %s::interval)", (retention,)).fetchone()
    assert row is not None
    return int(row[0])
