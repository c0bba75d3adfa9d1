"""The command line: `freshet`. Commands import what they need when they run, so that --help answers at once."""

from __future__ import annotations

import errno
import logging
import signal
import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from flows.commands import (
    accounting,
    adding,
    asking,
    databases,
    deciding,
    evaluating,
    following,
    hooks,
    keys,
    mcp,
    models,
    projects,
    running,
    serving,
    syncing,
)
from flows.commands.options import Folder, choose_folder

__all__ = ["app", "main"]

app = typer.Typer(
    help="Freshet keeps a chatbot's knowledge true: it watches sites, knows until when each fact holds, and answers "
    "with what is true now.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(projects.init)
app.command()(adding.add)
app.command()(syncing.sync)
app.add_typer(running.runs, name="runs")
app.command()(syncing.reindex)
app.add_typer(models.model, name="model")
app.command()(asking.search)
app.command()(asking.offers)
app.command()(following.changes)
app.command()(accounting.explain)
app.command()(accounting.status)
app.command()(asking.history)
app.command("eval")(evaluating.evaluate)
app.command()(asking.demand)
app.command()(deciding.approve)
app.command()(deciding.rollback)
app.command()(deciding.resume)
app.command()(deciding.withdraw)
app.command()(deciding.restore)
app.command()(deciding.remove)
app.command()(serving.serve)
app.command()(mcp.mcp)
app.command()(projects.schedule)
app.add_typer(keys.key, name="key")
app.add_typer(hooks.hooks, name="hooks")
app.add_typer(databases.db, name="db")
app.command()(projects.demo)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"freshet {version('freshet')}\n")
        raise typer.Exit


@app.callback()
def _before(
    folder: Folder = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done, on stderr.")] = False,
    show_version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    del show_version
    choose_folder(folder)
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR,
        stream=sys.stderr,
        format="%(levelname)s %(name)s: %(message)s",
    )
    if not verbose:  # it sets a level of its own; what went wrong is said by us
        logging.getLogger("psycopg").setLevel(logging.ERROR)


def main() -> NoReturn:
    """Run the command line; exit 2 on wrong usage or settings, 1 on failure, 3 when something waits for a person."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        app()
    except KeyboardInterrupt:
        _fail("stopped", 130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        from pipelines.records import FreshetError
        from pipelines.setting_values import SettingsError

        if isinstance(error, SettingsError):
            _fail(str(error), 2)
        if isinstance(error, FreshetError):
            _fail(str(error), 1)
        if said := _foreign(error):
            _fail(said, 1)
        raise
    sys.exit(0)


_WAYS_OUT = {
    errno.EACCES: "; let this user read and write there, or run Freshet as one who may",
    errno.EROFS: "; keep the project where files can be written, or name another with --project",
    errno.ENOSPC: "; make room there and run it again: nothing is half done",
}


def _foreign(error: Exception) -> str:
    """What is said of an error that the machine or the database made; empty for one that is our own mistake."""
    if isinstance(error, OSError):
        said = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        return said + _WAYS_OUT.get(error.errno or 0, "")
    if "psycopg" not in sys.modules:  # nobody could have raised one of its errors
        return ""
    import psycopg

    from pipelines.database import explained

    return explained(error) if isinstance(error, psycopg.Error) else ""


def _stop(number: int, frame: object) -> NoReturn:
    del number, frame
    raise KeyboardInterrupt


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(f"freshet: {message}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
