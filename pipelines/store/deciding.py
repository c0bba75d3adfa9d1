"""A person's word: what a run holds is approved, runs are undone, entries and sources withdrawn and brought back.

Each is one transaction in the database (`schema/store/24_*`) that tells the change feed. What a person withdrew goes on
being kept in step with its source and is merely not served, so that no sync can undo it and nothing is embedded when
it returns. Undoing closes versions and opens copies of what was believed before; nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg

from pipelines.database import Connection
from pipelines.records import FreshetError
from pipelines.store import runs

__all__ = [
    "Approval",
    "Paused",
    "Undoing",
    "approve",
    "lacking_texts",
    "paused",
    "refuse_paused",
    "remove_source",
    "restore",
    "resume",
    "rollback",
    "run_source",
    "versions_before",
    "withdraw",
]

_PAUSED = "KB005"
_PAST = "KB006"

Embed = Callable[[Sequence[int]], int]  # gives the texts of versions their vectors; how many it embedded


class Paused(FreshetError):
    """A person's word keeps the source from being synced until another takes it back."""


@dataclass(frozen=True)
class Approval:
    """What became of the removals that a run held."""

    run: int  # the approval's own number
    approved: int  # the run that held them
    removed: tuple[int, ...]  # entries
    stayed: tuple[int, ...]  # entries met again since, or withdrawn otherwise


@dataclass(frozen=True)
class Undoing:
    """What a rollback or a removal did."""

    run: int  # its own number
    entries: tuple[int, ...]  # of which something else is believed now
    embedded: int = 0  # texts that the model served now had no vector of
    undone: tuple[int, ...] = ()  # runs


def paused(conn: Connection, source: str) -> str | None:
    """Why syncs leave the source alone; None: they do not, or it is not known yet."""
    row = conn.execute("select paused from kb_store.source where name = %s", (source,)).fetchone()
    return None if row is None else row[0]


def refuse_paused(conn: Connection, source: str) -> None:
    """Raise Paused, with the way out, for a source that a person paused."""
    try:
        conn.execute("select kb_store.refuse_paused(source_id) from kb_store.source where name = %s", (source,))
    except psycopg.Error as error:
        if error.sqlstate != _PAUSED:
            raise
        raise Paused(f"{error.diag.message_primary}. {error.diag.message_hint}") from error


def run_source(conn: Connection, run: int) -> str:
    """The name of the run's source; raises FreshetError when there is no such run."""
    row = conn.execute(
        "select s.name from kb_store.run r join kb_store.source s using (source_id) where r.run_id = %s", (run,)
    ).fetchone()
    if row is None:
        raise FreshetError(f"there is no run {run}; freshet runs lists them")
    return str(row[0])


# ---------------------------------------------------------------- entries


def withdraw(conn: Connection, entry: int, until: datetime | None, by: str) -> None:
    """Serve the entry no more from this instant, until `until` or, None, until it is restored.

    Raises FreshetError when there is no such entry or `until` is past.
    """
    _require_entry(conn, entry)
    try:
        with conn.transaction():
            conn.execute("select kb_store.withdraw(%s, %s, %s)", (entry, until, by))
    except psycopg.Error as error:
        if error.sqlstate != _PAST or until is None:
            raise
        raise FreshetError(f"--until {until.isoformat()} is past: name an instant to come, or none") from error


def restore(conn: Connection, entry: int, by: str) -> None:
    """Take back that the entry was withdrawn. Raises FreshetError when it is not.

    Its texts must have vectors of the model served: see `lacking_texts`.
    """
    _require_entry(conn, entry)
    with conn.transaction():
        row = conn.execute("select kb_store.restore(%s, %s)", (entry, by)).fetchone()
    if row is None or not row[0]:
        raise FreshetError(f"entry {entry} is not withdrawn by a person; freshet explain {entry} says what it is")


def _require_entry(conn: Connection, entry: int) -> None:
    if conn.execute("select from kb_store.entry where entry_id = %s", (entry,)).fetchone() is None:
        raise FreshetError(f"there is no entry {entry}: give the number from a search, or its exact URL")


def lacking_texts(conn: Connection, versions: Sequence[int], entries: Sequence[int] = ()) -> list[tuple[bytes, str]]:
    """Texts of these versions, and of what is believed of these entries, without a vector of the model served."""
    return conn.execute(_LACKING, {"versions": list(versions), "entries": list(entries)}).fetchall()


_LACKING = """
select distinct p.passage_sha256, p.content
from kb_store.version v
join kb_store.chunk c using (version_id)
join kb_store.passage p using (passage_id)
join kb_store.model m on m.active
where (v.version_id = any (%(versions)s) or (v.entry_id = any (%(entries)s) and upper_inf(v.recorded)))
    and not exists (
        select from kb_store.embedding e where e.model_id = m.model_id and e.passage_sha256 = p.passage_sha256
    )
order by 1
"""


