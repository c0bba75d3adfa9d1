"""Undo content encodings, counting while inflating: a bomb stops at the limit with flat memory.

Streams are strict. Scrapy's own middleware returns "as much data as possible" of a cut stream,
which would make half a page look like a whole one.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator

import brotli  # type: ignore[import-untyped]  # ships no types

from pipelines.records import FreshetError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["ACCEPTED", "BadEncoding", "CutShort", "Oversized", "gunzip", "inflate", "inflate_start", "inflate_stream"]

ACCEPTED = "gzip, deflate, br, zstd"
_PIECE = 64 * 2**10
_LAYERS = 4  # more encodings than this on one body are an attack
_MEMBERS = 1000  # gzip members or zstd frames in one body; empty ones cost time and inflate to nothing
_ZSTD_WINDOW_LOG = 23  # 8 MiB, the most RFC 9659 lets a server ask of an HTTP client


class Oversized(FreshetError):
    """The body inflates beyond the limit."""


class CutShort(FreshetError):
    """The compressed stream ends before its end mark."""


class BadEncoding(FreshetError):
    """The body is not what its Content-Encoding says, or the encoding is unknown."""


def inflate(body: bytes, encodings: Iterable[str], limit: int) -> bytes:
    """Return the body with its content encodings undone, at most `limit` bytes.

    `encodings` in the order they were applied, as Content-Encoding lists them.
    Raises Oversized, CutShort or BadEncoding.
    """
    layers = _layers(encodings)
    if not layers:
        return _within(body, limit)
    inflated = bytearray()
    for piece in _pieces(body, layers):
        inflated += piece
        if len(inflated) > limit:
            raise Oversized(f"inflates beyond {limit} bytes from {len(body)} received")
    return bytes(inflated)


def inflate_start(body: bytes, encodings: Iterable[str], size: int) -> bytes:
    """Return the first `size` bytes of the inflated body; what comes after them is not looked at."""
    start = bytearray()
    for piece in _pieces(body, _layers(encodings)):
        start += piece
        if len(start) >= size:
            break
    return bytes(start[:size])


def inflate_stream(stream: Iterator[bytes], encodings: Iterable[str]) -> Iterator[bytes]:
    """Yield the body that comes in pieces with its content encodings undone, in pieces; who takes them counts them.

    Raises CutShort or BadEncoding.
    """
    for name in reversed(_layers(encodings)):
        stream = _undone(name, stream)
    return stream


def gunzip(body: bytes, limit: int) -> bytes:
    """Return a gzip file's content, at most `limit` bytes. Raises as `inflate` does."""
    return inflate(body, ["gzip"], limit)


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise Oversized(f"{len(body)} bytes, more than {limit}")
    return body


def _layers(encodings: Iterable[str]) -> list[str]:
    names = [name.strip().lower() for value in encodings for name in value.split(",")]
    layers = [name.removeprefix("x-") for name in names if name not in ("", "identity")]
    if len(layers) > _LAYERS:
        raise BadEncoding(f"{len(layers)} content encodings on one body")
    return layers


def _pieces(body: bytes, layers: list[str]) -> Iterator[bytes]:
    stream: Iterator[bytes] = (body[at : at + _PIECE] for at in range(0, len(body), _PIECE))
    for name in reversed(layers):
        stream = _undone(name, stream)
    return stream


def _undone(name: str, stream: Iterator[bytes]) -> Iterator[bytes]:
    if name == "gzip":
        return _gzip(stream)
    if name == "deflate":
        return _deflate(stream)
    if name == "br":
        return _brotli(stream)
    if name == "zstd":
        return _zstd(stream)
    raise BadEncoding(f"content encoding {name[:40]!r} is unknown; known are {ACCEPTED}")


def _gzip(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Members follow each other (RFC 1952); what follows the last one and is no member is ignored, as browsers do."""
    member, members, rest = zlib.decompressobj(wbits=31), 1, b""
    for piece in stream:
        rest += piece
        while rest:
            if member.eof:
                if len(rest) < 2:
                    break
                if not rest.startswith(b"\x1f\x8b"):
                    return
                member, members = zlib.decompressobj(wbits=31), _next_member(members)
            yield from _zlib_pieces(member, rest)
            rest = member.unused_data
    if not member.eof:
        raise CutShort("the gzip stream ends before its end")


def _next_member(members: int) -> int:
    if members >= _MEMBERS:
        raise BadEncoding(f"more than {_MEMBERS} compressed streams in one body")
    return members + 1


def _deflate(stream: Iterator[bytes]) -> Iterator[bytes]:
    """With the zlib wrapper, as RFC 9110 says, or raw, as some servers send."""
    first = next(stream, b"")
    wrapped = len(first) >= 2 and first[0] & 0x0F == 8 and (first[0] << 8 | first[1]) % 31 == 0
    member = zlib.decompressobj(wbits=15 if wrapped else -15)
    yield from _zlib_pieces(member, first)
    for piece in stream:
        if member.eof:
            return
        yield from _zlib_pieces(member, piece)
    if not member.eof:
        raise CutShort("the deflate stream ends before its end")


def _zlib_pieces(member: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    try:
        while not member.eof:
            inflated = member.decompress(piece, _PIECE)
            yield inflated
            piece = member.unconsumed_tail
            if not piece and len(inflated) < _PIECE:  # a full piece may leave more output behind without any input
                return
    except zlib.error as error:
        raise BadEncoding(f"not the gzip or deflate stream it claims to be ({error})") from error


def _brotli(stream: Iterator[bytes]) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    try:
        for piece in stream:
            yield decoder.process(piece, output_buffer_limit=_PIECE)
            yield from _brotli_rest(decoder)
            if decoder.is_finished():
                return
    except brotli.error as error:
        raise BadEncoding(f"not the brotli stream it claims to be ({error})") from error
    raise CutShort("the brotli stream ends before its end")


def _brotli_rest(decoder: brotli.Decompressor) -> Iterator[bytes]:
    """What the decoder still holds of the bytes it was given."""
    while not decoder.is_finished():
        piece = decoder.process(b"", output_buffer_limit=_PIECE)
        if not piece and decoder.can_accept_more_data():
            return
        yield piece


def _zstd(stream: Iterator[bytes]) -> Iterator[bytes]:
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    frame, frames = zstd.ZstdDecompressor(options=options), 1
    try:
        for piece in stream:
            while piece:
                if frame.eof:
                    frame, frames = zstd.ZstdDecompressor(options=options), _next_member(frames)
                yield frame.decompress(piece, _PIECE)
                while not frame.eof and not frame.needs_input:
                    yield frame.decompress(b"", _PIECE)
                piece = frame.unused_data if frame.eof else b""
    except (zstd.ZstdError, EOFError) as error:
        raise BadEncoding(f"not the zstd stream it claims to be ({error})") from error
    if not frame.eof:
        raise CutShort("the zstd stream ends before its end")
