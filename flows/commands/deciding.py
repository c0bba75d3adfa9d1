"""`freshet approve`, `rollback`, `resume`, `withdraw`, `restore`, `remove`: a person's word, which outlives syncs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from flows.commands.options import AsJson, Folder, opened
from flows.commands.output import last_day, print_json, say, shown

if TYPE_CHECKING:
    from pipelines.database import Connection
    from pipelines.settings import Project

__all__ = ["approve", "remove", "restore", "resume", "rollback", "withdraw"]

RunNumber = Annotated[int, typer.Argument(metavar="RUN", help="Number of the run.")]
SourceName = Annotated[str, typer.Argument(metavar="SOURCE", help="Name of the source.")]
What = Annotated[str, typer.Argument(metavar="ENTRY|URL", help="An entry's number, or its URL.")]

_MOST_NAMED = 20


def approve(run: RunNumber, as_json: AsJson = False, folder: Folder = None) -> None:
    """Publish the removals that a run holds; what has been met again since stays.

    Example: freshet approve 17
    """
    from flows.deciding import person
    from flows.reports import titles_of
    from pipelines.store import deciding

    with _base(folder) as (_, conn):
        approval = deciding.approve(conn, run, person())
        names = titles_of(conn, (*approval.removed, *approval.stayed))
    if as_json:
        print_json(asdict(approval))
        return
    _name(f"run {approval.run}: removed what run {run} held", [names[entry] for entry in approval.removed])
    if approval.stayed:
        _name("seen again since, and left alone", [names[entry] for entry in approval.stayed])


def rollback(run: RunNumber, as_json: AsJson = False, folder: Folder = None) -> None:
    """Restore what was live before a run, and pause its source until `freshet resume`.

    Windows hold: what has ended meanwhile stays ended. Runs of the source since then are undone with it; what a person
    withdrew stays withdrawn.

    Example: freshet rollback 17
    """
    from flows.deciding import rollback
    from pipelines.store import deciding

    with _base(folder) as (project, conn):
        source = deciding.run_source(conn, run)
        undoing = rollback(conn, project, run)
    if as_json:
        print_json({**asdict(undoing), "source": source, "paused": True})
        return
    as_before = f"{_entries(undoing.entries)} as before, {undoing.embedded} texts embedded"
    say(f"{source}: run {undoing.run} undid {', '.join(map(str, undoing.undone))}: {as_before}")
    say(f"the source is paused: when it may be looked at again, freshet resume {source}")


def resume(source: SourceName, as_json: AsJson = False, folder: Folder = None) -> None:
    """Let syncs look at a paused source again.

    Example: freshet resume autocare-offers
    """
    from pipelines.store import deciding

    with _base(folder) as (_, conn):
        why = deciding.resume(conn, source)
    if as_json:
        print_json({"source": source, "was_paused": why})
        return
    say(f"{source}: resumed, it had been {why}" if why else f"{source}: was not paused")
    say(f"next: freshet sync {source} --dry-run shows what a sync would do")


def withdraw(
    what: What,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="T", help="Serve it again from then on: a date, or a date and time."),
    ] = None,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Serve an entry no more, whatever its source says, until T or until it is restored.

    A bare date is the end of that day in the project's time zone.

    Example: freshet withdraw 42 --until 2026-12-01
    """
    from flows.deciding import person
    from flows.reports import titles_of
    from pipelines.store import deciding

    with _base(folder) as (project, conn):
        zone = ZoneInfo(project.timezone)
        end = None if until is None else _instant(until, zone)
        entry = _entry(conn, what)
        deciding.withdraw(conn, entry, end, person())
        named = titles_of(conn, [entry])[entry]
    if as_json:
        print_json({"entry_id": entry, "withdrawn": True, "until": end})
        return
    lasts = f"until {last_day(end, zone)}" if end else f"until a person restores it: freshet restore {entry}"
    say(f"withdrawn {lasts}")
    say(f"  {entry} {shown(named)}")


def restore(what: What, as_json: AsJson = False, folder: Folder = None) -> None:
    """Take back that an entry was withdrawn: from now on what its source says counts.

    Example: freshet restore 42
    """
    from flows.deciding import restore
    from flows.reports import titles_of

    with _base(folder) as (project, conn):
        entry = _entry(conn, what)
        restore(conn, project, entry)
        named = titles_of(conn, [entry])[entry]
    if as_json:
        print_json({"entry_id": entry, "withdrawn": False})
        return
    say(f"restored; freshet explain {entry} says whether it is served now")
    say(f"  {entry} {shown(named)}")


def remove(source: SourceName, as_json: AsJson = False, folder: Folder = None) -> None:
    """Withdraw all of a source and pause it; its history stays, `freshet rollback` undoes it.

    Example: freshet remove old-campaign
    """
    from pipelines.store import deciding

    with _base(folder) as (_, conn):
        removal = deciding.remove_source(conn, source)
    if as_json:
        print_json({"run": removal.run, "source": source, "entries": removal.entries, "paused": True})
        return
    say(f"{source}: run {removal.run} removed {_entries(removal.entries)}")
    say(f"the source is paused; freshet rollback {removal.run} undoes this, or delete its file in sources/")


# ---------------------------------------------------------------- what they share


@contextmanager
def _base(folder: Folder) -> Iterator[tuple[Project, Connection]]:
    from pipelines.database import connect

    project = opened(folder)
    with connect(project, role="writer", autocommit=True) as conn:
        yield project, conn


def _entry(conn: Connection, what: str) -> int:
    from flows.commands.accounting import spellings
    from retrieval.explaining import entry_meant

    return entry_meant(conn, what, spellings(what))


def _instant(text: str, zone: ZoneInfo) -> datetime:
    from flows.deciding import instant_of

    try:
        end = instant_of(text, zone)
    except ValueError:
        hint = f"{text!r} is no date: give 2026-12-01, or 2026-12-01T18:00, which is in {zone.key}"
        raise typer.BadParameter(hint, param_hint="--until") from None
    if end <= datetime.now(zone):
        raise typer.BadParameter(f"{text!r} is past: name a time to come, or leave it out", param_hint="--until")
    return end


def _entries(entries: Sequence[int]) -> str:
    return f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"


def _name(what: str, titles: Sequence[str]) -> None:
    say(f"{what}: {_entries(range(len(titles)))}")
    for title in titles[:_MOST_NAMED]:
        say(f"  {shown(title)}")
    if len(titles) > _MOST_NAMED:
        say(f"  and {len(titles) - _MOST_NAMED} more")
