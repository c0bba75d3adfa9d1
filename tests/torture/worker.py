"""A process that has everything loaded and runs `freshet` commands in forks of itself, each failing where it is told.

`python -m tests.torture.worker` reads one order a line from stdin and answers each with one line on stdout. The
models are two counting ones, the rest is real. Boundaries are the product's own failpoints and every statement sent
to the database, before and after.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import signal
import socket
import stat
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray

import flows.cli
import flows.commands.syncing
import flows.feeds
import flows.persisting
import flows.switching
import flows.sync
import pipelines.documents.reading
import pipelines.reading
import pipelines.store.query_tables
import spiders.files
from flows.texts import Texts
from pipelines import database
from pipelines.failpoints import armed, failpoint
from pipelines.records import Draft, Page, ReadingRules
from pipelines.settings import load_project
from pipelines.store import forgetting, publishing
from pipelines.store.planning import PlannedChunk
from pipelines.vectors.models import ModelEntry
from pipelines.vectors.word_pieces import VocabularyItem
from tests.story import DIMENSIONS, CountingEncoder

__all__ = ["FAULTS", "main"]

_LOADED = (flows.commands.syncing, flows.feeds, flows.switching, flows.sync, pipelines.documents.reading,
           pipelines.reading, spiders.files)  # fmt: skip


@dataclass
class Fault:
    """What befalls the process, and at which crossing of a boundary; 0: nothing, they are only counted."""

    kind: str
    at: int
    crossed: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        self.crossed.append(name)
        if len(self.crossed) == self.at:
            FAULTS[self.kind](name)


def _raise(name: str) -> NoReturn:
    raise RuntimeError(f"made to fail at: {name}")


def _stop(name: str) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _kill(name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _interrupt(name: str) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _cut(name: str) -> None:
    """Every connection of this process ends, as by a network that resets them."""
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                with socket.socket(fileno=os.dup(descriptor)) as wire:
                    wire.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


def _full(name: str) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def _deadlock(name: str) -> NoReturn:
    raise psycopg.errors.DeadlockDetected("deadlock detected")


FAULTS: dict[str, Callable[[str], None]] = {
    "raise": _raise, "kill": _kill, "stop": _stop, "interrupt": _interrupt, "cut": _cut, "full": _full,
    "deadlock": _deadlock,
}  # fmt: skip


def main() -> None:
    """Serve orders until stdin ends."""
    _warm_up()
    _stand_in_for_models()
    _watch_statements()
    database._IDLE_IN_TRANSACTION = "1s"  # the tests wait for what a person would not
    for line in sys.stdin:
        order = json.loads(line)
        child = order.get("wait") or os.fork()
        if child == 0:
            _obey(order)
        if "wait" not in order:
            print(json.dumps({"pid": child}), flush=True)
        print(json.dumps({"status": _wait(child)}), flush=True)
        _load(Path(order.get("out", "/nowhere")))


def _warm_up() -> None:
    """Read a page, so that what readers load at their first page is loaded before any fork."""
    body = (
        b"<html><body><main><h1>Hours</h1><p>Open from nine to nine on every day of the week.</p></main></body></html>"
    )
    now = datetime.now(UTC)
    page = Page("file:warm.html", body, "text/html", now, ReadingRules("warm", ZoneInfo("UTC")))
    with pipelines.documents.reading.DocumentReader() as documents:
        pipelines.reading.read_page(page, documents=documents)


def _load(out: Path) -> None:
    """Import what that command imported, so that the forks after it need not."""
    modules = out.with_suffix(".modules")
    for name in modules.read_text().split() if modules.exists() else ():
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _wait(child: int) -> int:
    """The child's wait status once it ended, or stopped (then its end is somebody else's to wait for)."""
    return os.waitpid(child, os.WUNTRACED)[1]


def _obey(order: dict[str, Any]) -> NoReturn:
    """Run the command in this fork and leave what it crossed in a file beside its output."""
    out = Path(order["out"])
    os.environ.update(order["environment"])
    global _chunked_by
    _chunked_by = order.get("chunked_by", "")
    flows.persisting._PATIENCE = float(order.get("patience", flows.persisting._PATIENCE))
    fault = Fault(order["kind"], order["at"])
    code = 70
    try:
        with out.open("w") as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            sys.argv = ["freshet", *order["arguments"]]
            with armed(fault):
                _sweep() if order["arguments"] == ["sweep"] else flows.cli.main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 71
    except BaseException:
        with out.open("a") as said:
            traceback.print_exc(file=said)
    finally:
        with out.with_suffix(".crossed").open("w") as told:
            told.write("\n".join(fault.crossed))
        with out.with_suffix(".modules").open("w") as told:
            told.write("\n".join(name for name in sys.modules if name != "__main__"))
        os._exit(code)


def _sweep() -> NoReturn:
    """What the schedule does every minute, without its server."""
    project = load_project(Path(os.environ["FRESHET_PROJECT"]))
    try:
        with database.connect(project, role="writer", autocommit=True) as conn:
            publishing.expire(conn)
            forgetting.forget(conn, project.history.retention)
    except Exception as error:
        print(error)
        sys.exit(1)
    sys.exit(0)


# ---------------------------------------------------------------- what stands in for the slow parts

_chunked_by = ""
_MODEL = ModelEntry(
    "all-MiniLM-L6-v2", "tests/counting", "local", DIMENSIONS, 256, Path("/nowhere"), "0" * 64, "0" * 64
)
_WORDS = ("oil", "brake", "tyres", "غسيل", "warranty", "hours")  # of its vocabulary
_MODELS = {_MODEL.name: _MODEL, "other": replace(_MODEL, name="other", weights_sha256="1" * 64)}


def _stand_in_for_models() -> None:
    encoder = CountingEncoder()

    def encode(self: Texts, texts: list[str]) -> NDArray[np.float32]:
        failpoint("encode")
        # the two models see the same words in another light
        return encoder(texts) if self.model.name == _MODEL.name else np.roll(encoder(texts), 1, axis=1)

    def chunker(self: Texts, rules: ReadingRules) -> Callable[..., list[PlannedChunk]]:
        return _chunked

    for name, stand_in in {
        "model": property(lambda self: _MODELS[self._name]),
        "encode": encode,
        "encode_queries": encode,
        "encode_query": lambda self, text: encode(self, [text])[0],
        "over_limit": lambda self, texts: 0,
        "chunker": chunker,
    }.items():
        setattr(Texts, name, stand_in)
    words = [VocabularyItem(word, False) for word in _WORDS]
    vars(pipelines.store.query_tables)["vocabulary"] = lambda model: words


def _chunked(draft: Draft, observed_at: object) -> list[PlannedChunk]:
    blocks = [block.text for block in draft.blocks] or [draft.title]
    return [PlannedChunk(draft.title, text, f"{_chunked_by}{draft.title}\n{text}") for text in blocks]


def _watch_statements() -> None:
    """Make a boundary of every statement, before it is sent and after its answer."""
    for cursor, method in (
        (psycopg.Cursor, "execute"),
        (database._Cursor, "executemany"),
        (psycopg.ServerCursor, "execute"),
    ):
        setattr(cursor, method, _watched(getattr(cursor, method)))


def _watched(real: Callable[..., Any]) -> Callable[..., Any]:
    def watched(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        words = " ".join(
            (query if isinstance(query, str) else bytes(query).decode() if isinstance(query, bytes) else "…").split()
        )
        if words == "select":  # the tail of many statements, no boundary of its own
            return real(self, query, *arguments, **options)
        failpoint(f"before {words[:60]}")
        answer = real(self, query, *arguments, **options)
        failpoint(f"after {words[:60]}")
        return answer

    return watched


if __name__ == "__main__":
    main()
