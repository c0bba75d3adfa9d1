"""Whatever a document does to its parser, it is killed and named, and the next one is read in the same run."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.documents.process import ReaderUnavailable
from pipelines.documents.reading import DocumentError, DocumentReader
from pipelines.documents.results import (
    DocumentBroken,
    DocumentEmpty,
    DocumentKilled,
    DocumentLimits,
    DocumentTimedOut,
    DocumentTooLarge,
    error_for,
)
from pipelines.documents.wire import content_from_wire
from pipelines.records import Outcome

ROOT = Path(__file__).parents[3]
START = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
    "from tests.pipelines.documents import poison_child as p; p.serve(p.read)"
)
POISON = (sys.executable, "-P", "-s", "-c", START)
LIMITS = DocumentLimits(body=10_000, seconds=20, cpu_seconds=1, memory=2**30, text=50_000, written=2**20)


@pytest.fixture(scope="module")
def shared() -> Iterator[DocumentReader]:
    with DocumentReader(LIMITS, POISON) as reader:
        yield reader


def said(reader: DocumentReader, name: str, body: bytes = b"text") -> str:
    return reader.read(body, name=name).blocks[0].text


@pytest.mark.hazard("D3")
@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("burn.pdf", DocumentTimedOut, "processor time"),
        ("allocate.pdf", DocumentKilled, "bytes of memory"),
        ("abort.pdf", DocumentKilled, "SIGABRT"),
        ("crash.pdf", DocumentKilled, "SIGSEGV"),
        ("exit.pdf", DocumentKilled, "status 3"),
    ],
)
def test_poison_is_named_and_the_next_document_is_read(
    shared: DocumentReader, name: str, error: type[DocumentError], words: str
) -> None:
    """A parser that burns, swells or crashes costs its own document alone, and counts as a strike."""
    with pytest.raises(error, match=words) as raised:
        shared.read(b"text", name=name)
    assert raised.value.outcome == Outcome.PARSE_FAILED  # what quarantine counts
    assert str(raised.value).startswith(f"{name}: ")
    assert said(shared, "good.txt") == "text"


def test_parser_that_waits_is_killed() -> None:
    """A parser that does nothing is ended by the wall clock."""
    with DocumentReader(LIMITS, POISON) as reader:
        assert said(reader, "good.txt") == "text"
        reader._limits = DocumentLimits(seconds=0.3)
        with pytest.raises(DocumentTimedOut, match=r"within 0\.3 s"):
            reader.read(b"text", name="wait.pdf")
        reader._limits = LIMITS
        assert said(reader, "good.txt") == "text"


def test_predecessor_is_not_blamed_on_its_successor(shared: DocumentReader) -> None:
    """A crash in a child that has read other documents before is tried once more in a new one."""
    assert said(shared, "good.txt") == "text"
    assert said(shared, "crash-later.pdf") == "first"


def test_child_that_died_while_idle_blames_nobody(shared: DocumentReader) -> None:
    """A child that is gone before it was asked is replaced without a word."""
    pid = int(said(shared, "pid.txt"))
    os.kill(pid, signal.SIGKILL)
    assert int(said(shared, "pid.txt")) != pid


def test_child_is_reused_and_replaced_in_time() -> None:
    """One child reads many documents, and is replaced after the number allowed, so that leaks end."""
    with DocumentReader(DocumentLimits(documents=2), POISON) as reader:
        pids = [said(reader, "pid.txt") for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_printing_does_not_break_frames(shared: DocumentReader) -> None:
    """What a library prints goes nowhere near the answers."""
    assert said(shared, "print.pdf") == "still in frame"


def test_too_much_text(shared: DocumentReader) -> None:
    """More text than allowed is refused by the child, and by the parent should the child not."""
    with pytest.raises(DocumentTooLarge, match="characters"):
        shared.read(b"60000", name="flood.pdf")
    with pytest.raises(DocumentTooLarge, match="10,001 bytes"):
        shared.read(b"x" * 10_001, name="long.pdf")


def test_no_secret_reaches_the_child(shared: DocumentReader, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child's environment holds nothing of the caller's but the search path, and the opt-outs of its libraries."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://canary")
    with DocumentReader(LIMITS, POISON) as reader:
        environment = json.loads(said(reader, "environment.txt"))
    assert "canary" not in json.dumps(environment)
    assert environment["DO_NOT_TRACK"] == environment["SCARF_NO_ANALYTICS"] == "1"


def test_no_network(shared: DocumentReader) -> None:
    """A connection, even to this machine, is refused, and the server sees nobody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        tried = json.loads(said(shared, "connect.pdf", str(server.getsockname()[1]).encode()))
        with pytest.raises(TimeoutError):
            server.accept()
    assert tried == ["a document reader has no network"] * 2


