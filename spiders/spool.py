"""The spool: every capture of a crawl in one append-only file, written as it comes, read back as a stream.

A record is a head of two lengths, the capture's fields as JSON, and its body. A hundred thousand
pages make one file; a record cut by a crash ends the stream and loses nothing before it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.records import Capture, FreshetError, Outcome

__all__ = ["SPOOL", "SpoolWriter", "read_spool"]

SPOOL = "captures.spool"
_MAGIC = b"freshet1"
_HEAD = struct.Struct(">IQ")  # bytes of JSON, bytes of body
_NO_BODY = 2**64 - 1


class SpoolWriter:
    """Appends captures to the spool of a crawl's directory."""

    def __init__(self, directory: Path) -> None:
        self._file = (directory / SPOOL).open("wb")
        self._file.write(_MAGIC)
        self.count = 0

    def append(self, capture: Capture) -> None:
        """Write one capture whole; a reader of the finished file sees it or, after a crash, nothing of it."""
        fields = json.dumps(_plain(capture), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        body = capture.body
        self._file.write(_HEAD.pack(len(fields), _NO_BODY if body is None else len(body)))
        self._file.write(fields)
        self._file.write(body or b"")
        self.count += 1

    def flush(self) -> None:
        """Hand what was appended to the operating system, so that it outlives a crash of this process."""
        self._file.flush()

    def close(self) -> None:
        """Flush and close; nothing can be appended afterwards."""
        self._file.close()


def read_spool(directory: Path) -> Iterator[Capture]:
    """Yield the captures of a crawl in the order they were made, one in memory at a time.

    Raises FreshetError when the file is no spool. No file, an empty one or a cut last record: the stream just ends.
    """
    path = directory / SPOOL
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        magic = file.read(len(_MAGIC))
        if not _MAGIC.startswith(magic):
            raise FreshetError(f"{path}: not a spool of captures; crawl again")
        while (capture := _next(file)) is not None:
            yield capture


def _next(file: BinaryIO) -> Capture | None:
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    field_bytes, body_bytes = _HEAD.unpack(head)
    fields = file.read(field_bytes)
    body = None if body_bytes == _NO_BODY else file.read(body_bytes)
    if len(fields) < field_bytes or (body is not None and len(body) < body_bytes):
        return None
    return _capture(json.loads(fields.decode("utf-8", "surrogatepass")), body)


def _plain(capture: Capture) -> dict[str, Any]:
    fields = {name: value for name, value in capture.__dict__.items() if name != "body" and value is not None}
    return fields | {"fetched_at": capture.fetched_at.isoformat()}


def _capture(fields: dict[str, Any], body: bytes | None) -> Capture:
    links = fields.pop("links", None)
    return Capture(
        **fields
        | {
            "outcome": Outcome(fields["outcome"]),
            "fetched_at": datetime.fromisoformat(fields["fetched_at"]),
            "links": None if links is None else tuple(links),
            "body": body,
        }
    )
