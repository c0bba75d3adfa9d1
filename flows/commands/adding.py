"""`freshet add`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.options import AsJson, Folder, project_of
from flows.commands.output import first_day, last_day, print_json, say, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from flows.adding.proposals import Proposal
    from pipelines.records import Draft

__all__ = ["add"]

_MOST_ROWS = 25
_WIDTH = 140  # where the output is no terminal
_LONGEST_LINK = 40
_COLUMNS = (("title", 5), ("price", 2), ("valid", 4), ("category", 2), ("link", 4))
_MOST_FINDINGS = 8


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page with offers, a document, a sitemap or a feed.")],
    name: Annotated[str | None, typer.Option("--name", help="Name of the source; else made from the address.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write a source of that name anew.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Although the address leads to a private network.")
    ] = False,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Look at a page, show the offers it would read, and write the source that watches it.

    Example: freshet add https://www.example.com/en/offers --name example-offers
    """
    from flows.adding.asked import Asked
    from flows.adding.files import write_source_file
    from flows.adding.proposals import propose
    from flows.bars import bars

    project = project_of(folder)
    _require_folder(project.directory)
    with bars() as progress:
        proposal = propose(project, Asked(url, name, force, allow_private), progress)
    write_source_file(proposal.source.file, proposal.text, replace=force)
    if as_json:
        print_json(_document(proposal))
    else:
        _tell(proposal)


def _require_folder(directory: Path) -> None:
    """A database named in the environment makes no project of the working directory."""
    from pipelines.settings import SettingsError

    if not (directory / "freshet.toml").exists() and not (directory / "sources").is_dir():
        raise SettingsError(
            f"{directory} is no project to add a source to: make one with freshet init, or name --project"
        )


# ---------------------------------------------------------------- for a person


def _tell(proposal: Proposal) -> None:
    source, offers = proposal.source, proposal.offers
    for address, reading in proposal.pages:
        say(f"{shown(address)}")
        language = f" ({reading.language})" if reading.language != "und" else ""
        say(f"  {shown(reading.title) or 'no title'}{language}")
    say()
    if offers:
        _print_table(proposal)
        say(_counted(offers, _now(), source.ttl.days))
    else:
        say(_without_offers(proposal))
    _tell_findings(proposal)
    for note in proposal.notes:
        say(f"note: {shown(note)}")
    say()
    say(f"wrote {source.file}:")
    for line in proposal.text.splitlines():
        say(f"  {shown_line(line)}")
    say()
    say(f"next: freshet sync {source.name}")


def _print_table(proposal: Proposal) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = list(_rows(proposal))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    filled = [column for column in range(len(_COLUMNS)) if any(row[column] for row in rows)]
    for column in filled:
        name, ratio = _COLUMNS[column]
        table.add_column(name, ratio=ratio, overflow="fold")
    for row in rows:
        table.add_row(*(Text(row[column]) for column in filled))
    is_terminal = sys.stdout.isatty()
    width = None if is_terminal else _WIDTH
    Console(file=sys.stdout, width=width, highlight=False, no_color=not is_terminal).print(table)


def _rows(proposal: Proposal) -> Iterator[tuple[str, ...]]:
    zone, now = proposal.source.zone, _now()
    for offer in proposal.offers[:_MOST_ROWS]:
        cells = (
            offer.title,
            _price(offer),
            _valid(offer, zone, now),
            ", ".join(offer.category),
            _link(offer, proposal),
        )
        yield tuple(map(shown, cells))
    if len(proposal.offers) > _MOST_ROWS:
        yield (f"… and {len(proposal.offers) - _MOST_ROWS} more: --json lists all", "", "", "", "")


def _price(offer: Draft) -> str:
    if offer.price is None:
        return f"-{offer.discount_percent}%" if offer.discount_percent else ""
    before = f" (was {offer.price_before})" if offer.price_before else ""
    return f"{offer.price} {offer.currency or ''}".strip() + before


