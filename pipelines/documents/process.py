"""One child process that reads documents: started, asked, and killed with everything it started when it goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.documents.results import DocumentLimits
from pipelines.documents.sandbox import child_environment
from pipelines.documents.wire import HEADER, frame
from pipelines.records import FreshetError

__all__ = ["ChildEnded", "ChildFlooded", "ChildProcess", "ChildSilent", "ReaderUnavailable"]

_START_SECONDS = 60.0  # a cold interpreter on a busy machine
_BYTES_PER_CHARACTER = 8  # of an answer, frames and numbers included


class ReaderUnavailable(FreshetError):
    """The reading process cannot be started at all: the installation is at fault, not a document."""


class ChildSilent(Exception):
    """No answer in time."""


class ChildFlooded(Exception):
    """A longer answer than any honest one."""


class ChildEnded(Exception):
    """The child is gone; `status` is its exit status, negative for a signal."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


class ChildProcess:
    """A running child. Not for use by two threads at once."""

    def __init__(self, command: Sequence[str], directory: Path, limits: DocumentLimits) -> None:
        self.served = 0  # documents asked so far
        self._log = directory.parent / f"{directory.name}.log"
        self._longest = limits.text * _BYTES_PER_CHARACTER
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=directory,
                env=child_environment(directory),
                start_new_session=True,  # so that what the child starts (pandoc) is killed with it
            )
        self._greet(limits)

    def ask(self, request: Mapping[str, Any], seconds: float) -> Any:
        """The child's answer to one request. Raises ChildSilent, ChildEnded, ChildFlooded or ValueError (not JSON)."""
        self.served += 1
        deadline = time.monotonic() + seconds
        self._write(frame(request))
        (length,) = HEADER.unpack(self._read(HEADER.size, deadline))
        if length > self._longest:
            raise ChildFlooded
        return json.loads(self._read(length, deadline))

    @property
    def alive(self) -> bool:
        """Whether it still runs; one that ended while idle blames no document."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the child and all it started; safe to call again."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not sent to a dead child stays unsent
                    stream.close()

    def _greet(self, limits: DocumentLimits) -> None:
        try:
            self.ask({"limits": asdict(limits)}, _START_SECONDS)
        except (ChildEnded, ChildSilent, ChildFlooded, ValueError) as error:
            self.kill()
            tail = self._log.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise ReaderUnavailable(
                f"the process that reads documents does not start ({type(error).__name__}: {error}; "
                f"{''.join(tail)}). Try: python -m pipelines.documents.child < /dev/null"
            ) from error
        self.served = 0

    def _write(self, data: bytes) -> None:
        """Requests are short (bodies travel as files), so the pipe takes them whole."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise ChildEnded(self._process.wait()) from error

    def _read(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        received = bytearray()
        while len(received) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise ChildSilent
            piece = os.read(descriptor, min(size - len(received), 2**20))
            if not piece:
                raise ChildEnded(self._process.wait())
            received += piece
        return bytes(received)
