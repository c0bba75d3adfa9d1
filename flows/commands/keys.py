"""`freshet key`: who may ask over HTTP, and what."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from flows.commands.options import AsJson, Folder, opened, warn_of_unknown
from flows.commands.output import at, print_json, say, shown

__all__ = ["key"]

key = typer.Typer(
    help="Keys of the HTTP door. Once one was made, every call needs one.\n\nExample: freshet key create my-bot",
    no_args_is_help=True,
)


class Scope(Enum):
    """What a key allows: read to ask, write to push and approve, audit to ask about the past."""

    READ = "read"
    WRITE = "write"
    AUDIT = "audit"


@key.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    source: Annotated[list[str] | None, typer.Option("--source", help="Only of this source; may be repeated.")] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it allows; may be repeated. Default: read.")] = None,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Make a key and print it: it is kept nowhere and cannot be shown again.

    Example: freshet key create whatsapp-agent --source autocare-offers
    """
    from pipelines.database import connect
    from retrieval.keys import create_key

    if not name.strip():
        raise typer.BadParameter("it is empty", param_hint="NAME")
    project = opened(folder)
    warn_of_unknown(project, source)
    scopes = [one.value for one in scope or (Scope.READ,)]
    with connect(project, autocommit=True) as conn:
        worn = create_key(conn, name, list(dict.fromkeys(scopes)), source or None)  # type: ignore[arg-type]
    if as_json:
        print_json({"name": name, "key": worn, "scope": scopes, "source": source or None})
    else:
        say(worn)


@key.command("list")
def list_keys(as_json: AsJson = False, folder: Folder = None) -> None:
    """The keys there are, what they allow, and when they were last used.

    Example: freshet key list
    """
    from pipelines.database import connect
    from retrieval.keys import keys

    project = opened(folder)
    with connect(project, autocommit=True) as conn:
        known = keys(conn)
    if as_json:
        print_json({"keys": [asdict(one) for one in known]})
        return
    if not known:
        say("no key: the HTTP door answers on loopback only")
    zone = ZoneInfo(project.timezone)
    for one in known:
        used = f"last used {at(one.last_used, zone)}" if one.last_used else "never used"
        state = f"revoked {at(one.revoked_at, zone)}" if one.revoked_at else used
        of = "all sources" if one.source is None else ", ".join(map(shown, one.source))
        say(f"{one.key_id}  {shown(one.name)}  {'+'.join(one.scope)}  {of}  {state}")


@key.command()
def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, or the eight characters after freshet_.")],
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Revoke a key, from the next call on.

    Example: freshet key revoke whatsapp-agent
    """
    from pipelines.database import connect
    from retrieval.keys import revoke_key

    with connect(opened(folder), autocommit=True) as conn:
        revoked = revoke_key(conn, name)
    if as_json:
        print_json(asdict(revoked))
    else:
        say(f"{shown(revoked.name)} ({revoked.key_id}) opens nothing any more")
