"""Documents are read in a child process that can be killed: whatever a file does to its parser, the run goes on.

`DocumentReader` keeps one child for many documents (importing the office libraries takes
seconds) and replaces it when it was killed, crashed or has served long enough. The child has
no network, none of the caller's environment, and limits on time, memory and files
(pipelines.documents.sandbox); it is told what to read and answers in JSON (pipelines.documents.wire).
What runs inside: pipelines.documents.child, pipelines.documents.readers.
"""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipelines.documents.process import ChildEnded, ChildFlooded, ChildProcess, ChildSilent
from pipelines.documents.results import (
    DocumentBroken,
    DocumentContent,
    DocumentEmpty,
    DocumentError,
    DocumentKilled,
    DocumentLimits,
    DocumentTimedOut,
    DocumentTooLarge,
    error_for,
)
from pipelines.documents.wire import content_from_wire
from pipelines.web.characters import fold

__all__ = ["CHILD", "DocumentContent", "DocumentError", "DocumentLimits", "DocumentReader", "read_document"]

# -P keeps the working directory off the module path, -s the user's own packages.
CHILD = (sys.executable, "-P", "-s", "-m", "pipelines.documents.child")
_LONGEST_NAME = 200  # characters; names come from URLs and may be anything


def read_document(
    body: bytes, *, name: str, media_type: str = "", limits: DocumentLimits | None = None
) -> DocumentContent:
    """What one document says, read in a child of its own; for many documents use DocumentReader."""
    with DocumentReader(limits) as reader:
        return reader.read(body, name=name, media_type=media_type)


class DocumentReader:
    """Reads documents one after the other in a reused child process. Not for use by two threads at once."""

    def __init__(self, limits: DocumentLimits | None = None, command: Sequence[str] = CHILD) -> None:
        self._limits = limits or DocumentLimits()
        self._command = command
        self._child: ChildProcess | None = None
        self._home = Path(tempfile.mkdtemp(prefix="freshet-documents-"))
        self._directory = self._home / "child"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the child and remove its files; the reader cannot be used afterwards."""
        self._drop_child()
        shutil.rmtree(self._home, ignore_errors=True)

    def read(self, body: bytes, *, name: str, media_type: str = "") -> DocumentContent:
        """What the document says.

        `name` is the file's name or the last part of its URL: its suffix tells apart what bytes
        alone do not (Markdown from plain text). Raises one of the errors of
        pipelines.documents.results, each with its outcome; ReaderUnavailable when no child starts.
        """
        name = fold(name)[-_LONGEST_NAME:] or "document"
        self._check_size(body, name)
        try:
            return self._attempt(body, name, media_type)
        except DocumentKilled:
            if self._first_of_child:
                raise
        # The child had read other documents before: what they left behind must not be blamed on this one.
        return self._attempt(body, name, media_type)

    def _check_size(self, body: bytes, name: str) -> None:
        if not body.strip(b" \t\r\n\0"):
            raise DocumentEmpty(f"{name}: empty, {len(body)} bytes without content")
        if len(body) > self._limits.body:
            raise DocumentTooLarge(f"{name}: {len(body):,} bytes; at most {self._limits.body:,} are read")

    def _attempt(self, body: bytes, name: str, media_type: str) -> DocumentContent:
        child = self._ready_child()
        self._first_of_child = child.served == 0
        path = self._directory / "document"
        path.write_bytes(body)
        try:
            answer = child.ask({"path": str(path), "name": name, "media_type": media_type}, self._limits.seconds)
            return self._accept(answer, name)
        except ChildSilent as error:
            raise self._blame(DocumentTimedOut, name, f"not read within {self._limits.seconds:g} s") from error
        except ChildEnded as error:
            raise self._blame_end(error.status, name) from error
        except ChildFlooded as error:
            raise self._blame(DocumentTooLarge, name, f"more than {self._limits.text:,} characters of text") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._blame(DocumentBroken, name, f"its reader answered nonsense ({error})") from error
        finally:
            self._tidy_up()

    def _accept(self, answer: Any, name: str) -> DocumentContent:
        reason = answer.get("error")
        if reason is None:
            return content_from_wire(answer["content"])
        if reason == "memory":
            raise self._blame(DocumentKilled, name, f"needs more than {self._limits.memory:,} bytes of memory")
        raise error_for(str(reason), fold(str(answer["message"])))

    def _blame_end(self, status: int, name: str) -> DocumentError:
        if -status == signal.SIGXCPU:
            return self._blame(DocumentTimedOut, name, f"took over {self._limits.cpu_seconds} s of processor time")
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return self._blame(DocumentKilled, name, f"its reader {how}")

    def _blame(self, error: type[DocumentError], name: str, cause: str) -> DocumentError:
        """The error to raise, with the child gone: after any of these it cannot be trusted again."""
        self._drop_child()
        return error(f"{name}: {cause}; the file is skipped, the others go on")

    def _ready_child(self) -> ChildProcess:
        if self._child is not None and (not self._child.alive or self._child.served >= self._limits.documents):
            self._drop_child()
        if self._child is None:
            self._tidy_up()
            self._child = ChildProcess(self._command, self._directory, self._limits)
        return self._child

    def _drop_child(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _tidy_up(self) -> None:
        """Leave the child an empty folder: nothing of one document is there for the next."""
        if not self._directory.exists():
            self._directory.mkdir(parents=True)
        for path in self._directory.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
