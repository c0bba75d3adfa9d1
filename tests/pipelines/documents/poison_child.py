"""A child whose parser does to the machine what hostile documents do; the document's name says what.

Run as `python -m tests.pipelines.documents.poison_child` through DocumentReader's `command`.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from pipelines.documents.child import serve
from pipelines.documents.results import DocumentContent, DocumentLimits
from pipelines.records import Block

_seen: list[str] = []


def read(body: bytes, name: str, media_type: str, limits: DocumentLimits) -> DocumentContent:
    """What the named misdeed leaves to say."""
    _seen.append(name)
    misdeed = _MISDEEDS.get(name.partition(".")[0], bytes.decode)
    return DocumentContent(name, (Block("paragraph", misdeed(body)),))


def _burn(body: bytes) -> str:
    while True:
        pass


def _wait(body: bytes) -> str:
    signal.pause()
    return ""


def _allocate(body: bytes) -> str:
    return str(len(bytearray(8 * 2**30)))


def _crash(body: bytes) -> str:
    ctypes.string_at(0)
    return ""


def _crash_later(body: bytes) -> str:
    """Fails only in a child that has read something else before."""
    return "first" if len(_seen) == 1 else _crash(body)


def _print(body: bytes) -> str:
    print("noise " * 100, flush=True)
    os.write(1, b"\xff" * 5000)
    return "still in frame"


def _flood(body: bytes) -> str:
    return "x" * int(body)


def _connect(body: bytes) -> str:
    tried = []
    attempts: list[Callable[[], object]] = [
        lambda: socket.create_connection(("127.0.0.1", int(body)), 1),
        lambda: socket.socket(),
    ]
    for attempt in attempts:
        try:
            attempt()
            tried.append("connected")
        except OSError as error:
            tried.append(str(error))
    return json.dumps(tried)


def _write(body: bytes) -> str:
    path = Path(tempfile.gettempdir()) / "left-behind"
    path.write_bytes(body)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])  # dies with the child's session
    return str(path)


def _write_much(body: bytes) -> str:
    (Path(tempfile.gettempdir()) / "large").write_bytes(b"x" * 4 * 2**20)
    return "written"


_MISDEEDS: dict[str, Callable[[bytes], str]] = {
    "burn": _burn,
    "wait": _wait,
    "allocate": _allocate,
    "abort": lambda body: os.abort(),
    "crash": _crash,
    "crash-later": _crash_later,
    "exit": lambda body: os._exit(3),
    "print": _print,
    "flood": _flood,
    "connect": _connect,
    "environment": lambda body: json.dumps(dict(os.environ)),
    "left": lambda body: json.dumps([str(path) for path in Path(tempfile.gettempdir()).iterdir()]),
    "write": _write,
    "write-much": _write_much,
    "pid": lambda body: str(os.getpid()),
    "surrogate": lambda body: "offer \ud800 \x00 \u202e end",
}

if __name__ == "__main__":
    serve(read)