def _valid(offer: Draft, zone: ZoneInfo, now: datetime) -> str:
    if not offer.window.ranges:
        return "over, or its dates contradict each other"
    start, end = _bounds(offer)
    said = " ".join((f"from {first_day(start, zone)}" if start else "", f"until {last_day(end, zone)}" if end else ""))
    parts = f", on {len(offer.window.ranges)} separate occasions" if len(offer.window.ranges) > 1 else ""
    state = ", over" if end and end <= now else ", to come" if start and start > now else ""
    return f"{said.strip() or 'no end stated'}{parts} ({offer.window.validity}{state})"


def _link(offer: Draft, proposal: Proposal) -> str:
    """The path alone on the page's own origin: what differs is what is read."""
    from pipelines.urls import origin_of

    origin = origin_of(proposal.pages[0][0])
    link = offer.url.removeprefix(origin) if offer.url.startswith(origin + "/") else offer.url
    return link if len(link) <= _LONGEST_LINK else f"{link[: _LONGEST_LINK - 1]}…"


def _counted(offers: tuple[Draft, ...], now: datetime, ttl: int) -> str:
    over = sum(_is_over(offer, now) for offer in offers)
    endless = sum(offer.kind == "offer" and _has_no_end(offer) for offer in offers)
    said = f"{len(offers)} {offers[0].kind}{'s' if len(offers) > 1 else ''}"
    if over:
        said += f", {over} of them over: stored, never quoted"
    if endless:
        said += f", {endless} without a stated end: quoted until {ttl} days after last seen"
    return said


def _without_offers(proposal: Proposal) -> str:
    texts = [draft for _, reading in proposal.pages for draft in reading.drafts]
    characters = sum(len(block.text) for draft in texts for block in draft.blocks)
    return (
        f"no offers found: its text ({characters:,} characters) is kept as "
        f"{'documents' if any(draft.kind == 'document' for draft in texts) else 'pages'} instead. If it shows offers, "
        "name them with [offers] selectors: freshet init shows how"
    )


def _tell_findings(proposal: Proposal) -> None:
    findings = proposal.findings
    for finding in findings[:_MOST_FINDINGS]:
        say(f"finding: {finding.rule}: {shown(finding.message)[:300]}")
    if len(findings) > _MOST_FINDINGS:
        say(f"… and {len(findings) - _MOST_FINDINGS} more findings (--json lists all)")


def shown_line(line: str) -> str:
    """A line of the file, its spaces kept."""
    indent = line[: len(line) - len(line.lstrip(" "))]
    return indent + "".join(char for char in line.lstrip(" ") if char.isprintable() or char in "\u200c\u200d")


# ---------------------------------------------------------------- as JSON


def _document(proposal: Proposal) -> dict[str, Any]:
    source = proposal.source
    return {
        "source": source.name,
        "file": str(source.file),
        "kind": source.kind,
        "toml": proposal.text,
        "pages": [
            {"url": url, "title": reading.title, "language": reading.language} for url, reading in proposal.pages
        ],
        "offers": [_as_json(offer) for offer in proposal.offers],
        "findings": [vars(finding) for finding in proposal.findings],
        "notes": list(proposal.notes),
        "next": f"freshet sync {source.name}",
    }


def _as_json(offer: Draft) -> dict[str, Any]:
    start, end = _bounds(offer)
    names = ("url", "title", "description", "category", "price", "currency", "price_before", "discount_percent", "code",
             "image_url", "language")  # fmt: skip
    told = {name: getattr(offer, name) for name in names}
    stated = [found.text for found in offer.window.evidence]
    return {**told, "valid_from": start, "valid_until": end, "validity": offer.window.validity, "stated": stated}


# ---------------------------------------------------------------- windows


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _bounds(offer: Draft) -> tuple[datetime | None, datetime | None]:
    ranges = offer.window.ranges
    return (ranges[0][0], ranges[-1][1]) if ranges else (None, None)


def _has_no_end(offer: Draft) -> bool:
    return bool(offer.window.ranges) and _bounds(offer)[1] is None


def _is_over(offer: Draft, now: datetime) -> bool:
    end = _bounds(offer)[1]
    return not offer.window.ranges or (end is not None and end <= now)