# ---------------------------------------------------------------- runs


def approve(conn: Connection, listed: int, decided_by: str) -> Approval:
    """Publish the removals that a run holds, of those it listed the ones that still are so; who said so is kept.

    Raises FreshetError when it holds none, Paused, AlreadyRunning.
    """
    source = run_source(conn, listed)
    # before a run is begun, so that a refusal leaves none; and in it, since another may have decided meanwhile
    _require_held(conn, listed, source)
    refuse_paused(conn, source)
    with _decision(conn, source, "approve") as number:
        _require_held(conn, listed, source)
        refuse_paused(conn, source)
        rows = conn.execute("select entry_id, removed from kb_store.approve(%s, %s)", (number, listed)).fetchall()
        runs.note(conn, number, verdict=[f"approved by {decided_by}"])
    removed = tuple(entry for entry, is_removed in rows if is_removed)
    return Approval(number, listed, removed, tuple(entry for entry, is_removed in rows if not is_removed))


def _require_held(conn: Connection, listed: int, source: str) -> None:
    held = """
    select distinct x.run_id
    from kb_store.plan_removal x
    join kb_store.run r using (run_id)
    join kb_store.source s using (source_id)
    where s.name = %s and x.held
    """
    holding = [run for (run,) in conn.execute(held, (source,)).fetchall()]
    if listed in holding:
        return
    now = f"; run {max(holding)} looked again and holds what waits now" if holding else ""
    raise FreshetError(f"run {listed} of {source} holds nothing{now}. freshet status says what waits")


def versions_before(conn: Connection, run: int) -> list[int]:
    """The versions that undoing the run, and all of its source since, would make believed again."""
    rows = conn.execute(
        """
        select b.version_id
        from kb_store.run r
        cross join lateral kb_store.believed_before(r.source_id, r.run_id) b
        where r.run_id = %s and b.version_id is not null
        """,
        (run,),
    ).fetchall()
    return [version for (version,) in rows]


def rollback(conn: Connection, back_to: int, embed: Embed) -> Undoing:
    """Make what was believed before that run what is believed of its source, and pause the source.

    `embed` is asked only when another model is served since. Raises FreshetError when the run published nothing or is
    older than the retention, AlreadyRunning.
    """
    source = run_source(conn, back_to)
    undone = tuple(run for (run,) in conn.execute(_UNDONE, (back_to,)).fetchall())
    if back_to not in undone:
        raise FreshetError(f"run {back_to} of {source} published nothing: there is nothing to undo")
    _require_remembered(conn, back_to, source)
    embedded = embed(versions_before(conn, back_to))
    with _decision(conn, source, "rollback") as number:
        row = conn.execute("select kb_store.rollback(%s, %s)", (number, back_to)).fetchone()
    assert row is not None
    return Undoing(number, tuple(row[0]), embedded, undone)


def _require_remembered(conn: Connection, run: int, source: str) -> None:
    """What was believed before a forgotten run is partly deleted: to restore the rest would withdraw what is true."""
    if conn.execute("select from kb_store.run where run_id = %s and forgotten", (run,)).fetchone() is not None:
        raise FreshetError(f"run {run} of {source} is older than [history] retention: what it changed is forgotten")


_UNDONE = """
select o.run_id
from kb_store.run r
join kb_store.run o on o.source_id = r.source_id and o.run_id >= r.run_id
where r.run_id = %s and o.state in ('published', 'partial', 'held')
order by 1
"""


# ---------------------------------------------------------------- sources


def remove_source(conn: Connection, source: str) -> Undoing:
    """Withdraw all of a source and pause it. Raises FreshetError when it is not known, AlreadyRunning."""
    _require_source(conn, source)
    with _decision(conn, source, "remove") as number:
        row = conn.execute("select kb_store.remove_source(%s)", (number,)).fetchone()
    assert row is not None
    return Undoing(number, tuple(row[0]))


def resume(conn: Connection, source: str) -> str | None:
    """Let syncs look at the source again; why they did not, None when they did. Raises FreshetError for no source."""
    _require_source(conn, source)
    why = paused(conn, source)
    conn.execute("update kb_store.source set paused = null where name = %s", (source,))
    return why


def _require_source(conn: Connection, source: str) -> None:
    rows = conn.execute("select name from kb_store.source order by name").fetchall()
    known = [name for (name,) in rows]
    if source not in known:
        raise FreshetError(f"no source {source} was ever synced; known: {', '.join(known) or 'none'}")


@contextmanager
def _decision(conn: Connection, source: str, kind: str) -> Iterator[int]:
    """A run of its own that is published with what is done in it, in one transaction, or fails whole."""
    number = runs.begin_run(conn, source, kind=kind)
    try:
        with runs.fenced(conn, number):
            yield number
            runs.end_run(conn, number, "published")
    except BaseException:
        if not conn.broken:
            runs.end_run(conn, number, "failed")
        raise
