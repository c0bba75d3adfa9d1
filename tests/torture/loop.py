"""The fail-the-N-th loop: a command is led to fail at each boundary it crosses, in each way.

After each failure: every invariant holds before any recovery; then the command runs once more, unfaulted, and what
the base believes and serves is what it would have been without the failure.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipelines.postgres.checks import run_checks
from tests.postgres import TestDatabase
from tests.torture.dump import canonical, difference
from tests.torture.stage import Ended, Stage

__all__ = ["COMMANDS", "KINDS", "Command", "Rehearsed", "fail_at", "rehearse"]


@dataclass(frozen=True)
class Command:
    """What is led to fail."""

    arguments: tuple[str, ...]
    chunked_by: str = ""  # put before each text: another recipe, so that a reindex has something to do
    before: str = ""  # SQL that brings the base to where the command has something to do
    whole: bool = True  # the base has a schema before it, so that its invariants hold at any time


# One offer is over since it was published, and nobody has told of it.
_ENDED = """
update kb_store.version v
set valid = tstzmultirange(tstzrange(null, lower(v.recorded)))
from kb_store.entry e
where v.entry_id = e.entry_id and e.key = 'BAT-7' and upper_inf(v.recorded);
update kb_store.served_entry s
set valid = v.valid, told_until = lower(v.recorded) - interval '1 minute'
from kb_store.version v
where v.version_id = s.version_id and s.valid <> v.valid
"""
# Functions of an older release: one that is gone since, one that took something else, one that did something else.
_DEPLOYED_BEFORE = """
set role kb_owner;
create function kb_store.left_behind() returns int language sql as 'select 1';
drop function kb_store.pages_like(text);
create function kb_store.pages_like(url text, depth int) returns text language sql as 'select url';
create or replace function kb_store.expire() returns bigint language sql as 'select 0::bigint';
reset role
"""

COMMANDS = {
    "sync": Command(("sync", "--json")),
    "reindex": Command(("reindex", "--json"), chunked_by="by a new recipe: "),
    "switch": Command(("reindex", "--model", "other", "--json")),
    "sweep": Command(("sweep",), before=_ENDED),
    "deploy": Command(("db", "migrate"), before=_DEPLOYED_BEFORE),
    "migrate": Command(("db", "migrate"), before="drop schema kb cascade; drop schema kb_store cascade", whole=False),
}

KINDS = ("raise", "kill", "stop", "interrupt", "cut", "full", "deadlock")


@dataclass
class Rehearsed:
    """A command as it goes when nothing fails."""

    stage: Stage
    command: Command
    crossed: tuple[str, ...]
    wanted: set[str]  # what the base is like after it


def rehearse(stage: Stage, command: Command) -> Rehearsed:
    """Run the command unfaulted: how many boundaries it crosses, and what the base is like after it, and stays."""
    with _set_up(stage, command) as database:
        ended = _run(stage, database, command)
        rehearsed = Rehearsed(stage, command, ended.crossed, _dumped(database))
        _run(stage, database, command)
        drifted = difference(_dumped(database), rehearsed.wanted)
        assert not drifted, f"a second run changes what the first left:\n{drifted}"
        return rehearsed


def fail_at(rehearsed: Rehearsed, kind: str, at: int) -> str:
    """What is wrong after the command failed in this way at this crossing; empty when nothing is."""
    stage, command = rehearsed.stage, rehearsed.command
    with _set_up(stage, command) as database:
        ended = stage.run(database, list(command.arguments), kind, at, chunked_by=command.chunked_by)
        found = [*(_broken(database) if command.whole else ()), *_said_wrong(kind, ended)]
        if ended.stopped:
            found += _overtaken(rehearsed, database, ended.pid)
        else:
            again = _run(stage, database, command, check=False)
            found += [] if again.code == 0 else [f"the run after it ended with {again.code}: {again.said[-1500:]}"]
        found += [*_broken(database), difference(_dumped(database), rehearsed.wanted)]
    said = "\n".join(filter(None, found))
    name = rehearsed.crossed[at - 1] if at <= len(rehearsed.crossed) else "?"
    return f"{' '.join(command.arguments)}: {kind} at {at} ({name}):\n{said}" if said else ""


@contextmanager
def _set_up(stage: Stage, command: Command) -> Iterator[TestDatabase]:
    with stage.base() as database:
        if command.before:
            with database.connect() as conn:
                conn.execute(command.before.encode())
        yield database


def _overtaken(rehearsed: Rehearsed, database: TestDatabase, pid: int) -> Iterator[str]:
    """Let the lease of a process that stands still pass, another finish its work, and wake the first."""
    try:
        with database.connect() as conn:
            conn.execute("update kb_store.source set lease_until = clock_timestamp() where lease_run is not null")
        second = _run(rehearsed.stage, database, rehearsed.command, check=False)
        if second.code != 0:
            yield f"the second ended with {second.code}: {second.said[-1500:]}"
        newer = _dumped(database)
    finally:
        os.kill(pid, signal.SIGCONT)
    first = rehearsed.stage.wait(pid)
    if first.code is None:
        yield f"the first, awake, ended with status {first.status}: {first.said[-1500:]}"
    changed = difference(_dumped(database), newer)
    if changed and first.code != 0:
        yield f"the first, awake, was refused, but not wholly:\n{changed}"


def _run(stage: Stage, database: TestDatabase, command: Command, *, check: bool = True) -> Ended:
    ended = stage.run(database, list(command.arguments), chunked_by=command.chunked_by)
    assert not check or ended.code == 0, ended.said
    return ended


def _said_wrong(kind: str, ended: Ended) -> list[str]:
    """A failure is told in a sentence, never by a traceback; what may pass or come back does not fail at all."""
    if ended.hung:
        return [f"hung, and was killed: {ended.said[-1500:]}"]
    if kind != "raise" and "Traceback" in ended.said:
        return [f"a traceback: {ended.said[-2500:]}"]
    if kind in ("cut", "deadlock") and ended.code not in (0, 1):
        return [f"ended with {ended.code}: {ended.said[-1500:]}"]
    return []


def _broken(database: TestDatabase) -> list[str]:
    with database.connect() as conn:
        return [f"{check.name}: {check.offending[:3]}" for check in run_checks(conn) if not check.holds]


def _dumped(database: TestDatabase) -> set[str]:
    with database.connect() as conn:
        return canonical(conn)
