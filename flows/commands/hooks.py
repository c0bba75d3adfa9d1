"""How a project's webhooks fare, for a person: the part of `freshet status` that tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.commands.output import at, say, shown

__all__ = ["tell_webhook"]

_MOST = 3  # dead letters that are shown


def tell_webhook(state: Mapping[str, Any], zone: ZoneInfo) -> None:
    """Print a row of kb_store.webhook_states, instants in that zone."""
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
    _tell_letters(state, zone)


def _counted(waiting: int) -> str:
    return "1000 or more wait" if waiting >= 1000 else f"{waiting} wait{'s' if waiting == 1 else ''}"


def _tell_letters(state: Mapping[str, Any], zone: ZoneInfo) -> None:
    for letter in state["last_dead"][:_MOST]:
        what = f"run {letter['run_id']}" if letter["run_id"] else f"change {letter['change_id']}"
        when = at(datetime.fromisoformat(letter["given_up_at"]), zone)
        say(f"  GIVEN UP {when}: {letter['event']} of {what}, {letter['tries']} tries: {shown(letter['reason'])}")
    if state["dead_letters"] > _MOST:
        say(f"  and {state['dead_letters'] - _MOST} more given up in thirty days: freshet status --json")
