"""What a run and a hit look like to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flows.commands.output import say, shown, when
from flows.commands.planned import tell_plan

if TYPE_CHECKING:
    from flows.reports import Report

__all__ = ["problem_line", "tell", "tell_hit", "tell_offer"]


_MOST_ALIKE = 3  # problems in the same words that a sync shows


def tell(report: Report, zone: ZoneInfo) -> None:
    """Print what came of a run, instants in that zone."""
    pages, entries, chunks = report.pages, report.entries, report.chunks
    say(f"{report.source}: run {report.run} {report.state}" if report.run else f"{report.source}: not synced")
    if pages:
        outcomes = ", ".join(f"{count} {name}" for name, count in pages["outcomes"].items()) or "none"
        say(f"  pages    {pages['requested']} requested: {outcomes}")
    if entries:
        say("  entries  " + ", ".join(f"{count} {name}" for name, count in entries.items() if count or name == "live"))
    if report.plan is not None:
        _tell_cost(chunks)
    elif chunks:
        say("  chunks   " + ", ".join(f"{count} {name}" for name, count in chunks.items()))
    if report.seconds:
        say("  seconds  " + ", ".join(f"{value:.1f} {name}" for name, value in report.seconds.items()))
    for reason in report.verdict:
        say(f"  verdict  {shown(reason)}")
    if report.plan is not None:
        tell_plan(report.plan, zone)
    _tell_problems(report)
    if report.entries.get("held") and report.plan is None:
        say(f"  removals wait for a person: freshet runs show {report.run} lists them, freshet approve {report.run}")


def _tell_problems(report: Report) -> None:
    """The first few of each kind: what one cause does to every page of a site is said once."""
    alike: dict[tuple[str, str], list[dict[str, str]]] = {}
    for problem in report.problems:
        alike.setdefault((problem["outcome"], problem["message"]), []).append(problem)
    for problems in alike.values():
        for problem in problems[:_MOST_ALIKE]:
            say("  " + problem_line(problem))
        if len(problems) > _MOST_ALIKE:
            rest = len(problems) - _MOST_ALIKE
            say(f"  {problems[0]['outcome']}: {rest} more in the same words: freshet runs show {report.run}")


def problem_line(problem: Mapping[str, Any]) -> str:
    """What happened, where, and the way out; a problem of the run as a whole stands at no address."""
    message = problem["message"].removeprefix(f"{problem['url']}: ")  # an address that is refused is named in it
    return " ".join(filter(None, (f"{problem['outcome']}:", shown(problem["url"]), shown(message))))


def _tell_cost(chunks: Mapping[str, Any]) -> None:
    seconds = chunks["embed_seconds"]
    about = "" if seconds is None else f", about {seconds:.1f} s"
    say(f"  to embed {chunks['to_embed']} texts{about}")


def tell_offer(offer: Mapping[str, Any], zone: ZoneInfo) -> None:
    """Print a row of kb.offers: its number, title and price; what it saves; its window in that zone and source."""
    price = f"{offer['price']} {offer['currency'] or ''}".strip() if offer["price"] is not None else ""
    say(f"{offer['entry_id']:>6}  {shown(offer['title'])}  {price}".rstrip())
    stale = "stale" if offer["stale"] else ""
    told = (*_terms(offer), when(offer, zone), stale, offer["source"], shown(offer["url"]))
    say("        " + " · ".join(filter(None, told)))


def _terms(offer: Mapping[str, Any]) -> Iterator[str]:
    if offer["price_before"] is not None:
        yield f"was {offer['price_before']}"
    if offer["discount_percent"] is not None:
        yield f"{offer['discount_percent']:g} % off"
    if offer["code"]:
        yield f"code {shown(offer['code'])}"
    if offer["category"]:
        yield ", ".join(map(shown, offer["category"]))


def tell_hit(hit: Mapping[str, Any], zone: ZoneInfo) -> None:
    """Print a row of kb.search: its score, what it says, its window in that zone and where it stands."""
    price = f"  {hit['price']} {hit['currency'] or ''}" if hit["price"] is not None else ""
    say(f"{hit['score']:.2f}  {shown(hit['title'])}{price}")
    say(f"      {shown(hit['body'])[:200]}")
    say(f"      {when(hit, zone)} · {shown(hit['url'])}{' · stale' if hit['stale'] else ''}")
