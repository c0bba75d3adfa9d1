"""What a file is, by its first bytes before its name and its name before what the transport declared."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import PurePosixPath

from pipelines.documents.archives import Archive, check_archive, is_zip
from pipelines.documents.results import DocumentBroken, DocumentEncrypted, DocumentLimits, DocumentUnsupported

__all__ = ["PLAIN_SUFFIXES", "kind_of"]

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"ID3", "recording"),
    (b"OggS", "recording"),
    (b"fLaC", "recording"),
)
_SUFFIXES = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".rst": "rst",
    ".org": "org",
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".eml": "mail",
    ".p7s": "mail",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".xml": "xml",
    ".xsl": "xml",
    ".rss": "xml",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".svg": "image",
}
_MEDIA_TYPES = {
    "text/markdown": "markdown",
    "text/x-rst": "rst",
    "text/org": "org",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "message/rfc822": "mail",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/xml": "xml",
    "application/xml": "xml",
    "application/json": "json",
    "application/x-ndjson": "json",
}
# Known to be plain text or source code; no other reading is tried on these names.
_PLAIN = """
    .txt .text .log .yaml .yml .toml .ini .cfg .conf .tex .py .go .js .ts .java .c .h .cpp .cs .rb .php .sql .sh
"""
PLAIN_SUFFIXES = frozenset(_PLAIN.split())
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("__properties_version1.0", "msg"),
)
_OOXML = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_MIMETYPES = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/epub+zip": "epub",
}
_PDF_SEARCHED = 64 * 2**10  # bytes in which a PDF's header is looked for; the standard says 1,024
_MAIL = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}")
_MAIL_FIELD = re.compile(rb"^(Received|Message-ID|MIME-Version|Return-Path):", re.IGNORECASE | re.MULTILINE)
_HTML = re.compile(rb"\A\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def kind_of(body: bytes, name: str, media_type: str, limits: DocumentLimits) -> str:
    """The kind that says which reader takes the file, such as pdf, docx, mail or text.

    Archives are checked on the way. Raises a DocumentError when the bytes are encrypted, broken or refused.
    """
    if is_zip(body):
        return _archive_kind(check_archive(body, name, limits), name)
    if body.startswith(_OLE):
        return _compound_kind(body, name)
    if is_pdf(body, name, media_type):
        return "pdf"
    return _magic_kind(body) or _text_kind(body, name, media_type)


def is_pdf(body: bytes, name: str, media_type: str) -> bool:
    """Whether a PDF header stands at the beginning, or further down when name or type promise a PDF."""
    promised = _suffix(name) == ".pdf" or media_type == "application/pdf"
    return b"%PDF-" in body[: _PDF_SEARCHED if promised else 1024]


def _suffix(name: str) -> str:
    return PurePosixPath(name.lower().split("?")[0]).suffix


def _archive_kind(archive: Archive, name: str) -> str:
    if archive.mimetype:
        return _MIMETYPES.get(archive.mimetype, archive.mimetype.rpartition(".")[2] or "archive")
    if "[Content_Types].xml" in archive.names:
        for prefix, kind in _OOXML:
            if any(entry.startswith(prefix) for entry in archive.names):
                return kind
        raise DocumentBroken(f"{name}: an office file without a document part; save it again")
    return "archive"


def _compound_kind(body: bytes, name: str) -> str:
    """Kind of an OLE compound file (MS-CFB) by the streams in its root."""
    import olefile  # type: ignore[import-untyped]  # ships no types

    try:
        with olefile.OleFileIO(io.BytesIO(body)) as compound:
            streams = {entry[0] for entry in compound.listdir()}
    except (OSError, ValueError, IndexError) as error:
        raise DocumentBroken(f"{name}: damaged or truncated office file ({error}); fetch or save it again") from error
    kind = next((kind for stream, kind in _OLE_STREAMS if stream in streams), None)
    if kind == "encrypted":
        raise DocumentEncrypted(f"{name}: protected with a password; publish it without one")
    if kind is None:
        raise DocumentUnsupported(f"{name}: an OLE file that is neither Word, Excel, PowerPoint nor Outlook")
    return kind


def _magic_kind(body: bytes) -> str | None:
    if body[:4] == b"RIFF" or body[4:8] == b"ftyp":
        return "image" if body[8:12] in (b"WEBP", b"heic", b"heix", b"mif1", b"avif") else "recording"
    if body[257:262] == b"ustar":
        return "archive"
    if body[:2] == b"BM" and body[6:10] == b"\0\0\0\0":
        return "image"
    return next((kind for magic, kind in _MAGIC if body.startswith(magic)), None)


def _text_kind(body: bytes, name: str, media_type: str) -> str:
    suffix = _suffix(name)
    if suffix in PLAIN_SUFFIXES:
        return "text"
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if media_type in _MEDIA_TYPES:
        return _MEDIA_TYPES[media_type]
    return next((kind for looks, kind in _LOOKS if looks(body[:4096])), "text")


def _looks_like_mail(head: bytes) -> bool:
    return bool(_MAIL.match(head) and _MAIL_FIELD.search(head))


_LOOKS: tuple[tuple[Callable[[bytes], object], str], ...] = (
    (_looks_like_mail, "mail"),
    (_HTML.match, "html"),
    (re.compile(rb"\A(\xef\xbb\xbf)?\s*<\?xml\b").match, "xml"),
)
