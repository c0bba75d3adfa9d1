"""The child in which documents are read: one request a document on stdin, one answer on stdout, until stdin ends.

Started as `python -m pipelines.documents.child` by pipelines.documents.reading; it may be killed at any moment.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.documents.results import DocumentContent, DocumentEmpty, DocumentError, DocumentLimits, DocumentTooLarge
from pipelines.documents.sandbox import allow_cpu, confine
from pipelines.documents.wire import content_to_wire, frame, read_frame
from pipelines.web.decoding import BadContent

__all__ = ["Read", "serve"]

Read = Callable[[bytes, str, str, DocumentLimits], DocumentContent]  # (body, name, media type, limits)
_GRACE = 10  # seconds after which the child ends itself, should the parent that kills it be gone


def serve(read: Read) -> None:
    """Answer requests with what `read` returns or raises; `read` is a parameter so that tests can bring a poison."""
    requests, answers = _private_streams()
    opening = read_frame(requests)
    if opening is None:
        return
    limits = DocumentLimits(**opening["limits"])
    confine(limits)
    _send(answers, {"ready": True})
    while (request := read_frame(requests)) is not None:
        allow_cpu(limits.cpu_seconds)
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + _GRACE)
        _send(answers, _answer(read, request, limits))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under numbers of their own, so that a library that prints cannot break a frame."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return requests, answers


def _send(answers: BinaryIO, message: Mapping[str, Any]) -> None:
    answers.write(frame(message))
    answers.flush()


def _answer(read: Read, request: Mapping[str, str], limits: DocumentLimits) -> dict[str, Any]:
    name = request["name"]
    try:
        body = Path(request["path"]).read_bytes()
        return {"content": content_to_wire(_within(read(body, name, request["media_type"], limits), name, limits))}
    except DocumentError as error:
        return {"error": error.reason, "message": str(error)}
    except BadContent as error:
        return {"error": "bad_encoding", "message": f"{name}: {error}"}
    except MemoryError:
        return {"error": "memory", "message": ""}
    except RecursionError:
        return {"error": "broken", "message": f"{name}: nested too deeply to be read"}
    except Exception as error:  # whatever a parser raises says that the document is broken, not that the run is
        return {"error": "broken", "message": f"{name}: damaged, its reader failed with {_described(error)}"}


def _within(content: DocumentContent, name: str, limits: DocumentLimits) -> DocumentContent:
    characters = sum(len(block.text) for block in content.blocks)
    if characters > limits.text:
        raise DocumentTooLarge(f"{name}: {characters:,} characters of text; at most {limits.text:,} are read")
    if not any(block.text.strip() for block in content.blocks):
        raise DocumentEmpty(f"{name}: no text in it")
    return content


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def main() -> None:
    """Serve with the real readers."""
    from pipelines.documents.readers import read

    serve(read)


if __name__ == "__main__":
    main()
