"""Serve the example site on loopback: `python examples/autocare/serve.py [--port 8753] [--today 2026-12-31T22:00]`."""

from __future__ import annotations

import argparse
import errno
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType

if not __package__:  # run as a script: the modules are found from the repository's root
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from examples.autocare.schedule import ZONE
from examples.autocare.server import SiteServer, make_server

__all__ = ["main", "make_server"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; the exit code: 0 stopped, 1 the port is taken."""
    options = _parser().parse_args(arguments)
    try:
        server = make_server(options.port, _clock(options.today), options.host)
    except OSError as error:
        print(_refusal(options.host, options.port, error), file=sys.stderr)
        return 1
    with server:
        _serve(server)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Serve the example site of an invented car-service chain.")
    parser.add_argument("--port", type=int, default=8753)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--today",
        type=_moment,
        help="the moment the offers are counted from, ISO 8601, Riyadh time unless it says otherwise; default: now",
    )
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _clock(today: datetime | None) -> Callable[[], datetime]:
    return (lambda: datetime.now(ZONE)) if today is None else (lambda: today)


def _serve(server: SiteServer) -> None:
    def stop(signum: int, frame: FrameType | None) -> None:
        # shutdown() waits for the loop that this very thread runs, so another thread has to ask.
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    print(f"serving {len(server.resources)} resources on {server.url}/", flush=True)
    server.serve_forever(poll_interval=0.1)


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"autocare: {host}:{port} is taken by another process. Stop that, or choose another with --port."
    return f"autocare: cannot listen on {host}:{port}: {error.strerror}. Choose another --host or --port."


if __name__ == "__main__":
    sys.exit(main())
