"""`freshet sync`, `reindex`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from flows.commands.models import switch_model, warn_of_difference
from flows.commands.options import AsJson, Folder, opened, sources_named
from flows.commands.output import print_json
from flows.commands.telling import tell

if TYPE_CHECKING:
    from flows.reports import Report
    from flows.running import Options

__all__ = ["reindex", "sync"]

Names = Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Sources; all when none is named.")]

# Which exit code a run's state asks for; the worst of several runs decides, in this order.
_CODES = {"failed": 1, "cancelled": 1, "held": 3, "partial": 3, "published": 0, "planned": 0}


def sync(
    names: Names = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop after the plan and print it.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Ignore HTTP validators and read caches.")] = False,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Crawl, read, embed what changed, publish.

    Example: freshet sync autocare-offers --dry-run
    """
    from flows.running import Options

    _run(names, Options(dry_run=dry_run, full=full), as_json, folder)


def reindex(
    names: Names = None,
    model: Annotated[str | None, typer.Option("--model", help="Serve with this model from now on.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Switch although more than 5 % fewer questions are answered.")
    ] = False,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Rebuild readings, chunks and embeddings from stored captures, without network.

    With --model: embed what is served with another model beside the one in use, ask both for titles and sentences of
    the base's own texts and for the questions in questions.jsonl, switch at once. Cut short, it goes on where it stood.

    Example: freshet reindex autocare-offers
    """
    from flows.running import Options

    if model is not None:
        if names:
            raise typer.BadParameter("one model serves all sources: name none with --model")
        switch_model(model, force=force, as_json=as_json, folder=folder)
        return
    _run(names, Options(full=True, reindex=True), as_json, folder)


def _run(names: list[str] | None, options: Options, as_json: bool, folder: Folder) -> None:
    from flows.bars import bars
    from flows.reading import check_reading
    from flows.sync import Stopped, looked_at, sync_all
    from flows.texts import check_model
    from pipelines.settings import SettingsError

    project = opened(folder)
    named = sources_named(project, names)
    chosen = looked_at(named, options)
    for source in named if names else ():
        if source not in chosen:
            raise SettingsError(
                f"{source.name}: kind = push is changed by PUT and DELETE alone, there is nothing to sync"
            )
    for source in chosen:
        check_reading(source)
    check_model(project)
    warn_of_difference(project)
    try:
        with bars() as progress:
            reports = sync_all(project, chosen, options, progress)
    except Stopped as stopped:
        _print(stopped.reports, as_json, ZoneInfo(project.timezone))
        raise
    _print(reports, as_json, ZoneInfo(project.timezone))
    codes = {_CODES[report.state] for report in reports}
    raise typer.Exit(1 if 1 in codes else max(codes, default=0))


def _print(reports: list[Report], as_json: bool, zone: ZoneInfo) -> None:
    if as_json:
        print_json({"runs": [report.as_json() for report in reports]})
    else:
        for report in reports:
            tell(report, zone)
