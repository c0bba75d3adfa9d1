"""Zip archives are judged before any parser sees them: entries counted, sizes counted while inflating, names checked.

Office files (OOXML, ODF) and books (EPUB) are zip archives; the hazards are bombs, overlapping
entries, sizes that lie, paths that climb, archives inside archives and, in the XML parts,
document type declarations (external entities, "billion laughs").
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.documents.results import (
    DocumentBomb,
    DocumentBroken,
    DocumentEncrypted,
    DocumentLimits,
    DocumentUnsafe,
)

__all__ = ["Archive", "check_archive", "is_zip"]

_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")  # APPNOTE.TXT 4.3.16
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")  # APPNOTE.TXT 4.3.7
_DIRECTORY_BYTES_PER_ENTRY = 512  # header and name; more than that is not a name
_CHUNK = 64 * 2**10
_RATIO = 200  # inflated over stored bytes; measured on 60 office files: at most 45
_RATIO_FROM = 20 * 2**20  # inflated bytes from which the ratio counts: small parts may repeat themselves
_NESTED = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"\xfd7zXZ\x00")
_EMBEDDED = re.compile(r"^(word|ppt|xl)/(embeddings|media)/|^(Object|ObjectReplacements|Pictures|media)\b", re.I)
_XML_NAME = re.compile(r"\.(xml|rels|rdf|vml|xhtml|html|htm|opf|ncx)$", re.IGNORECASE)
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_ENCODINGS = re.compile(rb"^(utf-?8|utf-?16(le|be)?|us-ascii|ascii|iso-8859-\d+|windows-125\d|cp125\d)$", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)  # the chapters of a book may say <!DOCTYPE html>


@dataclass(frozen=True)
class Archive:
    """What a checked archive holds."""

    names: tuple[str, ...]
    expanded: int  # bytes of all entries, counted while inflating; 0 for an archive that is no document
    mimetype: str  # of ODF and EPUB; empty when the archive declares none


def is_zip(body: bytes) -> bool:
    """Whether the bytes begin as a zip archive does."""
    return body.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def check_archive(body: bytes, name: str, limits: DocumentLimits) -> Archive:
    """The archive's table of contents, once every entry was inflated within the limits and nothing was kept.

    An archive that is no document (no content types, no mimetype) is only listed: no reader takes it.
    Raises DocumentBomb, DocumentUnsafe, DocumentTooLarge, DocumentEncrypted or DocumentBroken,
    each naming the entry.
    """
    _check_directory_size(body, name, limits)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
            directory = archive.start_dir
    except (zipfile.BadZipFile, ValueError, struct.error, OSError, NotImplementedError) as error:
        raise DocumentBroken(f"{name}: its zip directory cannot be read ({error}); save it again") from error
    _check_names(entries, name, limits)
    names = tuple(entry.filename for entry in entries)
    if "[Content_Types].xml" not in names and "mimetype" not in names:
        return Archive(names, 0, "")  # files of some kind, none of which is opened
    forbidden = _ENTITY if body[30:58] == b"mimetypeapplication/epub+zip" else _DOCTYPE
    mimetype = ""
    expanded = 0
    for entry, start in _located(body, entries, directory, name):
        checked = _inflate(
            body[start : start + entry.compress_size], entry, name, _Bounds(limits.expanded - expanded, forbidden)
        )
        expanded += checked.size
        if entry.filename == "mimetype":
            mimetype = checked.head.decode("ascii", "replace").strip()
    return Archive(names, expanded, mimetype)


def _check_directory_size(body: bytes, name: str, limits: DocumentLimits) -> None:
    """Refuse too many entries before zipfile makes an object of each of them."""
    at = body.rfind(b"PK\x05\x06", max(0, len(body) - 66_000))
    if at < 0 or at + _END_OF_DIRECTORY.size > len(body):
        raise DocumentBroken(f"{name}: truncated, the zip directory at its end is missing; fetch or save it again")
    _, _, _, _, count, size, _, _ = _END_OF_DIRECTORY.unpack_from(body, at)
    if count > limits.entries or size > limits.entries * _DIRECTORY_BYTES_PER_ENTRY:
        raise DocumentBomb(f"{name}: refused, {count:,} entries in one archive; at most {limits.entries:,} are read")


def _check_names(entries: Sequence[zipfile.ZipInfo], name: str, limits: DocumentLimits) -> None:
    if len(entries) > limits.entries:
        raise DocumentBomb(f"{name}: refused, {len(entries):,} entries; at most {limits.entries:,} are read")
    seen: set[str] = set()
    for entry in entries:
        if _climbs(entry.orig_filename):
            raise DocumentUnsafe(f"{name}: refused, the entry {entry.filename!r} points outside the archive")
        if entry.filename in seen:
            raise DocumentUnsafe(f"{name}: refused, the entry {entry.filename!r} appears twice")
        if entry.flag_bits & 0x1:
            raise DocumentEncrypted(f"{name}: protected with a password; publish it without one")
        seen.add(entry.filename)


def _climbs(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return ".." in parts or path.startswith(("/", "\\")) or "\0" in path or bool(re.match(r"[A-Za-z]:", path))


def _located(
    body: bytes, entries: Sequence[zipfile.ZipInfo], directory: int, name: str
) -> Iterator[tuple[zipfile.ZipInfo, int]]:
    """Each entry with the offset of its data; raises when two share bytes (Fifield 2019, "a better zip bomb")."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset for entry in ordered[1:]] + [directory]
    for entry, limit in zip(ordered, ends, strict=True):
        start = _data_start(body, entry, name)
        if start + entry.compress_size > limit:
            raise DocumentUnsafe(f"{name}: refused, the entry {entry.filename!r} overlaps another")
        yield entry, start


