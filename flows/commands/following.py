"""`freshet changes`: the change feed, as it is or as it comes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.commands.options import AsJson, Folder, opened
from flows.commands.output import at, plain, print_json, say, shown, when

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["changes"]

Row = dict[str, Any]


def changes(
    after: Annotated[int, typer.Option("--after", help="Only changes with a higher number than this.")] = 0,
    following: Annotated[bool, typer.Option("--follow", help="Go on and print changes as they come.")] = False,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """What became of which entry, in order: added, changed, extended, shortened, activated, expired and so on.

    With --follow and --json one JSON document a line. Ctrl-C ends it.

    Example: freshet changes --after 120 --follow
    """
    from pipelines.database import connect
    from retrieval.changes import changes

    project = opened(folder)
    zone = ZoneInfo(project.timezone)
    if following:
        _tell_while_they_come(_followed(project, after), _print_line if as_json else lambda row: _tell(row, zone))
        return
    with connect(project, role="reader", autocommit=True) as conn:
        found = list(changes(conn, after))
        if as_json:
            print_json({"changes": found})
            return
        for row in found:
            _tell(row, zone)
        if not found:
            say(f"no change after {after}" if after else "no change yet: freshet sync")


def _followed(project: Project, after: int) -> Iterator[Row]:
    from pipelines.database import connect_uri, uri
    from retrieval.changes import follow

    # the address once: a database that a person stops is waited for, not started again
    address = uri(project, "reader")
    return follow(lambda: connect_uri(address, autocommit=True, application="freshet changes"), after)


def _tell_while_they_come(rows: Iterator[Row], show: Callable[[Row], None]) -> None:
    try:
        for row in rows:
            show(row)
            sys.stdout.flush()
    except KeyboardInterrupt:  # SIGTERM too, by the command line
        return


def _print_line(row: Row) -> None:
    sys.stdout.write(json.dumps(row, default=plain, ensure_ascii=False) + "\n")


def _tell(row: Row, zone: ZoneInfo) -> None:
    # a page or a document without a window is not bound to time: nothing is missing there
    endless = "" if row["kind"] == "offer" else "standing"
    window = when({**row, "validity": endless}, zone).removesuffix(f" ({endless})")
    by = f" · run {row['run_id']}" if row["run_id"] else ""
    say(f"{row['change_id']:>6}  {at(row['at'], zone)}  {row['change']:9}  {shown(row['title'])}")
    say(f"        {row['kind']} {row['entry_id']} of {row['source']} · {window} · {shown(row['url'])}{by}")
