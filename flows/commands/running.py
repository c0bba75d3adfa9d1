"""`freshet runs`, `freshet runs show RUN`: what came of each look at a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.commands.options import AsJson, Folder, opened, warn_of_unknown
from flows.commands.output import at, print_json, say, shown
from flows.commands.telling import problem_line

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["runs"]

Row = Mapping[str, Any]

runs = typer.Typer(invoke_without_command=True)

_MOST_HELD = 50


@runs.callback()
def list_runs(
    context: typer.Context,
    source: Annotated[str | None, typer.Option("--source", help="Only of this source.")] = None,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Runs, newest first; `freshet runs show RUN` one whole.

    Example: freshet runs --source autocare-offers
    """
    if context.invoked_subcommand:
        return
    project = opened(folder)
    warn_of_unknown(project, None if source is None else [source])
    found = _stored(project, source=source)
    if as_json:
        print_json({"runs": found})
        return
    if not found:
        say("nothing synced yet: freshet sync" if source is None else f"no run of {source} yet")
        return
    zone = ZoneInfo(project.timezone)
    _table([("run", "began", "took", "kind", "state", "source", "entries"), *(_line(run, zone) for run in found)])


@runs.command("show")
def show_run(
    run: Annotated[int, typer.Argument(metavar="RUN", help="Number of the run.")],
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """One run whole: when, what it met, what became of it and why, and what waits for a person.

    Example: freshet runs show 17
    """
    from pipelines.records import FreshetError

    project = opened(folder)
    found = next(iter(_stored(project, number=run)), None)
    if found is None:
        raise FreshetError(f"there is no run {run}; freshet runs lists them")
    if as_json:
        print_json(found)
        return
    _tell_run(found, ZoneInfo(project.timezone))


def _stored(project: Project, *, source: str | None = None, number: int | None = None) -> list[dict[str, Any]]:
    from flows.reports import held_removals, stored_runs
    from pipelines.database import connect

    with connect(project, role="writer", autocommit=True) as conn:
        found = stored_runs(conn, source=source, number=number)
        if number is not None:
            for run in found:
                run["held"] = held_removals(conn, number)
        return found


# ---------------------------------------------------------------- for a person


def _line(run: Row, zone: ZoneInfo) -> tuple[str, ...]:
    entries = _counts({name: count for name, count in run["entries"].items() if name != "unchanged"})
    began = at(run["started_at"], zone)
    return (str(run["run"]), began, _took(run), run["kind"], run["state"], shown(run["source"]), entries)


def _tell_run(run: Row, zone: ZoneInfo) -> None:
    say(f"run {run['run']} of {shown(run['source'])}: {run['kind']}, {run['state']}")
    say(f"  began    {at(run['started_at'], zone)} ({zone.key}), took {_took(run) or 'nothing yet'}")
    if run["permission"]:
        say(f"  right    {shown(run['permission'])}")
    if run["pages"]:
        say(f"  pages    {run['pages']['requested']} requested: {_counts(run['pages']['outcomes']) or 'none'}")
    for name in ("entries", "chunks", "seconds"):
        if run[name]:
            say(f"  {name:8} {_counts(run[name]) or 'none'}")
    _tell_verdict(run)
    _tell_held(run)
    for problem in run["problems"]:
        say("  " + problem_line(problem))


def _tell_verdict(run: Row) -> None:
    judged = run["judged"]
    if judged:
        said = "looked everywhere and was answered" if judged["healthy"] else "is no witness of what is absent"
        lost = f"would lose {judged['removals']} of {judged['live']} entries ({judged['lost_percent']:g} %)"
        say(f"  verdict  {said}; {lost}; {judged['failed']} of {judged['attempted']} pages failed")
    for at_reason, reason in enumerate(run["verdict"]):
        say(f"  {'' if judged or at_reason else 'verdict':8} {shown(reason)}")
    for one in (one for one in judged.get("yields", []) if one["before"] != one["now"]):
        pages = f"{one['count']} changed {'page' if one['count'] == 1 else 'pages'} like {shown(one['pages'])}"
        say(f"           {pages}: {one['before']} offers → {one['now']}")


def _tell_held(run: Row) -> None:
    if not run["held"]:
        if run["state"] == "held":
            say("  held     nothing of it waits any more: a later run looked anew, or a person decided")
        return
    say(f"  held     {len(run['held'])} removals wait: freshet approve {run['run']}, or sync again to look anew")
    for removal in run["held"][:_MOST_HELD]:
        say(
            f"           {removal['entry_id']} {shown(removal['title'])}  {shown(removal['url'])} ({removal['reason']})"
        )
    if len(run["held"]) > _MOST_HELD:
        say(f"           and {len(run['held']) - _MOST_HELD} more: --json shows all")


def _counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{count:g} {name}" for name, count in counts.items() if count)


def _took(run: Row) -> str:
    if run["finished_at"] is None:
        return ""
    return f"{(run['finished_at'] - run['started_at']).total_seconds():.1f} s"


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
