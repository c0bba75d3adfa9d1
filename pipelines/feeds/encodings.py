"""Which characters a feed's bytes mean, found without holding it; every reader is then given UTF-8."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import BinaryIO, TextIO

from pipelines.feeds.raw import BrokenFeed
from pipelines.web.decoding import BadContent, decode_text

__all__ = ["Utf8Stream", "encoding_of", "open_text"]

_SAMPLE = 400_000  # bytes
_PIECE = 64 * 2**10
_LONGEST_VALUE = 16 * 2**20  # bytes a parser may swallow before it has to say something
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ("cp1256", "iso8859_6", "cp1252", "latin_1")


def encoding_of(file: Path, declared: str | None = None) -> str:
    """The Python codec of a feed's text: its mark, UTF-8 if it is that, else what is declared or its letters show.

    `declared` is what the transport or the document says. Raises BrokenFeed for bytes that are no text.
    """
    with file.open("rb") as stream:
        start = stream.read(_SAMPLE)
        marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
        if marked:
            return marked
        wide = _wide(start)
        if wide:
            return wide
        if b"\0" in start:
            raise BrokenFeed("its bytes are no text: they hold zeros. A feed is CSV, JSON, JSON Lines or XML")
        stream.seek(0)
        sample = _first_not_utf8(stream)
    return "utf-8" if sample is None else _legacy(sample, declared)


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark: the first characters of every format are ASCII."""
    if len(start) >= 4 and start[1] == start[3] == 0 != start[0]:
        return "utf-16-le"
    if len(start) >= 4 and start[0] == start[2] == 0 != start[1]:
        return "utf-16-be"
    return None


def _first_not_utf8(stream: BinaryIO) -> bytes | None:
    """The bytes around the first that are no UTF-8, or None; a broken one in much good UTF-8 is no other encoding."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    beyond_ascii = 0
    while piece := stream.read(_PIECE):
        try:
            beyond_ascii += sum(not c.isascii() for c in decoder.decode(piece)) if not piece.isascii() else 0
        except UnicodeDecodeError:
            return None if beyond_ascii > 1000 else piece + stream.read(_SAMPLE - _PIECE)
    return None


def _legacy(sample: bytes, declared: str | None) -> str:
    """The codec by which the sample reads as `decode_text` reads it."""
    whole = sample[sample.find(b"\n") + 1 : sample.rfind(b"\n")] or sample
    try:
        text = decode_text(whole, declared)
    except BadContent as error:
        raise BrokenFeed(f"{error}. Let the feed be written in UTF-8") from error
    for name in (declared, *_LEGACY, "utf-8"):
        if name and _reads_so(whole, name, text):
            return codecs.lookup(name).name
    return "utf-8"


def _reads_so(sample: bytes, name: str, text: str) -> bool:
    try:
        return sample.decode(name) == text
    except (LookupError, ValueError):
        return False


def open_text(file: Path, encoding: str) -> TextIO:
    """The feed as text, line ends as they stand; a byte that is no character becomes U+FFFD."""
    return file.open(encoding=encoding, errors="replace", newline="")


class Utf8Stream:
    """The feed as UTF-8 bytes, whatever its encoding; `read` gives some 64 KiB at most."""

    def __init__(self, file: Path, encoding: str) -> None:
        self._text = file.open(encoding=encoding, errors="replace", newline="")
        self.taken = 0  # bytes given since the reader of them last saw a value and set this to 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, b"" at the end; raises BrokenFeed when a parser has swallowed too many without a value."""
        if size == 0:  # a parser asks what kind of stream this is
            return b""
        if self.taken > _LONGEST_VALUE:
            raise BrokenFeed(f"one value of it is longer than {_LONGEST_VALUE:,} bytes")
        piece = self._text.read(_PIECE // 4).encode("utf-8", "replace")
        self.taken += len(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        self._text.close()
