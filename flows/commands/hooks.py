"""`freshet hooks`: how the project's webhooks fare, also in `freshet status`; what was given up, told again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.commands.options import AsJson, Folder, opened
from flows.commands.output import at, print_json, say, shown

if TYPE_CHECKING:
    from flows.webhooks import Hook
    from pipelines.database import Connection
    from pipelines.settings import Project

__all__ = ["hooks", "tell_webhook"]

hooks = typer.Typer(invoke_without_command=True)

_MOST = 3  # dead letters that freshet status shows


@hooks.callback()
def list_hooks(context: typer.Context, as_json: AsJson = False, folder: Folder = None) -> None:
    """How each webhook fares, and what was given up in thirty days; `freshet hooks resend` tells it again.

    Example: freshet hooks
    """
    from pipelines.database import connect
    from pipelines.store import webhooks

    if context.invoked_subcommand:
        return
    project = opened(folder)
    with connect(project, role="writer", autocommit=True) as conn:
        states = webhooks.states(conn, [hook.known_as for hook in project.webhooks])
    if as_json:
        print_json({"webhooks": states})
        return
    if not states:
        say("no [[webhook]] in freshet.toml")
    for state in states:
        tell_webhook(state, ZoneInfo(project.timezone), most=len(state["last_dead"] or []))


@hooks.command()
def resend(
    name: Annotated[list[str] | None, typer.Argument(help="Only what these webhooks were to be told.")] = None,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Tell webhooks again what was given up, in its order, until one is refused; exit 1 then.

    What was accepted is a dead letter no more: to call it again does nothing.

    Example: freshet hooks resend whatsapp-agent
    """
    from pipelines.database import connect

    project = opened(folder)
    chosen = _chosen(project, name)
    with connect(project, role="writer", autocommit=True, application="freshet webhooks") as conn:
        told = [_resent(conn, hook, quietly=as_json) for hook in chosen]
    if as_json:
        print_json({"webhooks": told})
    elif not any(one["told"] or one["left"] for one in told):
        say("nothing was given up")
    if any(one["refused"] for one in told):
        raise typer.Exit(1)


def _chosen(project: Project, names: list[str] | None) -> list[Hook]:
    from flows.webhooks import Hook
    from pipelines.settings import SettingsError

    known = {settings.known_as: settings for settings in project.webhooks}
    for name in names or ():
        if name not in known:
            raise SettingsError(f"no webhook {name!r} in freshet.toml; there are: {', '.join(known) or 'none'}")
    return [Hook.of(settings) for name, settings in known.items() if not names or name in names]


def _resent(conn: Connection, hook: Hook, *, quietly: bool) -> dict[str, Any]:
    """What came of one webhook's letters; each said as it happens, unless `quietly`."""
    from flows.posting import Poster
    from flows.webhooks import resend as told_again
    from pipelines.store import dead_letters

    told: list[str] = []
    refused: dict[str, Any] | None = None
    with Poster(hook.url, hook.allow_private) as poster:
        for letter, reply in told_again(conn, hook, poster):
            what = f"webhook {shown(hook.name)}: {_what(asdict(letter))}"
            if reply is None:
                said = f"{what}: cannot be told any more: the feed has forgotten it, or the run waits for nobody"
            elif reply.accepted:
                said = f"{what}: told again"
                told.append(letter.message)
            else:
                said = f"{what}: REFUSED again: {reply.said}; what was given up after it waits, too"
                refused = {"message": letter.message, "reason": reply.said}
            if not quietly:
                say(said)
    return {"name": hook.name, "told": told, "refused": refused, "left": len(dead_letters.letters(conn, hook.name))}


def tell_webhook(state: Mapping[str, Any], zone: ZoneInfo, most: int = _MOST) -> None:
    """Print a row of kb_store.webhook_states and so many dead letters of it, instants in that zone."""
    name = f"webhook {shown(state['name'])}"
    if state["waiting"] is None:
        say(f"{name}: nothing was ever delivered to it: freshet serve and freshet schedule do")
        return
    last = at(state["delivered_at"], zone) if state["delivered_at"] else "never"
    waits = f", {_counted(state['waiting'])} since {at(state['waiting_since'], zone)}" if state["waiting"] else ""
    say(f"{name}: {state['delivered']} delivered, last {last}{waits}")
    if state["stopped_at"]:
        say(f"  STOPPED {at(state['stopped_at'], zone)}: {shown(state['reason'])}, it wants no more; take it out of")
        say("          freshet.toml, or start freshet serve or schedule again to go on")
    elif state["failing_since"]:
        then = f"; tried {state['tries']} times, again {at(state['next_try'], zone)}" if state["tries"] else ""
        say(f"  FAILING since {at(state['failing_since'], zone)}: {shown(state['reason'])}{then}")
    _tell_letters(state, zone, most)


def _counted(waiting: int) -> str:
    return "1000 or more wait" if waiting >= 1000 else f"{waiting} wait{'s' if waiting == 1 else ''}"


def _tell_letters(state: Mapping[str, Any], zone: ZoneInfo, most: int) -> None:
    for letter in state["last_dead"][:most]:
        when = at(datetime.fromisoformat(letter["given_up_at"]), zone)
        say(f"  GIVEN UP {when}: {_what(letter)}, {letter['tries']} tries: {shown(letter['reason'])}")
    if state["dead_letters"] > most:
        say(f"  and {state['dead_letters'] - most} more given up in thirty days: freshet hooks lists them")
    if state["dead_letters"]:
        say(f"  once its receiver is mended: freshet hooks resend {shown(state['name'])}")


def _what(letter: Mapping[str, Any]) -> str:
    of = f"run {letter['run_id']}" if letter["run_id"] else f"change {letter['change_id']}"
    return f"{letter['event']} of {of}"
