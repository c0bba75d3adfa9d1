"""`freshet search`, `offers`, `history`, `demand`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.commands.options import AsJson, Category, Folder, Kinds, Language, Sources, opened, warn_of_unknown
from flows.commands.output import at, last_day, print_json, say, shown, warn, when
from flows.commands.planned import tell_differences
from flows.commands.telling import tell_hit, tell_offer

if TYPE_CHECKING:
    from retrieval.client import Client

__all__ = ["demand", "history", "offers", "search"]

_LeastPrice = Annotated[float | None, typer.Option("--min-price", min=0, help="Only what costs at least this.")]
_MostPrice = Annotated[float | None, typer.Option("--max-price", min=0, help="Only what costs at most this.")]
_DAYS = 14  # told to a person; --json has all


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What a customer asks, in any language.")],
    most: Annotated[int, typer.Option("--max", min=1, max=100, help="How many hits at most.")] = 8,
    category: Category = None,
    language: Language = None,
    source: Sources = None,
    kind: Kinds = None,
    min_price: _LeastPrice = None,
    max_price: _MostPrice = None,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Ask as a bot does: what is true now, with its source.

    Example: freshet search "how much is an oil change?" --max 3
    """
    from flows.serving import name_difference
    from retrieval.client import Client

    if not query.strip():
        raise typer.BadParameter("it is empty: ask in words, in any language", param_hint="QUERY")
    project = opened(folder)
    warn_of_unknown(project, source)
    kinds = [one.value for one in kind or ()] or None
    with Client(project, connections=1, warn=warn) as kb:
        served = kb.active_model()
        if differs := name_difference(served.name if served else None, project):
            warn(differs)
        answer = kb.search(
            query, max_results=most, category=category or None, language=language, source=source or None, kind=kinds,
            min_score=project.retrieval.min_score or None, min_price=min_price, max_price=max_price,
        )  # fmt: skip
        hint = "" if answer.hits or _was_synced(kb) else "; nothing synced yet: freshet sync"
    zone = ZoneInfo(project.timezone)
    hits = [asdict(hit) for hit in answer.hits]
    if as_json:
        told = {"query": query, "hits": hits, "answerable": answer.answerable, "degraded": answer.degraded}
        print_json(told)
        return
    if not hits:
        say(f"nothing that is true now answers this{hint}")
    for hit in hits:
        tell_hit(hit, zone)
    if hits and not answer.answerable:
        say("weak: better say that you do not know")


def _was_synced(kb: Client) -> bool:
    return any(source.last_verified for source in kb.freshness())


def offers(
    category: Category = None,
    language: Language = None,
    source: Sources = None,
    upcoming: Annotated[bool, typer.Option("--upcoming", help="Also those that have not begun.")] = False,
    min_price: _LeastPrice = None,
    max_price: _MostPrice = None,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Live offers, those that end first on top.

    Example: freshet offers --category oil --language ar
    """
    from pipelines.database import connect
    from retrieval.asking import Filters, ask_offers, rows_of

    project = opened(folder)
    warn_of_unknown(project, source)
    zone = ZoneInfo(project.timezone)
    with connect(project, role="reader", autocommit=True) as conn:
        filters = Filters(category or None, language, source or None, None, min_price, max_price)
        found = rows_of(conn, ask_offers(filters=filters, upcoming=upcoming, max_results=10_000))
    if as_json:
        print_json({"offers": found})
        return
    for offer in found:
        tell_offer(offer, zone)
    say(f"{len(found)} {'offer' if len(found) == 1 else 'offers'}")


def history(
    what: Annotated[str, typer.Argument(metavar="ENTRY|URL", help="An entry's number, or its URL.")],
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """The versions of an entry, newest first, with what each changed.

    Example: freshet history 42
    """
    from pipelines.database import connect
    from retrieval.history import versions_of

    project = opened(folder)
    zone = ZoneInfo(project.timezone)
    with connect(project, role="writer", autocommit=True) as conn:
        entries = versions_of(conn, what)
    if as_json:
        print_json({"entries": entries})
        return
    for entry in entries:
        say(f"entry {entry['entry_id']} of {entry['source']} ({entry['kind']})")
        for decision in entry["decisions"]:
            _tell_decision(decision, zone)
        for version in entry["versions"]:
            until = f" to {at(version['recorded_until'], zone)}" if version["recorded_until"] else ", believed now"
            closed = f" ({version['closed_reason']})" if version["closed_reason"] else ""
            known = f"{at(version['recorded_from'], zone)}{until}{closed}"
            say(f"  {known}  {when(version, zone)}  {shown(version['title'])}")
            tell_differences(version["differs"], zone)


def _tell_decision(decision: Mapping[str, Any], zone: ZoneInfo) -> None:
    end, revoked = decision["withdrawn_until"], decision["revoked_at"]
    until = f" until {last_day(end, zone)}" if end else ""
    back = f", taken back {at(revoked, zone)} by {shown(decision['revoked_by'])}" if revoked else ""
    say(f"  {at(decision['withdrawn_from'], zone)} withdrawn{until} by {shown(decision['decided_by'])}{back}")


def demand(as_json: AsJson = False, folder: Folder = None) -> None:
    """What was asked and not, or weakly, answered: in words what was asked often, without numbers and addresses.

    Example: freshet demand
    """
    from pipelines.database import connect
    from retrieval.demand import demand

    project = opened(folder)
    with connect(project, role="writer", autocommit=True) as conn:
        found = demand(conn)
    if as_json:
        print_json(asdict(found))
        return
    if not found.enabled:
        say("nothing is noted: freshet.toml says [demand] enabled = false")
    for asked in found.questions:
        best = f", best score {asked['best_score']:.2f}" if asked["best_score"] else ""
        say(f"{asked['asked']:>5} x  {shown(asked['question'])}  ({asked['language']}, last {asked['last_day']}{best})")
    if found.seldom:
        say(f"{found.seldom} more, each asked less than three times: not kept in words")
    for day in found.days[:_DAYS]:
        say(f"{day['day']}  {day['language']}: {day['asked']} weakly answered, {day['unanswered']} of them not at all")
    if not found.days:
        say("no question was left without an answer")