def _data_start(body: bytes, entry: zipfile.ZipInfo, name: str) -> int:
    header = body[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise DocumentBroken(f"{name}: the entry {entry.filename!r} is missing; the archive is damaged")
    lengths: tuple[int, int] = _LOCAL_HEADER.unpack(header)[-2:]  # of the name and the extra field
    return entry.header_offset + _LOCAL_HEADER.size + sum(lengths)


@dataclass(frozen=True)
class _Bounds:
    size: int  # bytes that may still come
    forbidden: re.Pattern[bytes]  # markup that may not


@dataclass(frozen=True)
class _Checked:
    size: int
    head: bytes


def _inflate(data: bytes, entry: zipfile.ZipInfo, name: str, bounds: _Bounds) -> _Checked:
    """Count one entry's bytes, looking at them as they pass; at most two chunks are held."""
    size, crc, head, tail = 0, 0, b"", b""
    for chunk in _chunks(data, entry, name):
        size += len(chunk)
        if size > bounds.size or (size > _RATIO_FROM and size > _RATIO * len(data)):
            raise DocumentBomb(f"{name}: refused, {entry.filename!r} expands to over {size:,} bytes")
        crc = zlib.crc32(chunk, crc)
        head = head or chunk[:1024]
        _check_markup(tail + chunk, entry, name, bounds.forbidden)
        tail = chunk[-32:]
    _check_kept_promises(entry, size, crc, name)
    _check_beginning(head, entry, name)
    return _Checked(size, head)


def _chunks(data: bytes, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK))
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise DocumentUnsafe(f"{name}: refused, {entry.filename!r} is packed by a method that office files never use")
    try:
        yield from _inflated(data)
    except zlib.error as error:
        raise DocumentBroken(f"{name}: {entry.filename!r} is damaged ({error}); fetch or save it again") from error


def _inflated(data: bytes) -> Iterator[bytes]:
    """Raw deflate in bounded chunks; fed in slices, because zlib copies what it has not consumed."""
    inflater = zlib.decompressobj(-15)
    for at in range(0, len(data), _CHUNK):
        piece = data[at : at + _CHUNK]
        while piece and not inflater.eof:
            yield inflater.decompress(piece, _CHUNK)
            piece = inflater.unconsumed_tail
    while not inflater.eof and (chunk := inflater.decompress(b"", _CHUNK)):
        yield chunk
    if not inflater.eof:
        raise zlib.error("its compressed data ends early")


def _check_kept_promises(entry: zipfile.ZipInfo, size: int, crc: int, name: str) -> None:
    if size != entry.file_size:
        raise DocumentUnsafe(f"{name}: refused, {entry.filename!r} says {entry.file_size:,} bytes and holds {size:,}")
    if crc != entry.CRC:
        raise DocumentBroken(f"{name}: {entry.filename!r} is damaged (checksum); fetch or save it again")


def _check_beginning(head: bytes, entry: zipfile.ZipInfo, name: str) -> None:
    if head.startswith(_NESTED) and not _EMBEDDED.search(entry.filename):
        raise DocumentUnsafe(f"{name}: refused, {entry.filename!r} is an archive inside the archive")
    if not _XML_NAME.search(entry.filename) or not head.strip():
        return
    text = head.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")
    declared = _DECLARED.match(text)
    if not text.startswith(b"<") or (declared and not _ENCODINGS.match(declared[1])):
        raise DocumentUnsafe(f"{name}: refused, {entry.filename!r} is XML in an encoding that hides its markup")


def _check_markup(chunk: bytes, entry: zipfile.ZipInfo, name: str, forbidden: re.Pattern[bytes]) -> None:
    """Refuse document type declarations, which no office format uses, in UTF-8 and UTF-16 alike."""
    if not _XML_NAME.search(entry.filename):
        return
    if forbidden.search(chunk) or (b"\0" in chunk and forbidden.search(chunk.replace(b"\0", b""))):
        raise DocumentUnsafe(f"{name}: refused, {entry.filename!r} declares a document type or an entity")
