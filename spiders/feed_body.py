"""A feed's bytes on their way to disk: counted as they come and as they inflate, hashed as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path

from pipelines.records import CrawlLimits
from spiders.inflate import Oversized, inflate_stream

__all__ = ["BODY", "Body", "write_body"]

BODY = "feed.body"  # in the run's directory
_GZIP = b"\x1f\x8b"
_MOST_LAYERS = 2  # gzip files in one another; more are an attack
_UNSUSPECTED = 64 * 2**20  # bytes that anything may inflate to
_MOST_RATIO = 200  # beyond them: text hardly ever inflates so far, a bomb does


@dataclass(frozen=True)
class Body:
    """What was written."""

    size: int  # bytes
    sha256: str  # hex


def write_body(pieces: Iterator[bytes], encodings: Iterable[str], directory: Path, limits: CrawlLimits) -> Body:
    """Write the body to the directory's feed file, content encodings and gzip undone.

    Raises Oversized, CutShort or BadEncoding; what was written until then is removed.
    """
    received = _Counted(pieces, limits.body)
    stream = inflate_stream(received, encodings)
    for _ in range(_MOST_LAYERS):
        start, stream = _peeked(stream)
        if start[:2] != _GZIP:
            break
        stream = inflate_stream(stream, ["gzip"])
    try:
        return _written(stream, received, directory / BODY, limits.decompressed)
    except BaseException:
        (directory / BODY).unlink(missing_ok=True)
        raise


class _Counted:
    """The pieces as they come, counted."""

    def __init__(self, pieces: Iterator[bytes], limit: int) -> None:
        self._pieces = pieces
        self._limit = limit
        self.count = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> bytes:
        piece = next(self._pieces)
        self.count += len(piece)
        if self.count > self._limit:
            raise Oversized(f"more than {self._limit:,} bytes; split the feed into several sources")
        return piece


def _peeked(stream: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, at least two where there are, and the whole stream."""
    start = b""
    while len(start) < 2 and (piece := next(stream, None)) is not None:
        start += piece
    return start, chain((start,), stream)


def _written(stream: Iterator[bytes], received: _Counted, file: Path, limit: int) -> Body:
    digest, size = sha256(), 0
    with file.open("wb") as out:
        for piece in stream:
            size += len(piece)
            if size > limit:
                raise Oversized(f"inflates beyond {limit:,} bytes; split the feed into several sources")
            if size > _UNSUSPECTED and size > received.count * _MOST_RATIO:
                raise Oversized(f"inflates to more than {_MOST_RATIO} times its {received.count:,} bytes: a bomb")
            digest.update(piece)
            out.write(piece)
    return Body(size, digest.hexdigest())
