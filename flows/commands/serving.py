"""`freshet serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.options import Folder, opened

__all__ = ["serve"]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else [api] host.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; else [api] port.")] = None,
    log_queries: Annotated[bool, typer.Option(help="Log what is asked too; it may be personal.")] = False,
    folder: Folder = None,
) -> None:
    """Answer over HTTP until stopped; without any key this machine alone is answered.

    Example: freshet serve --port 8642
    """
    from flows.doors import serve

    serve(opened(folder), host=host, port=port, log_queries=log_queries)
