"""`freshet serve`: the HTTP door, and the webhooks, until stopped.

Streams are ended first: a stop takes no longer than answers do.
"""

from __future__ import annotations

import gc
import logging
import socket
import sys
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from flows.deciding import Decisions
from flows.pushing import Pushes
from flows.webhooks import delivering
from pipelines.records import FreshetError
from retrieval.http.app import create_app
from retrieval.http.envelope import JsonLines
from retrieval.http.patience import Patience, allow_connections

if TYPE_CHECKING:
    from fastapi import FastAPI

    from pipelines.settings import Project

__all__ = ["AddressTaken", "serve"]

_GRACE = 10  # seconds that answers under way are given when the server is stopped


class AddressTaken(FreshetError):
    """Another process listens there, or the address is none of this machine's."""


def serve(project: Project, *, host: str | None = None, port: int | None = None, log_queries: bool = False) -> None:
    """Answer, and deliver to webhooks, until SIGTERM or SIGINT.

    Raises AddressTaken, SettingsError for a webhook's secret that cannot sign.
    """
    listener = _listening(host or project.api.host, port if port is not None else project.api.port)
    _log_as_json()
    app = create_app(project, log_queries=log_queries, deciding=Decisions(project), pusher=Pushes(project))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        # who asks is decided by the peer; a header that names another would open the door that is for this machine
        proxy_headers=False,
        http=Patience,
        timeout_graceful_shutdown=_GRACE,
    )
    allow_connections()
    _collect_seldom()
    with delivering(project):
        _Server(config, app).run([listener])


def _listening(host: str, port: int) -> socket.socket:
    """A socket that is bound there, said to a person; the server would only log that it could not be."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        cause = (error.strerror or "").partition(" (while")[0]
        raise AddressTaken(
            f"cannot listen on {where}: {cause}. Stop what listens there, or choose another address: "
            "freshet serve --port PORT --host HOST, or host and port under [api] in freshet.toml"
        ) from error
    said = f"freshet: http://{where} (what may be asked: http://{where}/openapi.json); stop with Ctrl-C\n"
    sys.stderr.write(said)
    return listener


class _Server(uvicorn.Server):
    """Ends the streams when it is told to stop; they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn's, streams first."""
        self._app.state.hub.close()
        super().handle_exit(sig, frame)


def _collect_seldom() -> None:
    """What an answer needed goes as soon as nothing refers to it; the collector, meant for what refers to itself, walks
    whatever stays, a model above all, while everybody waits."""
    gc.set_threshold(20_000, 50, 50)


def _log_as_json() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("uvicorn.error", "mcp"):  # what they tell of each request is told once, by us
        logging.getLogger(name).setLevel(logging.WARNING)
