"""`freshet init`, `schedule`, `demo`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import AsJson, Folder, opened
from flows.commands.output import print_json, say

__all__ = ["demo", "init", "schedule"]


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new project.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write a new project with a commented example.

    Example: freshet init my-project
    """
    from flows.starting import write_project

    written = write_project(directory)
    if as_json:
        print_json({"directory": str(directory.absolute()), "written": [str(path) for path in written]})
        return
    for path in written:
        say(f"wrote {path}")
    enter = "" if directory.resolve() == Path.cwd() else f"cd {shlex.quote(str(directory))}, then "
    say(f"next: {enter}freshet add URL: a page with offers, a document, a sitemap or a feed of yours")


def schedule(folder: Folder = None) -> None:
    """Serve one deployment a source with its cron, and the expiry sweep, until stopped.

    Example: freshet schedule
    """
    from flows.schedule import serve

    serve(opened(folder))


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the questions instead of serving on.")] = False,
) -> None:
    """Serve the bundled bilingual example site, sync it through the Prefect flow, and ask it a few questions.

    Example: freshet demo --once
    """
    from flows.demo import run_demo

    run_demo(once=once)
