"""`freshet db …`: the database itself."""

from __future__ import annotations

import os
import subprocess
from typing import Annotated, Literal

import typer

from flows.commands.options import AsJson, Folder, opened, project_of
from flows.commands.output import print_json, say

__all__ = ["db"]

db = typer.Typer(
    help="The database: migrate, uri, shell, check, copy, stop.\n\nExample: freshet db check", no_args_is_help=True
)

Role = Annotated[
    Literal["owner", "writer", "auditor", "reader"], typer.Option("--role", help="Who the connection is for.")
]


@db.command()
def migrate(
    shared: Annotated[bool, typer.Option("--shared", help="Allow a database that holds schemas of others.")] = False,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Bring the database to this version: migrations, functions, rights.

    Example: freshet db migrate
    """
    from flows.readiness import migrate_project

    ran = migrate_project(project_of(folder), shared=shared)
    if as_json:
        print_json({"migrations": ran})
    else:
        say(f"applied {', '.join(ran)}" if ran else "no migration was missing; functions and rights are up to date")


@db.command()
def uri(role: Role = "owner", as_json: AsJson = False, folder: Folder = None) -> None:
    """Print a connection string that works, password included; the embedded server is started.

    Example: psql "$(freshet db uri --role reader)"
    """
    from pipelines import database

    address = database.uri(opened(folder), role)
    if as_json:
        print_json({"uri": address, "role": role})
    else:
        say(address)


@db.command()
def shell(role: Role = "owner", folder: Folder = None) -> None:
    """Open psql on the database.

    Example: freshet db shell --role reader
    """
    from pipelines import database
    from pipelines.postgres import cluster

    address = database.uri(opened(folder), role)
    raise typer.Exit(subprocess.run([str(cluster.program("psql")), address], check=False, env=os.environ).returncode)


@db.command()
def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="First make anew what is served, from what is believed.")
    ] = False,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Verify every invariant, say what is wrong and how to mend it; exit 1 when something is.

    Example: freshet db check
    """
    from flows.deciding import repair_base
    from pipelines.database import connect
    from pipelines.postgres.checks import run_checks

    project = opened(folder)
    with connect(project, autocommit=True) as conn:
        if repair:
            repair_base(conn, project)
        results = run_checks(conn)
    if as_json:
        print_json(
            {
                "checks": [
                    {"name": r.name, "meaning": r.meaning, "holds": r.holds, "rows": r.offending, "repair": r.repair}
                    for r in results
                ]
            }
        )
    else:
        for result in results:
            say(f"{'ok  ' if result.holds else 'FAIL'}  {result.name}: {result.meaning}")
            for row in result.offending:
                say(f"      {row}")
            if not result.holds:
                say(f"      to mend it: {result.repair}")
    raise typer.Exit(0 if all(result.holds for result in results) else 1)


@db.command()
def copy(
    url: Annotated[str, typer.Argument(metavar="URL", help="An empty PostgreSQL database, as postgresql://…")],
    shared: Annotated[bool, typer.Option("--shared", help="Although it holds schemas of others.")] = False,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Copy everything into another, empty database, whole or not at all, and check it there.

    Example: freshet db copy postgresql://freshet@db.example.com/freshet
    """
    from flows.copying import copy_project

    counts = copy_project(opened(folder), url, shared=shared)
    if as_json:
        print_json({"tables": counts})
        return
    say(f"copied {sum(counts.values())} rows in {len(counts)} tables; every check holds there")
    say("next: name that database as DATABASE_URL, or as [database] url in freshet.toml; this one stays as it is")


@db.command()
def stop(as_json: AsJson = False, folder: Folder = None) -> None:
    """Stop the project's embedded server; whatever asks next starts it again.

    Example: freshet db stop
    """
    from pipelines.postgres import embedded

    project = project_of(folder)
    stopped = embedded.stop(project.state)
    if as_json:
        print_json({"stopped": stopped})
    else:
        say("stopped" if stopped else "no embedded server was running")