def test_files_are_bounded_and_removed(shared: DocumentReader) -> None:
    """A child writes small files into a folder of its own, which is empty for the next document and gone at the end."""
    with DocumentReader(LIMITS, POISON) as reader:
        written = Path(said(reader, "write.pdf"))
        assert not written.exists()
        assert [Path(path).name for path in json.loads(said(reader, "left.txt"))] == ["document"]
        with pytest.raises(DocumentBroken, match="File too large"):
            reader.read(b"text", name="write-much.pdf")
    assert not written.parent.parent.exists()


def test_what_a_child_says_is_cleaned(shared: DocumentReader) -> None:
    """Lone surrogates, NULs and direction overrides never come out of a document."""
    assert said(shared, "surrogate.txt") == "offer ? end"


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"title": 1, "language": "en", "blocks": [], "findings": []},
        {"title": "", "language": "en", "blocks": [["script", "x", 0, None, None]], "findings": []},
        {"title": "", "language": "en", "blocks": [["paragraph", None, 0, None, None]], "findings": []},
        {"title": "", "language": "en", "blocks": [["paragraph", "x", 0, -1, None]], "findings": []},
        {"title": "", "language": "en", "blocks": [["paragraph", "x", 0, 2**40, None]], "findings": []},
        {"title": "", "language": "en", "blocks": [["paragraph"]], "findings": []},
        {"title": "", "language": "en", "blocks": "x", "findings": []},
    ],
)
def test_nonsense_from_a_child_is_refused(message: dict[str, object]) -> None:
    """A child that was taken over cannot pass on anything but plain blocks."""
    with pytest.raises(ValueError):  # noqa: PT011  # any message: a person sees the document's name beside it
        content_from_wire(message)


@pytest.mark.hazard("D4")
@pytest.mark.parametrize("body", [b"", b"  \r\n\t", b"\0" * 50])
def test_empty_file(shared: DocumentReader, body: bytes) -> None:
    """A file without content has a reason of its own."""
    with pytest.raises(DocumentEmpty, match="empty"):
        shared.read(body, name="empty.txt")


def test_child_that_does_not_start() -> None:
    """A command that fails is the installation's fault: the message says how to look."""
    with (
        DocumentReader(LIMITS, (sys.executable, "-c", "raise SystemExit('no such library')")) as reader,
        pytest.raises(ReaderUnavailable, match="no such library"),
    ):
        reader.read(b"text", name="a.pdf")


def test_every_error_has_an_outcome_a_run_knows() -> None:
    """Each reason maps to an outcome of the closed list; an unknown one is a broken document."""
    reasons = [
        "encrypted",
        "no_text",
        "broken",
        "bad_encoding",
        "unsupported",
        "too_large",
        "bomb",
        "unsafe",
        "timed_out",
        "killed",
    ]
    outcomes = {reason: error_for(reason, "x").outcome for reason in reasons}
    assert set(outcomes.values()) == {
        Outcome.BAD_CONTENT,
        Outcome.EMPTY_EXTRACTION,
        Outcome.PARSE_FAILED,
        Outcome.TOO_LARGE,
    }
    assert isinstance(error_for("invented", "x"), DocumentBroken)
