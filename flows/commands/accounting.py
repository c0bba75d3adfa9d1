"""`freshet explain` and `freshet status`: why something is served or not, and what a person should look at."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.commands.options import AsJson, Folder, opened
from flows.commands.output import at, last_day, print_json, say, shown, warn

if TYPE_CHECKING:
    from pipelines.settings import Project
    from retrieval.findings import FindingGroup

__all__ = ["explain", "spellings", "status"]

_UNFINISHED = {"failed": "FAILED", "partial": "could not see every page", "cancelled": "was cut short"}
_QUOTED = 3  # findings of a kind that status shows


def explain(
    what: Annotated[str, typer.Argument(metavar="ENTRY|URL", help="An entry's number, or its URL.")],
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="A question that it should answer, or should not.")
    ] = None,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Why an entry is, or is not, served: each check in order, and what it saw.

    Exit 0 whatever the answer, 1 when there is no such entry or a URL names several.

    Example: freshet explain 42 "how much is an oil change?"
    """
    project = opened(folder)
    entry_id, steps = _explained(project, what, query)
    served = any(step["rule"] == "served" and step["passed"] for step in steps)
    if as_json:
        print_json({"entry_id": entry_id, "query": query, "served": served, "steps": steps})
        return
    for step in steps:
        say(f"{'✓' if step['passed'] else '✗'} {step['rule']:10} {shown(step['detail'])}")


def _explained(project: Project, what: str, query: str | None) -> tuple[int, list[dict[str, Any]]]:
    from pipelines.database import connect
    from pipelines.records import FreshetError
    from retrieval.client import Client
    from retrieval.explaining import entry_meant

    with connect(project, role="writer", autocommit=True) as conn:
        entry_id = entry_meant(conn, what, spellings(what))
    # as a bot sees it
    with Client(project, connections=1, warn=warn) as kb:
        steps = [asdict(step) for step in kb.explain(entry_id, query)]
    if not steps[0]["passed"]:
        raise FreshetError(
            f"{steps[0]['detail']}: give the number from a search, or the exact URL of a page or an offer"
        )
    return entry_id, steps


def spellings(url: str) -> list[str]:
    """The URL as it is stored, whatever tracking parameters and letters it was given with."""
    from pipelines.urls import BadUrl, normalise_url

    try:
        return [normalise_url(url)]
    except BadUrl:
        return []


def status(
    everything: Annotated[bool, typer.Option("--findings", help="List every finding, not the first few.")] = False,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Each source: last verified, stale or not, what is live, next and held; findings to look at; and each webhook.

    Example: freshet status --findings
    """
    from flows.commands.hooks import tell_webhook
    from flows.housekeeping import DUE, what_is_due
    from flows.reports import source_states
    from flows.serving import model_difference
    from pipelines.database import connect
    from pipelines.store import webhooks
    from retrieval.asking import ask_active_model, ask_freshness, rows_of
    from retrieval.findings import findings

    project = opened(folder)
    zone = ZoneInfo(project.timezone)
    with connect(project, role="writer", autocommit=True) as conn:
        found, groups = rows_of(conn, ask_freshness()), findings(conn)
        model = next(iter(rows_of(conn, ask_active_model())), None)
        states = source_states(conn)
        hooks = webhooks.states(conn, [hook.known_as for hook in project.webhooks])
        difference, due = model_difference(conn, project), what_is_due(conn)
    found = [{**row, **states[row["source"]]} for row in found]
    if as_json:
        served = model and {**model, "configured": project.embedding.model, "differs": difference}
        told = [_document(group) for group in groups]
        print_json({"sources": found, "model": served, "due": due, "findings": told, "webhooks": hooks})
        return
    if difference:
        say(difference)
    for name in due:
        say(DUE[name])
    for row in found:
        _tell_source(row, zone)
        if row["source"] not in project.sources:
            say(f"  its file is gone, what it gave is served until its end: freshet remove {row['source']}")
        for group in groups:
            if group.source == row["source"]:
                _tell_group(group, project, everything)
    if not found:
        say("nothing synced yet: freshet sync")
    for hook in hooks:
        tell_webhook(hook, zone)


def _document(group: FindingGroup) -> dict[str, Any]:
    return {"source": group.source, "rule": group.rule, "count": len(group.items), "items": list(group.items)}


def _tell_source(row: dict[str, Any], zone: ZoneInfo) -> None:
    verified = at(row["last_verified"], zone) if row["last_verified"] else "never"
    expiry = f", next end {last_day(row['next_expiry'], zone)}" if row["next_expiry"] else ""
    say(
        f"{row['source']}: {'STALE, ' if row['stale'] else ''}verified {verified}, {row['live']} live, "
        f"{row['upcoming']} upcoming, {row['suspect']} suspect{expiry}"
    )
    if row["last_state"] in _UNFINISHED:
        run = row["last_run"]
        say(f"  the last look, run {run}, {_UNFINISHED[row['last_state']]}: freshet runs show {run}")
    if row["missing"]:
        pages = "1 page was" if row["missing"] == 1 else f"{row['missing']} pages were"
        say(f"  {pages} not found at the last look: what they gave goes when a look an hour or more later agrees")
    if row["withdrawn"]:
        say(f"  withdrawn by a person: {row['withdrawn']}")
    if row["held_run"]:
        why = "; ".join(row["held_why"] or [])
        say(f"  HELD: {row['held']} removals wait ({shown(why)}): freshet runs show {row['held_run']} lists them")
        say(f"        freshet approve {row['held_run']} publishes them, the next sync looks anew")
    if row["paused"]:
        say(f"  PAUSED: {shown(row['paused'])}; freshet resume {row['source']} lets syncs look at it again")


def _tell_group(group: FindingGroup, project: Project, everything: bool) -> None:
    source = project.sources.get(group.source)
    if group.rule == "no-category" and source is not None and not source.categories and not everything:
        # one cause for all of them, and one place to mend it
        say(f"  no-category: {len(group.items)}, found without a category only: {source.file.name} has no [categories]")
        return
    _tell_findings(group, len(group.items) if everything else _QUOTED)


def _tell_findings(group: FindingGroup, most: int) -> None:
    say(f"  {group.rule}: {len(group.items)}")
    for item in group.items[:most]:
        named = f"{shown(item['quote'])}: " if item["entry_id"] and item["quote"] else ""
        say(f"      {named}{shown(item['message'])[:300]}  {shown(item['url'])}")
    if len(group.items) > most:
        say(f"      and {len(group.items) - most} more: freshet status --findings")
